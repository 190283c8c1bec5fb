"""Stage `fetch`: local files in place, URLs into the cache; one row per source video."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from foa360.config.fetch import Fetch
from foa360.core import tables
from foa360.core.records import FetchedVideo
from foa360.stages.fetch.sources import VideoFetcher, source_videos

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class FetchFiles:
    """Files of the stage."""

    #: Table of planned clips.
    plan: Path
    #: Folder of the cache.
    cache: Path
    #: Fetch table to write.
    output: Path
    #: Digest of the shard's videos in the plan when the run began; None to accept any.
    plan_digest: str | None = None


def fetch_shard(
    shard: str,
    files: FetchFiles,
    settings: Fetch,
    progress: "Progress",
    max_gb: float | None = None,
) -> None:
    """Write the fetch table of a shard: one row per video, fetched or failed with a reason.

    Parameters
    ----------
    shard
        Name of the shard.
    files
        Files to read and to write.
    settings
        Section `fetch` of the configuration.
    progress
        Progress lines of the job.
    max_gb
        The most that the downloads of the shard may take, GB; what exceeds it fails. None for no
        limit.
    """
    fetcher = VideoFetcher(files.cache / "media", settings, max_gb)
    videos = source_videos(files.plan, shard, files.plan_digest)
    rows = [fetcher.fetch(video) for video in progress(videos, len(videos), "videos")]
    tables.write(files.output, rows, FetchedVideo)
