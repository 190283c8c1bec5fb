"""Deletion of downloads and files of videos that a takedown list has removed from the plan."""

import shutil
from collections.abc import Collection
from pathlib import Path

from foa360.core.records import PlannedClip
from foa360.core.video_ids import is_url, safe_name


def erase(
    removed: Collection[PlannedClip],
    remaining_shards: Collection[str],
    results: Path,
    cache: Path,
) -> None:
    """Delete the downloads of removed clips, and the files of shards that hold no clip any more.

    The workflow makes other shards again, since their rows in the plan have changed. Local media
    are never touched.

    Parameters
    ----------
    removed
        Clips that are no longer in the plan.
    remaining_shards
        Names of the shards that the plan has now.
    results
        Folder of all results.
    cache
        Folder of the cache.
    """
    sources = {clip.video for clip in removed} | {clip.audio for clip in removed}
    for url in sorted(filter(is_url, sources)):
        shutil.rmtree(cache / "media" / safe_name(url), ignore_errors=True)
    shards = {clip.shard for clip in removed}
    for shard in sorted(shards.difference(remaining_shards)):
        for path in [*results.rglob(f"{shard}.*")]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
