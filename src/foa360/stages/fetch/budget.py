"""Media are in the cache while a stage needs them; with a budget for the cache, no longer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foa360.config.cache import Cache
from foa360.config.fetch import Fetch
from foa360.core import tables
from foa360.core.records import FetchedVideo
from foa360.core.video_ids import is_url
from foa360.stages.fetch.cache import delete_files
from foa360.stages.fetch.sources import VideoFetcher, source_videos


@contextmanager
def borrowed(
    shard: str,
    plan: Path,
    fetch: Path,
    cache: Cache,
    settings: Fetch,
    last: bool = False,
) -> Iterator[None]:
    """Provide the media of a shard: what was deleted from the cache is fetched again.

    With `cache.max_gb` the downloads are deleted after the `last` stage that reads them.

    Parameters
    ----------
    shard
        Name of the shard.
    plan
        Table of planned clips.
    fetch
        Fetch table of the shard.
    cache
        Section `cache` of the configuration.
    settings
        Section `fetch` of the configuration.
    last
        Whether no other stage reads the media afterwards.
    """
    folder = Path(cache.path)
    restore_downloads(shard, plan, fetch, folder, settings)
    yield
    if cache.max_gb and last:
        delete_downloads(shard, plan, folder)


def restore_downloads(shard: str, plan: Path, fetch: Path, cache: Path, settings: Fetch) -> None:
    """Fetch again what the table of a shard lists and what was deleted since.

    Parameters
    ----------
    shard
        Name of the shard.
    plan
        Table of planned clips.
    fetch
        Fetch table of the shard.
    cache
        Folder of the cache.
    settings
        Section `fetch` of the configuration.
    """
    fetched = [row for row in tables.read(fetch, FetchedVideo) if row.state == "fetched"]
    deleted = [row for row in fetched if not _is_complete(row)]
    if not deleted:
        return
    sources = {video.video_id: video for video in source_videos(plan, shard)}
    fetcher = VideoFetcher(cache / "media", settings)
    for row in deleted:
        restored = fetcher.fetch(sources[row.video_id])
        before = (row.video_sha256, row.audio_sha256)
        if (restored.video_sha256, restored.audio_sha256) != before:
            logging.getLogger(__name__).warning(
                "%s was deleted from the cache, and the new download differs: %s",
                row.video_id,
                restored.message or "other bytes",
            )


def delete_downloads(shard: str, plan: Path, cache: Path) -> int:
    """Delete the downloads of a shard, never local files; return the bytes freed."""
    sources: set[str] = set()
    for video in source_videos(plan, shard):
        sources |= {video.video, video.audio}
    urls = sorted(filter(is_url, sources))
    return sum(delete_files(cache / "media", url) for url in urls)


def _is_complete(row: FetchedVideo) -> bool:
    paths = (row.video_path, row.audio_path)
    return all(path is not None and Path(path).exists() for path in paths)
