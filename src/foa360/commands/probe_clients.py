"""List which of YouTube's player clients currently offer four-channel audio.

Requests the formats of some videos that are known to have ambisonics, once with each client, and
downloads nothing. The answer changes over time: put the clients that work into `fetch.clients`.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields

from foa360.stages.fetch.youtube import client_offer

HELP = "list which player clients offer four-channel audio"
#: Videos with ambisonics, from the test list of YT-360.
VIDEO_IDS = [
    "-oytwMeyR74",
    "-pwRNsxTjQM",
    "0BwxBdn3KxQ",
]
#: Player clients of yt-dlp.
CLIENTS = [
    "default",
    "web",
    "web_safari",
    "web_embedded",
    "mweb",
    "tv",
    "tv_downgraded",
    "visionos",
    "ios",
    "android",
    "android_vr",
]


@dataclass(frozen=True)
class Finding:
    """A format with four or more channels that a client offers, or the reason why there is none."""

    client: str
    video_id: str
    format_id: str | None = None
    codec: str | None = None
    channels: int | None = None
    note: str | None = None
    """Note of the format, or message of the failure."""
    reason: str | None = None
    """Reason code of a failure."""


COLUMNS = [field.name for field in fields(Finding)]


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    # Comma-separated, since ids may begin with a dash: --ids=-oytwMeyR74,0BwxBdn3KxQ
    parser.add_argument(
        "--ids",
        type=_comma_separated,
        default=VIDEO_IDS,
        help="ids of videos that are known to have ambisonics: --ids=ID,ID",
    )
    parser.add_argument(
        "--clients",
        type=_comma_separated,
        default=CLIENTS,
        help="player clients of yt-dlp: --clients=tv,web",
    )
    parser.add_argument("--cookies", help="cookie file in Netscape format")
    parser.add_argument("--json", action="store_true", help="print one JSON object per finding")


def run(arguments: Namespace) -> int:
    """Print a line per format or failure; return 1 if no client offers four-channel audio."""
    if not arguments.json:
        print("\t".join(COLUMNS))
    status = 1
    for finding in probe_clients(arguments.ids, arguments.clients, arguments.cookies):
        if finding.reason is None:
            status = 0
        print(_as_json(finding) if arguments.json else _as_row(finding), flush=True)
    return status


def probe_clients(
    video_ids: list[str], clients: list[str], cookies: str | None
) -> Iterator[Finding]:
    """Yield the formats with four or more channels that each client offers for each video."""
    for client in clients:
        for video_id in video_ids:
            offer = client_offer(video_id, client, cookies)
            if offer.reason:
                yield Finding(client, video_id, note=offer.message, reason=offer.reason)
            for offered in offer.formats:
                yield Finding(
                    client,
                    video_id,
                    format_id=offered.format_id,
                    codec=offered.codec,
                    channels=offered.channels,
                    note=offered.note,
                )


def _comma_separated(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _as_json(finding: Finding) -> str:
    return json.dumps(asdict(finding))


def _as_row(finding: Finding) -> str:
    values = asdict(finding).values()
    return "\t".join("" if value is None else str(value) for value in values)
