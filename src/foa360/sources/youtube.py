"""Downloads from YouTube by the Python interface of yt-dlp, picture and sound as whole streams."""

import re
from pathlib import Path
from typing import Any

from foa360.sources.errors import FetchError

#: Sound with four or more channels first; its absence is an error of its own, not a stereo file.
SOUND = "ba[audio_channels>=4]"
PICTURE = "bv[height<=1080]"
#: What yt-dlp says → reason code; the first that matches.
SAID = [
    (r"not a bot", "bot_check"),
    (r"private video|video is private", "private"),
    (r"age|inappropriate", "age"),
    (r"members|join this channel|payment|purchase|rent", "members"),
    (r"country|geo|region", "geo"),
    (r"drm", "drm"),
    (r"live event|premieres|is live|offline", "live"),
    (r"429|too many requests|rate.?limit", "rate_limited"),
    (r"requested format is not available|no video formats", "no_foa_from_client"),
    (r"unavailable|removed|terminated|does not exist|incomplete youtube id", "removed"),
    (r"http error 5\d\d", "http_5xx"),
    (r"http error 4\d\d", "http_4xx"),
    (r"timed? ?out|resolve|connection|network|unreachable|ssl", "timeout"),
]


def is_youtube(place: str) -> bool:
    """Whether a place is a YouTube page."""
    return bool(re.match(r"https?://(www\.|m\.)?(youtube\.com|youtu\.be)/", place))


def download_youtube(url: str, folder: Path) -> tuple[dict[str, Path], dict[str, Any]]:
    """Files of picture and sound, and licence and channel; raises FetchError with a reason."""
    import yt_dlp

    paths, about = {}, {}
    for kind, selector in (("video", PICTURE), ("audio", SOUND)):
        there = [p for p in folder.glob(f"{kind}.*") if p.suffix not in {".part", ".ytdl"}]
        if there:
            paths[kind] = there[0]
            continue
        options = {
            "format": selector, "outtmpl": {"default": str(folder / f"{kind}.%(ext)s")},
            "quiet": True, "no_warnings": True, "noprogress": True, "noplaylist": True,
            "socket_timeout": 20, "retries": 2, "extractor_retries": 1, "sleep_interval": 5,
            "max_sleep_interval": 15, "ratelimit": 8_000_000, "cachedir": False,
            "fixup": "never", "logger": _Quiet(),
        }  # fmt: skip
        try:
            with yt_dlp.YoutubeDL(options) as client:
                found = client.extract_info(url) or {}
        except yt_dlp.utils.YoutubeDLError as error:
            raise FetchError(reason_of(str(error)), str(error)) from None
        paths[kind] = Path(found["requested_downloads"][0]["filepath"])
        about = {"licence": found.get("license"), "channel": found.get("channel")}
    return paths, about


def reason_of(said: str) -> str:
    """Reason code for what yt-dlp says."""
    text = said.lower()
    return next((code for pattern, code in SAID if re.search(pattern, text)), "fetch_error")


class _Quiet:
    """A logger that says nothing: what matters is in the raised error."""

    def debug(self, message: str) -> None:
        """Nothing."""

    def warning(self, message: str) -> None:
        """Nothing."""

    def error(self, message: str) -> None:
        """Nothing."""
