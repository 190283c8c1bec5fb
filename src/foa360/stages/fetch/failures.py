"""The failures in the fetch tables of a workflow, and how they are attempted again.

A table is the output of a job: if it is deleted, the next run makes it again and attempts what
failed; what was fetched is in the cache.
"""

from collections import Counter
from collections.abc import Collection
from pathlib import Path

from foa360.core import tables
from foa360.core.reasons import REASONS
from foa360.stages.fetch.cache import forget_failures

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


def retry_failures(
    folder: Path, cache: Path, codes: Collection[str] = TRANSIENT_REASONS
) -> Counter[str]:
    """Delete the fetch tables that have failures with these reasons; return how many of each.

    Lasting failures that the cache stores are deleted from it.
    """
    counts: Counter[str] = Counter()
    for path, reasons in count_failures(folder).items():
        chosen = Counter({code: count for code, count in reasons.items() if code in codes})
        if chosen:
            counts += chosen
            path.unlink()
    lasting = set(codes) - TRANSIENT_REASONS
    if lasting:
        forget_failures(cache / "media", lasting)
    return counts
