"""The one way to write and read tables: Parquet, one file per shard and stage, rows as records.

A record is one of the classes of `foa360.core.records`. Rows are in the order of the plan.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from foa360.core.files import atomic
from foa360.core.records import DEGREES

R = TypeVar("R")
K = TypeVar("K")
PathLike = str | os.PathLike[str]

ARROW_TYPES = {str: pa.string(), float: pa.float64(), int: pa.int64(), bool: pa.bool_()}


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


def write(path: PathLike, rows: Iterable[R], record: type[R]) -> None:
    """Write rows of one record under the final name, only when whole; None becomes null."""
    rows = list(rows)
    arrays = []
    for c in columns(record):
        values = [getattr(row, c.name) for row in rows]
        if c.unit == DEGREES:
            values = [_each(np.degrees, value) for value in values]
        arrays.append(pa.array(values, c.type))
    _write(path, pa.Table.from_arrays(arrays, schema=schema(record)))


def write_frame(path: PathLike, frame: pd.DataFrame, record: type[Any]) -> None:
    """Write a frame that has the record's columns, in the units of the file; for many rows."""
    arrays = [pa.array(frame[c.name], c.type, from_pandas=True) for c in columns(record)]
    _write(path, pa.Table.from_arrays(arrays, schema=schema(record)))


def read(path: PathLike, record: type[R], **equals: Any) -> list[R]:
    """Rows of one table as records, optionally only those whose columns equal the given values.

    The record may have fewer columns than the table. Raises OSError for a file that is missing or
    damaged, and ValueError for one that lacks a column.
    """
    condition = [(name, "==", value) for name, value in equals.items()] or None
    degrees = [c.name for c in columns(record) if c.unit == DEGREES]
    records = []
    for row in _read_columns(Path(path), record, condition).to_pylist():
        for name in degrees:
            row[name] = _each(np.radians, row[name])
        records.append(record(**row))
    return records


def read_frame(
    paths: PathLike | Sequence[PathLike], names: Sequence[str] | None = None
) -> pd.DataFrame:
    """Tables as one frame in the units of the files, in the order given; all columns or some."""
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    selected = None if names is None else list(names)
    return pa.concat_tables(
        [pq.read_table(Path(path), columns=selected) for path in paths]
    ).to_pandas()


def grouped(rows: Iterable[R], key: Callable[[R], K]) -> dict[K, list[R]]:
    """Rows by a key; keys and rows in the order in which they come."""
    groups: dict[K, list[R]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _read_columns(path: Path, record: type[Any], condition: Any) -> pa.Table:
    names = [c.name for c in columns(record)]
    stored = pq.read_schema(path).names
    missing = [name for name in names if name not in stored]
    if missing:
        raise ValueError(f"{path}: lacks the columns {', '.join(missing)}")
    return pq.read_table(path, columns=names, filters=condition)


def _write(path: PathLike, table: pa.Table) -> None:
    with atomic(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


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
