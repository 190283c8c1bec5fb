"""`foa360 probe-clients`: which of YouTube's player clients offer four-channel sound today.

Asks for the formats of some videos that are known to have ambisonics, once with each client, and
downloads nothing. The answer changes with time: put what works into `fetch.clients`.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from foa360.stages.fetch.youtube import formats_of

HELP = "which player clients offer four-channel sound today"
#: Videos of YT-360's test list.
IDS = ["-oytwMeyR74", "-pwRNsxTjQM", "0BwxBdn3KxQ"]
CLIENTS = ["default", "web", "web_safari", "web_embedded", "mweb", "tv", "tv_downgraded",
           "visionos", "ios", "android", "android_vr"]  # fmt: skip
COLUMNS = ("client", "video_id", "format_id", "codec", "channels", "note", "reason")


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    # With commas, since ids may begin with a dash: --ids=-oytwMeyR74,0BwxBdn3KxQ
    parser.add_argument(
        "--ids", type=_list, default=IDS, help="videos known to have ambisonics: --ids=ID,ID"
    )
    parser.add_argument(
        "--clients", type=_list, default=CLIENTS, help="player clients of yt-dlp: tv,web"
    )
    parser.add_argument("--cookies", help="file of cookies in Netscape's format")
    parser.add_argument("--json", action="store_true", help="one JSON object per finding")


def _list(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def run(chosen: Namespace) -> int:
    """Print a line per format with four or more channels, or per failure; 1 if there is none."""
    found = False
    if not chosen.json:
        print("\t".join(COLUMNS))
    for row in probe(chosen.ids, chosen.clients, chosen.cookies):
        found = found or row["reason"] is None
        cells = ["" if row[c] is None else str(row[c]) for c in COLUMNS]
        print(json.dumps(row) if chosen.json else "\t".join(cells), flush=True)
    return 0 if found else 1


def probe(ids: list[str], clients: list[str], cookies: str | None) -> Iterator[dict[str, Any]]:
    """What each client offers for each video."""
    for client in clients:
        for video_id in ids:
            row: dict[str, Any] = dict.fromkeys(COLUMNS) | {"client": client, "video_id": video_id}
            formats, reason, message = formats_of(video_id, client, cookies)
            if reason:
                yield row | {"reason": reason, "note": message}
            for form in formats:
                yield row | {
                    "format_id": form.get("format_id"), "codec": form.get("acodec"),
                    "channels": form.get("audio_channels"), "note": form.get("format_note"),
                }  # fmt: skip
