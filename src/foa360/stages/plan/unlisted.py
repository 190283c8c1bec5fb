"""Results of shards that the plan no longer has: out of the folders that readers go through."""

import os
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from foa360.core.paths import run_paths

#: Folder, in the results, of the files of such shards.
UNLISTED = "unlisted"
SHARD = re.compile(r"s\d+", re.ASCII)


def set_aside(listed: Collection[str], results: Path, cache: Path) -> list[str]:
    """Move the files of all shards that are not listed to `unlisted`, and return their names.

    They are not deleted: whoever lists their videos again has them back (`bring_back`). Only files
    that rules write are moved, by their paths. Raises OSError for what cannot be moved.

    Parameters
    ----------
    listed
        Names of the shards of the plan.
    results, cache
        Folders of all results, and of the cache.
    """
    paths = run_paths(str(results), str(cache))
    folders = {Path(path).parent for path in paths.of_shard("s0")} - {results}
    found = {file.name.split(".")[0] for folder in folders for file in folder.glob("s*.*")}
    unlisted = sorted(name for name in found - set(listed) if SHARD.fullmatch(name))
    for shard in unlisted:
        for path in _files(shard, results, cache):
            _move(path, _aside(path, results))
    return unlisted


def bring_back(listed: Iterable[str], results: Path, cache: Path) -> None:
    """Move the files of listed shards back. Raises OSError for what cannot be moved."""
    if not (results / UNLISTED).is_dir():
        return
    for shard in listed:
        for path in _files(shard, results, cache):
            if not path.exists():
                _move(_aside(path, results), path)


def _files(shard: str, results: Path, cache: Path) -> list[Path]:
    return [Path(path) for path in run_paths(str(results), str(cache)).of_shard(shard)]


def _aside(path: Path, results: Path) -> Path:
    return results / UNLISTED / path.relative_to(results)


def _move(path: Path, target: Path) -> None:
    if path.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)
