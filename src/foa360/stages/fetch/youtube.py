"""Downloads from YouTube by the Python interface of yt-dlp, picture and sound as whole streams."""

import io
import re
from pathlib import Path
from typing import Any

from foa360.config.fetch import Fetch
from foa360.stages.fetch.errors import FetchError

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


def download_youtube(
    url: str, folder: Path, settings: Fetch
) -> tuple[dict[str, Path], dict[str, Any]]:
    """Files `video` and `audio` in a folder, and what is said of them.

    Raises FetchError; `no_foa_from_client` where no sound of four channels is offered, without
    having fetched the picture.
    """
    import yt_dlp

    try:
        with yt_dlp.YoutubeDL(options(folder, settings)) as client:
            info = client.extract_info(url, download=False) or {}
            return take(client, info)
    except yt_dlp.utils.YoutubeDLError as error:
        raise FetchError(reason_of(error), _words(error)) from None


def options(folder: Path, settings: Fetch) -> dict[str, Any]:
    """Settings of yt-dlp: whole streams, polite, nothing remembered elsewhere, nothing printed."""
    picture = settings.picture.replace("{height}", str(settings.height))
    more: dict[str, Any] = {}
    if settings.clients:
        more["extractor_args"] = {"youtube": {"player_client": settings.clients}}
    if settings.cookies:
        # A copy in memory: yt-dlp writes back to what it is given.
        more["cookiefile"] = io.StringIO(_cookies(settings.cookies))
    return more | {
        "format": f"{picture},{settings.sound}",
        "outtmpl": {"default": str(folder).replace("%", "%%")
                    + "/%(height&video|audio)s-%(format_id)s.%(ext)s"},
        "quiet": True, "no_warnings": True, "noprogress": True, "noplaylist": True,
        "socket_timeout": settings.timeout, "retries": 2, "extractor_retries": 1,
        "sleep_interval": settings.sleep[0], "max_sleep_interval": settings.sleep[1],
        "ratelimit": settings.rate_mb * 1e6, "cachedir": False,
        "fixup": "never", "logger": _Quiet(),
    }  # fmt: skip


def formats_of(
    video_id: str, client: str, cookies: str | None
) -> tuple[list[dict[str, Any]], str | None, str]:
    """Formats with four or more channels that a player client offers; else a reason, and why."""
    import yt_dlp

    settings = Fetch(clients=[client], cookies=cookies)
    try:
        with yt_dlp.YoutubeDL(options(Path(), settings)) as asked:
            url = f"https://www.youtube.com/watch?v={video_id}"
            info = asked.extract_info(url, download=False, process=False) or {}
    except yt_dlp.utils.YoutubeDLError as error:
        return [], reason_of(error), _words(error)
    except FetchError as error:
        return [], error.reason, error.message
    found = [form for form in info.get("formats") or [] if _has_foa(form)]
    return found, None if found else "no_foa_from_client", ""


def _cookies(path: str) -> str:
    """Content of the file of cookies; an error does not name it."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise FetchError("fetch_error", "fetch.cookies: the file cannot be read") from None


def take(client: Any, info: dict[str, Any]) -> tuple[dict[str, Path], dict[str, Any]]:
    """Download picture and sound of a video whose formats yt-dlp has listed."""
    if not any(_has_foa(f) for f in info.get("formats") or []):
        raise FetchError("no_foa_from_client", "no sound of four channels among the formats")
    info = client.process_ie_result(info, download=True)
    files = [Path(stream["filepath"]) for stream in info["requested_downloads"]]
    paths = {path.name.partition("-")[0]: path for path in files}
    if "video" not in paths:
        raise FetchError("no_video", "there is no picture among the formats")
    return paths, _about(info)


def _about(info: dict[str, Any]) -> dict[str, Any]:
    """What yt-dlp says of a video and of the two formats that were taken."""
    import yt_dlp

    streams = info["requested_downloads"]
    picture: dict[str, Any] = next((s for s in streams if s.get("height")), {})
    sound: dict[str, Any] = next((s for s in streams if not s.get("height")), {})
    notes = (f"{s.get('format_id')} {s.get('format_note') or ''}".strip() for s in streams)
    return {
        "licence": info.get("license"), "channel": info.get("channel"),
        "video_codec": picture.get("vcodec"), "audio_codec": sound.get("acodec"),
        "audio_channels": sound.get("audio_channels"), "format_note": ", ".join(notes),
        "tool": f"yt-dlp {yt_dlp.version.__version__}",
    }  # fmt: skip


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
