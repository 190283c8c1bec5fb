"""The one way to write and read tables: Parquet, one file per shard and stage, rows as records.

A record is one of the classes of `foa360.core.records`. Rows are in the order of the plan.
"""

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from foa360.core.files import atomic, require_regular_file
from foa360.core.records import DEGREES

R = TypeVar("R")
K = TypeVar("K")
PathLike = str | os.PathLike[str]

COMPRESSION = "zstd"

ARROW_TYPES = {str: pa.string(), float: pa.float64(), int: pa.int64(), bool: pa.bool_()}


#: What an error of reading advises.
DAMAGED = "damaged, or no table; delete it, and the next run makes it again"


class TableError(ValueError):
    """A table that lacks a column, or has values that the column cannot have."""


class Column(NamedTuple):
    """Name, Arrow type, unit in the file, and meaning."""

    name: str
    type: pa.DataType
    unit: str
    meaning: str


def columns(record: type[Any]) -> tuple[Column, ...]:
    """Columns of a record's table, in the order of its fields."""
    hints = get_type_hints(record, include_extras=True)
    return tuple(
        Column(f.name, _arrow_type(hints[f.name]), f.metadata["unit"], f.metadata["meaning"])
        for f in fields(record)
    )


def schema(record: type[Any]) -> pa.Schema:
    """Arrow schema of a record's table; every field carries its unit and meaning."""
    return pa.schema(
        [
            pa.field(c.name, c.type, metadata={"unit": c.unit, "meaning": c.meaning})
            for c in columns(record)
        ]
    )


def writing(table: pa.Schema) -> dict[str, Any]:
    """Options of Parquet writers; repeated texts are stored once, measures hardly repeat."""
    texts = [f.name for f in table if pa.types.is_string(f.type)]
    return {"compression": COMPRESSION, "use_dictionary": texts}


def write(
    path: PathLike,
    rows: Iterable[R],
    record: type[R],
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write rows of one record under the final name, only when whole; None becomes null.

    `metadata` are texts about the whole table, by key.
    """
    _write(path, to_arrow(rows, record).replace_schema_metadata(metadata))


def to_arrow(rows: Iterable[R], record: type[R]) -> pa.Table:
    """Table of the rows of one record, as it is written; None becomes null."""
    rows = list(rows)
    arrays = []
    for c in columns(record):
        values = [getattr(row, c.name) for row in rows]
        if c.unit == DEGREES:
            values = [_each(np.degrees, value) for value in values]
        arrays.append(pa.array(values, c.type))
    return pa.Table.from_arrays(arrays, schema=schema(record))


def write_arrow(path: PathLike, table: pa.Table, record: type[Any]) -> None:
    """Write a table that has the columns of a record, in the units of the file."""
    names = [column.name for column in columns(record)]
    _write(path, table.select(names).cast(schema(record)).combine_chunks())


def write_if_changed(path: PathLike, table: pa.Table) -> bool:
    """Write a table as it is, unless the file has the same bytes; return whether it was written.

    A file that is not written keeps its time stamp.
    """
    path = Path(path)
    stream = pa.BufferOutputStream()
    pq.write_table(table, stream, **writing(table.schema))
    content = stream.getvalue().to_pybytes()
    if path.is_file() and path.read_bytes() == content:
        return False
    with atomic(path) as temporary:
        temporary.write_bytes(content)
    return True


def write_frame(
    path: PathLike,
    frame: pd.DataFrame,
    record: type[Any],
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a frame that has the record's columns, in the units of the file; for many rows.

    Parameters
    ----------
    path
        File to write.
    frame
        Rows; their index is not written.
    record
        Class of `foa360.core.records` that defines the columns.
    metadata
        Texts about the whole table, by key.
    """
    arrays = [pa.array(frame[c.name], c.type, from_pandas=True) for c in columns(record)]
    table = pa.Table.from_arrays(arrays, schema=schema(record).with_metadata(metadata))
    _write(path, table)


def read(path: PathLike, record: type[R], **equals: Any) -> list[R]:
    """Rows of one table as records, optionally only those whose columns equal the given values.

    The record may have fewer columns than the table. Raises OSError that names the file if it is
    missing or damaged, and TableError if it lacks a column.
    """
    condition = [(name, "==", value) for name, value in equals.items()] or None
    return from_arrow(_read_columns(Path(path), record, condition), record)


def from_arrow(table: pa.Table, record: type[R]) -> list[R]:
    """Rows of a table in the units of the file, as records."""
    degrees = [c.name for c in columns(record) if c.unit == DEGREES]
    records = []
    for row in table.select([c.name for c in columns(record)]).to_pylist():
        for name in degrees:
            row[name] = _each(np.radians, row[name])
        records.append(record(**row))
    return records


def read_arrow(path: PathLike, names: Sequence[str]) -> pa.Table:
    """Columns of one table in the units of the file; for many rows.

    Raises OSError that names the file if it is missing or damaged, and TableError if it lacks a
    column.
    """
    # Without the threads and the discovery of data sets, which take longer than reading a shard.
    with _reading(path), pq.ParquetFile(Path(path)) as file:
        _require(path, file.schema_arrow.names, names)
        return file.read(columns=list(names), use_threads=False)


def read_frame(
    paths: PathLike | Sequence[PathLike], names: Sequence[str] | None = None
) -> pd.DataFrame:
    """Tables as one frame in the units of the files, in the order given; all columns or some.

    Raises OSError that names the file if one is missing or damaged.
    """
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    selected = None if names is None else list(names)
    parts = []
    for path in paths:
        with _reading(path):
            parts.append(pq.read_table(Path(path), columns=selected))
    return pa.concat_tables(parts).to_pandas()


def read_metadata(path: PathLike) -> dict[str, str]:
    """Texts about a whole table, by key; none if it was written without.

    Raises OSError that names the file if it is missing or damaged.
    """
    with _reading(path):
        stored = pq.read_schema(Path(path)).metadata or {}
    return {key.decode(): value.decode() for key, value in stored.items()}


def grouped(rows: Iterable[R], key: Callable[[R], K]) -> dict[K, list[R]]:
    """Rows by a key; keys and rows in the order in which they come."""
    groups: dict[K, list[R]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _read_columns(path: Path, record: type[Any], condition: Any) -> pa.Table:
    names = [c.name for c in columns(record)]
    with _reading(path):
        _require(path, pq.read_schema(path).names, names)
        return pq.read_table(path, columns=names, filters=condition)


@contextmanager
def _reading(path: PathLike) -> Iterator[None]:
    """Let errors of reading a table name its file."""
    try:
        require_regular_file(path)
        yield
    except FileNotFoundError as error:
        message = os.strerror(errno.ENOENT)
        raise FileNotFoundError(errno.ENOENT, message, str(path)) from error
    except (OSError, pa.ArrowException) as error:
        is_damaged = getattr(error, "errno", None) in {None, 0}
        message = DAMAGED if is_damaged else str(error.strerror)
        code = 0 if is_damaged else error.errno
        raise OSError(code, message, str(path)) from error


def _require(path: PathLike, stored: Iterable[str], names: Iterable[str]) -> None:
    stored = set(stored)
    missing = [name for name in names if name not in stored]
    if missing:
        raise TableError(f"{path}: lacks the columns {', '.join(missing)}")


def _write(path: PathLike, table: pa.Table) -> None:
    with atomic(path) as temporary:
        pq.write_table(table, temporary, **writing(table.schema))


def _each(convert: Callable[[Any], Any], value: Any) -> Any:
    """Convert an angle or a list of angles; keep None."""
    if value is None:
        return None
    return [float(convert(v)) for v in value] if isinstance(value, list) else float(convert(value))


def _arrow_type(hint: Any) -> pa.DataType:
    """Arrow type of a field's annotation."""
    if get_origin(hint) is UnionType or NoneType in get_args(hint):
        (hint,) = (arg for arg in get_args(hint) if arg is not NoneType)
    if get_origin(hint) is list:
        return pa.list_(_arrow_type(get_args(hint)[0]))
    given = next((a for a in getattr(hint, "__metadata__", ()) if isinstance(a, pa.DataType)), None)
    return given or ARROW_TYPES[hint]
