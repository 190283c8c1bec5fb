"""Deletion of downloads and files of videos that a takedown list has removed from the plan."""

import shutil
from collections.abc import Collection
from pathlib import Path

from foa360.core.paths import run_paths
from foa360.core.records import PlannedClip
from foa360.core.video_ids import is_url, url_name


def erase(
    removed: Collection[PlannedClip],
    remaining_shards: Collection[str],
    results: Path,
    cache: Path,
) -> None:
    """Delete the downloads of removed clips, and the files of shards that hold no clip any more.

    Only what the workflow writes is deleted: the outputs, logs and costs of its rules, by their
    paths. It makes other shards again, since their rows in the plan have changed. Local media are
    never touched. Raises OSError for what cannot be deleted.

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
        folder = cache / "media" / url_name(url)
        if folder.is_symlink():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
    paths = run_paths(str(results), str(cache))
    shards = {clip.shard for clip in removed}
    for shard in sorted(shards.difference(remaining_shards)):
        for name in paths.of_shard(shard):
            path = Path(name)
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
