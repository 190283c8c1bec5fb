"""The beginning of a run that may write: its lock, and what runs that were killed have left."""

import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from foa360.core.run_lock import RunLock, lock_results

#: Folder with Snakemake's locks, in the working directory of a run.
LOCKS = Path(".snakemake", "locks")
#: Name of a file that `foa360.core.files.atomic` has not finished.
PARTIAL_NAME = re.compile(r"\.[a-z0-9_]{8}\.part(\..+)?")
#: Age from which an unfinished file in the cache is deleted, s. Runs with other results may share
#: the cache, and write to it now.
MIN_CACHE_AGE_S = 24 * 3600


def begin_run(results: Path, cache: Path, folder: Path) -> RunLock:
    """Lock the results for a run in a working directory, and clear what killed runs have left.

    If the process that held the lock ran on this machine and has ended, its locks of Snakemake are
    removed, with a line on standard error. So are files that no run has finished. Raises
    ResultsLockedError if another run writes the results, OSError if they are not writable.
    """
    lock = lock_results(results)
    if lock.predecessor is not None:
        for path in list(snakemake_locks(folder, results)):
            if path.stat().st_mtime >= lock.predecessor_time:
                path.unlink(missing_ok=True)
        _say(f"{results}: {lock.predecessor}, was killed; this run takes over its lock")
    oldest = time.time() - MIN_CACHE_AGE_S
    partial = list(partial_files(results))
    partial += [path for path in partial_files(cache) if path.stat().st_mtime < oldest]
    for path in partial:
        path.unlink(missing_ok=True)
    if partial:
        _say(f"{len(partial)} unfinished files of runs that were killed are deleted")
    return lock


def snakemake_locks(folder: Path, results: Path) -> Iterator[Path]:
    """Yield the locks of Snakemake in a working directory that concern a folder of results."""
    for path in sorted((folder / LOCKS).glob("*.lock")):
        names = path.read_text(encoding="utf-8", errors="replace").splitlines()
        if any(Path(name).is_relative_to(results) for name in names):
            yield path


def partial_files(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder that `foa360.core.files.atomic` has not finished."""
    for root, _, names in os.walk(folder):
        for name in names:
            if PARTIAL_NAME.fullmatch(name):
                yield Path(root, name)


def _say(text: str) -> None:
    print(f"[plan] {text}", file=sys.stderr)
