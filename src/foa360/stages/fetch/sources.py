"""Source videos of a shard, and how each is fetched: local files in place, URLs into the cache."""

import logging
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import requests

from foa360.config.fetch import Fetch
from foa360.core.plan_rows import planned_clips
from foa360.core.records import FetchedVideo
from foa360.core.video_ids import is_http_url, is_url
from foa360.core.youtube import is_youtube_url
from foa360.stages.fetch.cache import delete_files, fetch_once
from foa360.stages.fetch.downloads import Download, DownloadFacts, SourceMedia, StatedProperties
from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.http import TransferLimits, download
from foa360.stages.fetch.hub import hub_host, hub_tool, is_hub_file, resolve_hub_file
from foa360.stages.fetch.local import local_file
from foa360.stages.fetch.retry import RetryPolicy
from foa360.stages.fetch.slots import slot
from foa360.stages.fetch.youtube import download_youtube

BYTES_PER_GB = 1e9
#: Suffix that the file of a URL may keep.
PLAIN_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}")


@dataclass(frozen=True, kw_only=True)
class SourceVideo:
    """A source video, and the paths or URLs of its video and its audio."""

    video_id: str
    video: str
    audio: str


def source_videos(plan: Path, shard: str, digest: str | None = None) -> list[SourceVideo]:
    """Return the source videos of a shard, in the order of the plan.

    Raises PlanChangedError if `digest` is given, and is not that of the videos.
    """
    videos: dict[str, SourceVideo] = {}
    for clip in planned_clips(plan, shard, digest):
        video = SourceVideo(video_id=clip.video_id, video=clip.video, audio=clip.audio)
        videos.setdefault(clip.video_id, video)
    return list(videos.values())


class VideoFetcher:
    """Fetches the source videos of one shard."""

    def __init__(self, media: Path, settings: Fetch, max_gb: float | None = None) -> None:
        """Set the cache folder `media`, and the most that all downloads may take, GB."""
        self.media = media
        self.settings = settings
        self.remaining_bytes = None if max_gb is None else max_gb * BYTES_PER_GB
        self.policy = RetryPolicy.of(settings)

    def fetch(self, source: SourceVideo) -> FetchedVideo:
        """Return the row of one source video, fetched or failed with a reason."""
        locations = dict.fromkeys((source.video, source.audio))
        try:
            media = {location: self._media_or_fail(location) for location in locations}
        except FetchError as error:
            return FetchedVideo(
                video_id=source.video_id,
                state="failed",
                reason=error.reason,
                message=error.message,
                attempts=error.attempts if is_url(source.video) else None,
            )
        return _fetched_video(source.video_id, media[source.video], media[source.audio])

    def _media_or_fail(self, location: str) -> SourceMedia:
        """Return the files of a path or URL; an error of a URL that nobody expected ends no job."""
        try:
            return self._media(location)
        except (FetchError, OSError):  # of the URL; of this machine, such as a full disk
            raise
        except Exception as error:
            logging.getLogger(__name__).exception("an unexpected error")
            raise FetchError("fetch_error", f"{type(error).__name__}: {error}") from None

    def _media(self, location: str) -> SourceMedia:
        """Return the files of a path or URL."""
        if not is_url(location):
            file = local_file(Path(location))
            return SourceMedia(video=file, audio=file)
        if not is_http_url(location):
            scheme = location.partition(":")[0]
            raise FetchError("file_missing", f"{scheme}: URLs cannot be fetched")
        fetched = fetch_once(self.media, location, partial(self._download, location))
        self._spend(location, fetched)
        return fetched

    def _spend(self, url: str, fetched: SourceMedia) -> None:
        """Count files against the budget; delete them if it does not suffice."""
        if self.remaining_bytes is None:
            return
        self.remaining_bytes -= sum(file.size for file in fetched.files())
        if self.remaining_bytes < 0:
            delete_files(self.media, url)
            excess_gb = -self.remaining_bytes / BYTES_PER_GB
            raise FetchError("cache_full", f"{excess_gb:.3f} GB too much")

    def _download(self, url: str, folder: Path) -> Download:
        with slot(self.media, self.settings.concurrent):
            if is_youtube_url(url):
                budget = self.remaining_bytes
                attempted = self.policy.call(
                    lambda: download_youtube(url, folder, self.settings, budget)
                )
                return attempted.result
            path = folder / f"media{_suffix(url)}"
            limits = TransferLimits.of(self.settings, self.remaining_bytes)
            tool = f"requests {requests.__version__}"
            resolve = None
            if is_hub_file(url):
                tool = hub_tool()
                limits = limits.also_allowing(hub_host())
                resolve = partial(resolve_hub_file, timeout_s=self.settings.timeout)
            attempts = download(url, path, self.policy, limits, resolve)
            return Download(video=path, audio=path, tool=tool, attempts=attempts)


def _fetched_video(video_id: str, video: SourceMedia, audio: SourceMedia) -> FetchedVideo:
    """Return the row of a video that was fetched; facts about the audio come before the video's."""
    facts: DownloadFacts | None = audio.facts or video.facts
    stated = _stated(audio) or _stated(video)
    return FetchedVideo(
        video_id=video_id,
        state="fetched",
        video_path=str(video.video.path),
        audio_path=str(audio.audio.path),
        video_bytes=video.video.size,
        audio_bytes=audio.audio.size,
        video_sha256=video.video.digest,
        audio_sha256=audio.audio.digest,
        video_codec=stated.video_codec if stated else None,
        audio_codec=stated.audio_codec if stated else None,
        audio_channels=stated.audio_channels if stated else None,
        format_note=stated.format_note if stated else None,
        attempts=facts.attempts if facts else None,
        fetched_at=facts.fetched_at if facts else None,
        tool=facts.tool if facts else None,
        licence=stated.licence if stated else None,
        channel=stated.channel if stated else None,
    )


def _stated(media: SourceMedia) -> StatedProperties | None:
    return media.facts.stated if media.facts else None


def _suffix(url: str) -> str:
    """Return the suffix of the file that a URL names, if it has a plain one."""
    try:
        suffix = PurePosixPath(urlsplit(url).path).suffix
    except ValueError:
        return ""
    return suffix if PLAIN_SUFFIX.fullmatch(suffix) else ""
