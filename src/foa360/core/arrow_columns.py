"""NumPy arrays from columns of Arrow tables, and back. Null is a state of its own, never NaN."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from foa360.core.tables import TableError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]


class Ragged(NamedTuple):
    """Lists of different lengths: all values one after the other, and the lengths `(n,)`."""

    values: NDArray[Any]
    lengths: Indices

    def share_below(self, limit: float, of_none: float) -> Floats:
        """Share of the values of each list that are below a limit; `of_none` for empty lists."""
        ends = np.cumsum(self.lengths)
        below = np.concatenate([[0], np.cumsum(self.values < limit)])
        counts = below[ends] - below[ends - self.lengths]
        shares = np.full(len(ends), of_none)
        return np.divide(counts, self.lengths, out=shares, where=self.lengths > 0)


def valid(table: pa.Table, name: str) -> Bools:
    """Rows in which a column is not null."""
    return np.asarray(table[name].is_valid().to_numpy())


def numbers(table: pa.Table, name: str) -> Floats:
    """Values of a column of numbers; NaN for null."""
    return np.asarray(table[name].to_numpy(), float)


def flags(table: pa.Table, name: str) -> Bools:
    """Values of a column of booleans; False for null."""
    return np.asarray(pc.fill_null(table[name], False).to_numpy(), bool)


def stacked(table: pa.Table, name: str, shape: Sequence[int]) -> NDArray[Any]:
    """Return the lists of a column as arrays of one shape, `(rows, *shape)`; nulls are left out.

    Raises TableError if the lists have other lengths.
    """
    lengths = table[name].combine_chunks().value_lengths().drop_null().to_numpy()
    if (lengths != np.prod(shape)).any():
        raise TableError(f"column {name}: lists do not have the shape {tuple(shape)}")
    values = table[name].combine_chunks().flatten().to_numpy()
    return np.asarray(values.reshape(-1, *shape))


def ragged(table: pa.Table, name: str) -> Ragged:
    """Return the lists of a column of any lengths; null is an empty list."""
    column = table[name].combine_chunks()
    lengths = pc.fill_null(column.value_lengths(), 0).to_numpy()
    return Ragged(column.flatten().to_numpy(), lengths.astype(np.intp))


def number_column(values: NDArray[Any], rows: Indices, count: int) -> pa.Array:
    """Column of `count` rows with numbers in some `rows`, and null in all others."""
    spread = np.zeros(count, values.dtype)
    spread[rows] = values
    return pa.array(spread, mask=_missing(rows, count))


def list_column(values: NDArray[Any], rows: Indices, count: int) -> pa.Array:
    """Column of `count` rows with a list of `(len(rows), k)` in some `rows`, null in all others.

    The rows ascend.
    """
    missing = _missing(rows, count)
    lengths = np.where(missing, 0, values.shape[1])
    flat = pa.array(np.ascontiguousarray(values).ravel())
    return pa.ListArray.from_arrays(_offsets(lengths), flat, mask=pa.array(missing))


def text_lists(matrix: Bools, names: Sequence[str]) -> pa.Array:
    """List those names whose column of a matrix `(rows, names)` is true."""
    _, indices = np.nonzero(matrix)
    values = pa.array(list(names), pa.string()).take(pa.array(indices))
    return pa.ListArray.from_arrays(_offsets(matrix.sum(1)), values)


def repeated(values: pa.Array, indices: Indices, rows: Indices, count: int) -> pa.Array:
    """Column of `count` rows with the value of each index in some `rows`, null in all others."""
    return values.take(number_column(indices, rows, count))


def _missing(rows: Indices, count: int) -> Bools:
    missing = np.ones(count, bool)
    missing[rows] = False
    return missing


def _offsets(lengths: NDArray[Any]) -> pa.Array:
    return pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
