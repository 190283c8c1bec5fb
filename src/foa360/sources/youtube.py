"""Downloads from YouTube by the Python interface of yt-dlp, picture and sound as whole streams."""

import re
from pathlib import Path
from typing import Any

from foa360.sources.errors import FetchError

#: Sound with four or more channels; its absence is an error of its own, not a stereo file.
SOUND = "ba[audio_channels>=4]"
PICTURE = "bv[height<=1080]"
#: Classes of yt-dlp's errors → reason code.
CLASSES = {
    "GeoRestrictedError": "geo",
    "ContentTooShortError": "truncated_download",
    "ThrottledDownload": "throttled",
    "UserNotLive": "live",
}
#: What yt-dlp says → reason code; the first that matches. Some words say more than they seem to:
#: a rate limit begins like a removed video.
SAID = [
    (r"rate.?limit|too many requests|error 429|ip is likely being blocked", "rate_limited"),
    (r"not a bot|captcha", "bot_check"),
    (r"private video|video is private", "private"),
    (r"confirm your age|age.restricted|inappropriate", "age"),
    (r"members.only|channel'?s? members|join this channel|payment|purchase|\brent\b", "members"),
    (r"your country|geo.?restrict|your location|your region", "geo"),
    (r"\bdrm\b", "drm"),
    (r"live event|live stream|premieres? |is offline|not currently live", "live"),
    (r"requested format is not available|no video formats", "no_foa_from_client"),
    (r"resolve|refused|unreachable|timed? ?out|connection|proxy|\bssl\b|network", "timeout"),
    (r"unable to download video data: http error 403", "throttled"),
    (r"http error 5\d\d", "http_5xx"),
    (r"http error 40[41]0?\b", "removed"),
    (r"http error 4\d\d", "http_4xx"),
    (r"bytes read, \d+ more expected|expected \d+ bytes", "truncated_download"),
    (r"unavailable|not available|removed|terminated|does not exist|incomplete yout", "removed"),
]


def is_youtube(place: str) -> bool:
    """Whether a place is a YouTube page."""
    return bool(re.match(r"https?://((www|m)\.)?(youtube\.com|youtu\.be)/", place, re.IGNORECASE))


def download_youtube(url: str, folder: Path) -> tuple[dict[str, Path], dict[str, Any]]:
    """Files `video` and `audio` in a folder, and licence and channel.

    Raises FetchError; `no_foa_from_client` where no sound of four channels is offered, without
    having fetched the picture.
    """
    import yt_dlp

    try:
        with yt_dlp.YoutubeDL(options(folder)) as client:
            info = client.extract_info(url, download=False) or {}
            return take(client, info)
    except yt_dlp.utils.YoutubeDLError as error:
        raise FetchError(reason_of(error), _words(error)) from None


def options(folder: Path) -> dict[str, Any]:
    """Settings of yt-dlp: whole streams, polite, nothing remembered elsewhere, nothing printed."""
    return {
        "format": f"{PICTURE},{SOUND}",
        "outtmpl": {"default": str(folder).replace("%", "%%")
                    + "/%(height&video|audio)s-%(format_id)s.%(ext)s"},
        "quiet": True, "no_warnings": True, "noprogress": True, "noplaylist": True,
        "socket_timeout": 20, "retries": 2, "extractor_retries": 1, "sleep_interval": 5,
        "max_sleep_interval": 15, "ratelimit": 8_000_000, "cachedir": False,
        "fixup": "never", "logger": _Quiet(),
    }  # fmt: skip


def take(client: Any, info: dict[str, Any]) -> tuple[dict[str, Path], dict[str, Any]]:
    """Download picture and sound of a video whose formats yt-dlp has listed."""
    if not any(_has_foa(f) for f in info.get("formats") or []):
        raise FetchError("no_foa_from_client", "no sound of four channels among the formats")
    info = client.process_ie_result(info, download=True)
    files = [Path(stream["filepath"]) for stream in info["requested_downloads"]]
    paths = {path.name.partition("-")[0]: path for path in files}
    if "video" not in paths:
        raise FetchError("no_video", "there is no picture among the formats")
    return paths, {"licence": info.get("license"), "channel": info.get("channel")}


def _has_foa(stream: dict[str, Any]) -> bool:
    return stream.get("vcodec") == "none" and (stream.get("audio_channels") or 0) >= 4


def reason_of(error: Exception) -> str:
    """Reason code for an error of yt-dlp: by the class of its cause, or by what it says."""
    cause = (getattr(error, "exc_info", None) or (None, error))[1]
    if type(cause).__name__ in CLASSES:
        return CLASSES[type(cause).__name__]
    text = _words(error).lower()
    return next((code for pattern, code in SAID if re.search(pattern, text)), "fetch_error")


def _words(error: Exception) -> str:
    """What was said, without the label and the id of the video in front."""
    return re.sub(r"^(\x1b\[[\d;]*m|error: |\[\w+\] \S+: )*", "", str(error), flags=re.IGNORECASE)


class _Quiet:
    """A logger that says nothing: what matters is in the raised error."""

    def debug(self, message: str) -> None:
        """Nothing."""

    def warning(self, message: str) -> None:
        """Nothing."""

    def error(self, message: str) -> None:
        """Nothing."""
