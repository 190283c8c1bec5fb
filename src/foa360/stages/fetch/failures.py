"""The failures in the fetch tables of a workflow, and how they are attempted again.

A table is the output of a job. A request beside it, `{shard}.again`, is an input of that job: if it
is newer than the table, the next run makes the table again, whatever its target, and attempts what
failed; what was fetched is in the cache. A table that is deleted would be made again only for a
target that needs it.
"""

import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from foa360.core import tables
from foa360.core.files import atomic
from foa360.core.reasons import NOT_FETCHED, REASONS
from foa360.stages.fetch.cache import forget_failures
from foa360.stages.fetch.local import is_readable

#: Reasons that fetching records.
FETCH_REASONS = (
    *NOT_FETCHED,
    "empty_file",
    "unreadable",
    "no_audio",
    "no_video",
)
#: Requests of a table that follow each other as fast as runs do; pauses between later ones double.
REQUESTS_WITHOUT_PAUSE = 3
#: First and longest of the pauses, s.
FIRST_PAUSE_S = 3600.0
LONGEST_PAUSE_S = 24 * 3600.0
#: Reasons of transient errors.
TRANSIENT_REASONS = frozenset(code for code, reason in REASONS.items() if reason.retry)


def count_failures(folder: Path) -> dict[Path, Counter[str]]:
    """Return how often each reason is in each fetch table that can be read."""
    counts: dict[Path, Counter[str]] = {}
    for path in sorted(folder.glob("*.parquet")):
        try:
            reasons = tables.read_frame(path, ["reason"])["reason"].dropna()
        except (OSError, ValueError, KeyError):
            continue
        counts[path] = Counter(reasons)
    return counts


def retry_found(folder: Path, local_files: Mapping[str, Mapping[str, Sequence[str]]]) -> int:
    """Request the fetch tables that lack local files which can be read now; return how many.

    A permission, a mount or a disk changes neither size nor time of a file. `local_files` are those
    of each shard and video.
    """
    count = 0
    for shard, files_of_video in local_files.items():
        path = folder / f"{shard}.parquet"
        try:
            rows = tables.read_frame(path, ["video_id", "reason"])
        except OSError:
            continue
        for reason in ("file_missing", "unreadable"):
            failed = rows.loc[rows["reason"] == reason, "video_id"]
            files_of_failed = [files_of_video.get(video_id, []) for video_id in failed]
            found = any(
                files and all(map(is_readable, map(Path, files))) for files in files_of_failed
            )
            # A disk that fails is only found out by reading.
            if found and (reason == "file_missing" or _is_due(path)):
                _request(path)
                count += 1
                break
    return count


def retry_failures(
    folder: Path,
    cache: Path,
    codes: Collection[str] = TRANSIENT_REASONS,
    *,
    at_once: bool = False,
) -> Counter[str]:
    """Request the fetch tables that have failures with these reasons; return how many of each.

    All that follows from such a table is made again, too. Therefore a table that was requested in
    vain is requested again only after a pause. Lasting failures that the cache stores are deleted
    from it.

    Parameters
    ----------
    folder
        Folder of the fetch tables.
    cache
        Folder of the cache.
    codes
        Reasons.
    at_once
        Request all of them, however often they were requested in vain.
    """
    counts: Counter[str] = Counter()
    for path, reasons in count_failures(folder).items():
        chosen = Counter({code: count for code, count in reasons.items() if code in codes})
        if chosen and (at_once or _is_due(path)):
            counts += chosen
            _request(path)
    lasting = set(codes) - TRANSIENT_REASONS
    if lasting:
        forget_failures(cache / "media", lasting)
    return counts


def request_path(table: Path) -> Path:
    """Return the path of the request beside a fetch table."""
    return table.with_suffix(".again")


def _is_due(table: Path) -> bool:
    """Return whether the pause after the last requests is over."""
    in_vain = _requests(table) - REQUESTS_WITHOUT_PAUSE
    if in_vain < 0:
        return True
    pause_s = min(FIRST_PAUSE_S * 2**in_vain, LONGEST_PAUSE_S)
    return time.time() - request_path(table).stat().st_mtime >= pause_s


def _request(table: Path) -> None:
    with atomic(request_path(table)) as temporary:
        temporary.write_text(f"{_requests(table) + 1}\n")


def _requests(table: Path) -> int:
    """Return how often a table was requested."""
    try:
        return int(request_path(table).read_text())
    except (OSError, ValueError):
        return 0
