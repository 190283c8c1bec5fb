"""Downloads from YouTube by the Python interface of yt-dlp: video and audio as whole streams."""

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foa360.config.fetch import Fetch
from foa360.core.video_ids import YOUTUBE_WATCH_URL
from foa360.stages.fetch.downloads import Download, StatedProperties
from foa360.stages.fetch.errors import FetchError

#: Channels of first-order ambisonics.
FOA_CHANNELS = 4
#: Class of an error of yt-dlp → reason code.
ERROR_CLASS_REASONS = {
    "GeoRestrictedError": "geo",
    "ContentTooShortError": "truncated_download",
    "ThrottledDownload": "throttled",
    "UserNotLive": "live",
}
#: Pattern in a message of yt-dlp → reason code; the first that matches. The order matters: the
#: message of a rate limit begins like that of a removed video.
MESSAGE_REASONS = [
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
    (r"http error (404|410)\b", "removed"),
    (r"http error 4\d\d", "http_4xx"),
    (r"bytes read, \d+ more expected|expected \d+ bytes", "truncated_download"),
    (r"unavailable|not available|removed|terminated|does not exist|incomplete yout", "removed"),
]
#: Terminal colours, the label, and the id of the video in front of a message.
MESSAGE_PREFIX = re.compile(r"^(\x1b\[[\d;]*m|error: |\[\w+\] \S+: )*", re.IGNORECASE)

#: What yt-dlp knows of a video or of a format.
Info = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class OfferedFormat:
    """An audio format that YouTube offers."""

    format_id: str | None
    codec: str | None
    channels: int | None
    note: str | None


@dataclass(frozen=True, kw_only=True)
class ClientOffer:
    """Formats with four or more channels that a player client offers, or why there are none."""

    formats: list[OfferedFormat]
    reason: str | None = None
    message: str = ""


def download_youtube(url: str, folder: Path, settings: Fetch) -> Download:
    """Download video and audio of a YouTube page into a folder.

    Raises FetchError; `no_foa_from_client` if no audio of four channels is offered, before
    anything is downloaded.
    """
    import yt_dlp

    try:
        with yt_dlp.YoutubeDL(client_options(folder, settings)) as client:
            info = client.extract_info(url, download=False) or {}
            return download_streams(client, info)
    except yt_dlp.utils.YoutubeDLError as error:
        raise FetchError(reason_of(error), _message(error)) from None


def client_options(folder: Path, settings: Fetch) -> dict[str, Any]:
    """Return options of yt-dlp: whole streams, rate limits, no cache, no output."""
    video_format = settings.video_format.replace("{height}", str(settings.height))
    escaped_folder = str(folder).replace("%", "%%")
    options: dict[str, Any] = {
        "format": f"{video_format},{settings.audio_format}",
        "outtmpl": {
            "default": f"{escaped_folder}/%(height&video|audio)s-%(format_id)s.%(ext)s",
        },
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "noplaylist": True,
        "socket_timeout": settings.timeout,
        "retries": 2,
        "extractor_retries": 1,
        "sleep_interval": settings.sleep[0],
        "max_sleep_interval": settings.sleep[1],
        "ratelimit": settings.rate_mb * 1e6,
        "cachedir": False,
        "fixup": "never",
        "logger": _SilentLogger(),
    }
    if settings.clients:
        options["extractor_args"] = {"youtube": {"player_client": settings.clients}}
    if settings.cookies:
        # A copy in memory, since yt-dlp writes to the file that it is given.
        options["cookiefile"] = io.StringIO(_read_cookies(settings.cookies))
    return options


def client_offer(video_id: str, client: str, cookies: str | None) -> ClientOffer:
    """Return the formats with four or more channels that a player client offers for a video."""
    import yt_dlp

    settings = Fetch(clients=[client], cookies=cookies)
    url = YOUTUBE_WATCH_URL + video_id
    try:
        with yt_dlp.YoutubeDL(client_options(Path(), settings)) as downloader:
            info = downloader.extract_info(url, download=False, process=False) or {}
    except yt_dlp.utils.YoutubeDLError as error:
        return ClientOffer(formats=[], reason=reason_of(error), message=_message(error))
    except FetchError as error:
        return ClientOffer(formats=[], reason=error.reason, message=error.message)
    formats: list[OfferedFormat] = []
    for stream in _foa_streams(info):
        offered = OfferedFormat(
            format_id=stream.get("format_id"),
            codec=stream.get("acodec"),
            channels=stream.get("audio_channels"),
            note=stream.get("format_note"),
        )
        formats.append(offered)
    return ClientOffer(formats=formats, reason=None if formats else "no_foa_from_client")


def _read_cookies(path: str) -> str:
    """Return the content of the cookie file; an error does not name it."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise FetchError("fetch_error", "fetch.cookies: the file cannot be read") from None


def download_streams(client: Any, info: Info) -> Download:
    """Download the video and the audio whose formats a yt-dlp client has listed.

    Raises FetchError if no audio of four channels is listed, or if a stream is missing.
    """
    import yt_dlp

    if not _foa_streams(info):
        raise FetchError("no_foa_from_client", "no audio of four channels among the formats")
    info = client.process_ie_result(info, download=True)
    files: dict[str, Path] = {}
    for stream in info["requested_downloads"]:
        path = Path(stream["filepath"])
        files[path.name.partition("-")[0]] = path
    if "video" not in files:
        raise FetchError("no_video", "no video among the formats")
    if "audio" not in files:
        raise FetchError("no_audio", "no separate audio among the formats")
    return Download(
        video=files["video"],
        audio=files["audio"],
        tool=f"yt-dlp {yt_dlp.version.__version__}",
        stated=_stated_properties(info),
    )


def _stated_properties(info: Info) -> StatedProperties:
    """Return what yt-dlp reports on a video and on the two formats that were downloaded."""
    streams: list[Info] = info["requested_downloads"]
    video: Info = next((s for s in streams if s.get("height")), {})
    audio: Info = next((s for s in streams if not s.get("height")), {})
    notes = [f"{s.get('format_id')} {s.get('format_note') or ''}".strip() for s in streams]
    return StatedProperties(
        video_codec=video.get("vcodec"),
        audio_codec=audio.get("acodec"),
        audio_channels=audio.get("audio_channels"),
        format_note=", ".join(notes),
        licence=info.get("license"),
        channel=info.get("channel"),
    )


def _foa_streams(info: Info) -> list[Info]:
    """Return the audio streams of a video with at least four channels."""
    streams: list[Info] = []
    for stream in info.get("formats") or []:
        channels = stream.get("audio_channels") or 0
        if stream.get("vcodec") == "none" and channels >= FOA_CHANNELS:
            streams.append(stream)
    return streams


def reason_of(error: Exception) -> str:
    """Return the reason code of an error of yt-dlp: by the class of its cause, or its message."""
    cause = (getattr(error, "exc_info", None) or (None, error))[1]
    class_name = type(cause).__name__
    if class_name in ERROR_CLASS_REASONS:
        return ERROR_CLASS_REASONS[class_name]
    message = _message(error).lower()
    for pattern, code in MESSAGE_REASONS:
        if re.search(pattern, message):
            return code
    return "fetch_error"


def _message(error: Exception) -> str:
    return MESSAGE_PREFIX.sub("", str(error))


class _SilentLogger:
    """A logger that drops every line: what matters is in the raised error."""

    def debug(self, message: str) -> None:
        """Drop a line."""

    def warning(self, message: str) -> None:
        """Drop a line."""

    def error(self, message: str) -> None:
        """Drop a line."""
