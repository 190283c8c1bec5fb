"""Downloads from YouTube by the Python interface of yt-dlp: video and audio as whole streams."""

import io
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foa360.config.fetch import Fetch
from foa360.core.shown import printable
from foa360.core.youtube import YOUTUBE_WATCH_URL, id_of_page
from foa360.stages.fetch.cookies import read_cookies
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
    (r"http error 451\b", "geo"),
    (r"http error 408\b", "timeout"),
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


def download_youtube(
    url: str, folder: Path, settings: Fetch, max_bytes: float | None = None
) -> Download:
    """Download video and audio of a YouTube page into a folder, `max_bytes` at most.

    yt-dlp gets the URL of one video, which is made of its id, never the listed one: for a channel,
    a playlist or a search it would request one video after the other. Raises FetchError;
    `not_media` for the URL of another page, `no_foa_from_client` if no audio of four channels is
    offered, before anything is downloaded; `cache_full` for more than `max_bytes`.
    """
    import yt_dlp

    video_id = id_of_page(url)
    if video_id is None:
        raise FetchError("not_media", "not the page of a video, such as that of a channel or list")
    try:
        with yt_dlp.YoutubeDL(client_options(folder, settings, max_bytes)) as client:
            info = client.extract_info(YOUTUBE_WATCH_URL + video_id, download=False) or {}
            if info.get("_type", "video") != "video":
                raise FetchError("not_media", f"the page leads to a {info['_type']}")
            return download_streams(client, info)
    except yt_dlp.utils.YoutubeDLError as error:
        raise FetchError(reason_of(error), _message(error)) from None


def client_options(folder: Path, settings: Fetch, max_bytes: float | None = None) -> dict[str, Any]:
    """Return options of yt-dlp: whole streams, limits of rate and size, no cache, no output."""
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
        "allowed_extractors": ["youtube"],
        "throttledratelimit": settings.min_rate_kb * 1e3 or None,
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
    most_bytes = float("inf") if max_bytes is None else max_bytes
    options["progress_hooks"] = [_DownloadLimits(most_bytes, settings.max_hours * 3600)]
    if settings.clients:
        options["extractor_args"] = {"youtube": {"player_client": settings.clients}}
    if settings.cookies:
        # A copy in memory, since yt-dlp writes to the file that it is given.
        options["cookiefile"] = io.StringIO(read_cookies(settings.cookies))
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
        video_codec=_text(video.get("vcodec")),
        audio_codec=_text(audio.get("acodec")),
        audio_channels=audio.get("audio_channels"),
        format_note=printable(", ".join(notes)),
        licence=_text(info.get("license")),
        channel=_text(info.get("channel")),
    )


def _text(value: object) -> str | None:
    """Return a text of a page as a table can hold it; None for anything else."""
    return printable(value) if isinstance(value, str) else None


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


class _DownloadLimits:
    """Ends a download of yt-dlp as soon as its files are too large, or take too long."""

    def __init__(self, max_bytes: float, max_time_s: float) -> None:
        """Set the limits of all files together."""
        self._max_bytes = max_bytes
        self._max_time_s = max_time_s
        self._end: float | None = None
        self._sizes: dict[str, int] = {}

    def __call__(self, progress: Info) -> None:
        """Receive what yt-dlp reports about a file; raises FetchError."""
        now = time.monotonic()
        self._end = self._end or now + self._max_time_s
        self._sizes[progress["filename"]] = progress.get("downloaded_bytes") or 0
        if sum(self._sizes.values()) > self._max_bytes:
            for name in self._sizes:
                Path(name).unlink(missing_ok=True)
                Path(f"{name}.part").unlink(missing_ok=True)
            raise FetchError("cache_full", f"more than {self._max_bytes:.0f} bytes")
        if now > self._end:
            raise FetchError("timeout", f"the download takes longer than {self._max_time_s:g} s")


class _SilentLogger:
    """A logger that drops every line: what matters is in the raised error."""

    def debug(self, message: str) -> None:
        """Drop a line."""

    def warning(self, message: str) -> None:
        """Drop a line."""

    def error(self, message: str) -> None:
        """Drop a line."""
