"""Reason codes of many clips, and the verdicts that follow from them."""

from collections.abc import Collection, Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from foa360.core.arrow_columns import text_lists
from foa360.core.reasons import REASONS, Verdict

Bools = NDArray[np.bool_]

#: Codes in the order of the closed list, which is their order in every table.
CODES = tuple(REASONS)
COLUMNS = {code: column for column, code in enumerate(CODES)}
FAILING = tuple(code for code, reason in REASONS.items() if reason.kind == "failed")


class ReasonTable:
    """Which of the reason codes each of n clips or videos has.

    matrix : (n, codes), in the order of `CODES`.
    """

    def __init__(self, matrix: Bools) -> None:
        """Wrap a matrix, see `no_reasons`."""
        self.matrix = matrix

    def add(self, code: str, clips: Bools) -> None:
        """Add a code to clips, a mask `(n,)`."""
        self.matrix[:, COLUMNS[code]] |= clips

    def without(self, codes: Collection[str]) -> "ReasonTable":
        """Copy without some codes."""
        matrix = self.matrix.copy()
        matrix[:, columns(codes)] = False
        return ReasonTable(matrix)

    def only(self, codes: Collection[str]) -> "ReasonTable":
        """Copy with some codes only."""
        return self.without(set(CODES) - set(codes))

    def any_of(self, codes: Collection[str]) -> Bools:
        """Clips with at least one of some codes, `(n,)`."""
        return np.asarray(self.matrix[:, columns(codes)].any(1))

    def lists(self) -> pa.Array:
        """List the codes of each clip, in the order of the closed list."""
        return text_lists(self.matrix, CODES)

    def verdicts(self, rejecting: Collection[str]) -> pa.Array:
        """Verdicts of the clips, where `rejecting` are the codes that reject one.

        The rule is that of `foa360.core.reasons.verdict_of`.
        """
        failed = self.any_of(FAILING)
        rejected = self.any_of(rejecting)
        outcomes = [Verdict.FAILED.value, Verdict.REJECTED.value, Verdict.KEPT.value]
        index = np.where(failed, 0, np.where(rejected, 1, 2))
        return pa.array(outcomes).take(pa.array(index))


def no_reasons(count: int) -> ReasonTable:
    """Table of `count` clips or videos without a reason."""
    return ReasonTable(np.zeros((count, len(CODES)), bool))


def reasons_of(lists: Iterable[Iterable[str]], count: int) -> ReasonTable:
    """Table of `count` clips or videos from their codes."""
    rows = []
    found = []
    for row, codes in enumerate(lists):
        for code in codes:
            rows.append(row)
            found.append(COLUMNS[code])
    table = no_reasons(count)
    table.matrix[rows, found] = True
    return table


def columns(codes: Iterable[str]) -> list[int]:
    """Columns of codes. Raises KeyError for a code that is not listed."""
    return [COLUMNS[code] for code in codes]
