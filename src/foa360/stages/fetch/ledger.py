"""What the fetch tables of a workflow say of failures, and how they are asked for again.

A table is the output of a job: taken away, the next run makes it again, and asks for what failed;
what was fetched is in the cache.
"""

from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pyarrow.parquet as pq

from foa360.core.reasons import REASONS
from foa360.stages.fetch.store import forget

#: Reasons that may pass by themselves.
PASSING = frozenset(code for code, reason in REASONS.items() if reason.retry)


def failures(tables: Path) -> dict[Path, Counter[str]]:
    """Fetch table → how often each reason is in it; tables that cannot be read have none."""
    found = {}
    for path in sorted(tables.glob("*.parquet")):
        try:
            reasons = pq.read_table(path, columns=["reason"])["reason"].drop_null().to_pylist()
        except (OSError, ValueError, KeyError):
            continue
        found[path] = Counter(reasons)
    return found


def ask_again(tables: Path, cache: Path, codes: Collection[str] = PASSING) -> Counter[str]:
    """Take away the tables that have failures with these reasons; how many there were of each.

    Failures that would otherwise be remembered for good are forgotten.
    """
    counts: Counter[str] = Counter()
    for path, reasons in failures(tables).items():
        chosen = Counter({code: n for code, n in reasons.items() if code in codes})
        if chosen:
            counts += chosen
            path.unlink()
    lasting = set(codes) - PASSING
    if lasting:
        forget(cache / "media", lasting)
    return counts
