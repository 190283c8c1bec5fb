"""Tables of clips or videos: CSV, TSV or Parquet, each row as text."""

import csv
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from foa360.core.files import read_file, require_regular_file
from foa360.core.video_ids import canonical_id, is_url
from foa360.core.youtube import canonical_url
from foa360.lists.cells import ZERO_BYTE, plain, text_of
from foa360.lists.columns import TIMES, Columns
from foa360.lists.problems import ListError

#: Field separator of text files, by suffix.
SEPARATORS = {".csv": ",", ".tsv": "\t"}
PARQUET = ".parquet"
#: Longest cell of a text file, characters.
MAX_CELL = 1 << 20
#: Largest text file, bytes: a list of the most rows, with long URLs.
MAX_LIST_BYTES = 1 << 29
#: Most rows of a list. Equal rows of a Parquet file take no space, but memory when they are read.
MAX_ROWS = 2_000_000


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """A row of a list as text; empty where it has no value. Ids and paths keep how they are spelt.

    Text, so that an id such as 007, 1e5 or NaN stays as it is written.
    """

    number: int
    video_id: str = ""
    video: str = ""
    audio: str = ""
    start: str = ""
    end: str = ""
    duration: str = ""
    split: str = ""
    recording: str = ""

    def named_video(self) -> str:
        """Return the id of its video: the one given, or that of the path or URL; may be empty."""
        return canonical_id(self.video_id or _stem(self.video))


class ReadTable(NamedTuple):
    """The rows of a list that can be understood, and the problems of the others by row number."""

    rows: list[TableRow]
    problems: list[tuple[int, str]]

    def require_no_problems(self, path: Path) -> None:
        """Raise ListError with all problems, in the order of the rows, if there are any."""
        if self.problems:
            in_order = sorted(self.problems, key=lambda problem: problem[0])
            raise ListError(path, [f"row {number}{problem}" for number, problem in in_order])


def is_table(path: Path) -> bool:
    """Return whether a file is a table, by its suffix."""
    return path.suffix.lower() in {*SEPARATORS, PARQUET}


def read_table(path: Path, *required: str) -> ReadTable:
    """Return the rows of a list in their order, numbered from 1 without the line of names.

    A column that is not known is named in the log, once. The caller adds the problems that it finds
    in rows, and has all of them raised by `require_no_problems`.

    Parameters
    ----------
    path
        CSV (also of any other suffix), TSV or Parquet.
    required
        Columns one of which must be there.

    Raises
    ------
    ListError
        For a file that cannot be read, or for its columns.
    """
    problems: list[tuple[int, str]] = []
    try:
        return ReadTable(list(_rows(path, required, problems)), problems)
    except (OSError, UnicodeError, csv.Error, pa.ArrowException) as error:
        raise ListError(path, [f"cannot be read: {_reason(error)}"]) from None


def _rows(
    path: Path, required: Sequence[str], problems: list[tuple[int, str]]
) -> Iterator[TableRow]:
    if path.suffix.lower() == PARQUET:
        table = _parquet_table(path)
        columns = _understood(path, table.column_names, required)
        lines = _parquet_lines(table, columns, problems)
    else:
        names, lines = _text_lines(path, problems)
        columns = _understood(path, names, required)
    for number, cells in lines:
        values = {name: plain(cells[column]) for name, column in columns.numbers.items()}
        for name in ("video", "audio"):
            # A path must stay as the file system has it.
            if name in values:
                values[name] = cells[columns.numbers[name]].strip()
        broken = [name for name, value in values.items() if ZERO_BYTE in value]
        if broken:
            problems.append((number, f": {broken[0]} has a zero byte"))
            continue
        yield TableRow(number=number, **values)


def _understood(path: Path, names: Sequence[str], required: Sequence[str]) -> Columns:
    columns = Columns(names)
    problems = list(columns.problems)
    hint = ""
    if len(columns.names) == 1 and any(mark in columns.names[0] for mark in ",;\t|"):
        hint = "; fields are separated by commas in .csv and by tabs in .tsv"
        problems = []
    means_it = any(f"did you mean {name!r}" in text for text in problems for name in required)
    if not means_it and not any(name in columns.numbers for name in required):
        found = ", ".join(map(repr, columns.names)) or "nothing"
        problems.append(f"it has no column {' or '.join(map(repr, required))}, but {found}{hint}")
    if problems:
        raise ListError(path, problems)
    if columns.unknown:
        logging.getLogger(__name__).warning(
            "%s: columns that are not read: %s", path, ", ".join(columns.unknown)
        )
    return columns


def _text_lines(
    path: Path, problems: list[tuple[int, str]]
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the names of the columns, and the rows as they are read."""
    content = read_file(path, MAX_LIST_BYTES).decode("utf-8-sig")
    csv.field_size_limit(MAX_CELL)
    separator = SEPARATORS.get(path.suffix.lower(), ",")
    reader = csv.reader(StringIO(content, newline=""), delimiter=separator, strict=True)
    names = next((line for line in reader if line), [])

    def lines() -> Iterator[tuple[int, list[str]]]:
        number = 0
        for cells in reader:
            number += bool(cells)
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) == len(names):
                yield number, cells
            else:
                which = "more" if len(cells) > len(names) else "fewer"
                problems.append(
                    (
                        number,
                        f" has {which} fields than the first line has names:"
                        f" {len(cells)}, not {len(names)}",
                    )
                )

    return names, lines()


def _parquet_table(path: Path) -> pa.Table:
    require_regular_file(path)
    with pq.ParquetFile(path) as file:
        if file.metadata.num_rows > MAX_ROWS:
            problem = f"{file.metadata.num_rows} rows, more than {MAX_ROWS}"
            raise ListError(path, [problem])
        return file.read()


def _parquet_lines(
    table: pa.Table, columns: Columns, problems: list[tuple[int, str]]
) -> Iterator[tuple[int, list[str]]]:
    values: dict[int, list[object]] = {}
    for column in columns.numbers.values():
        values[column] = table.column(column).to_pylist()
    for row in range(table.num_rows):
        cells = [""] * len(columns.names)
        is_good = True
        for name, column in columns.numbers.items():
            try:
                cells[column] = text_of(values[column][row], name not in TIMES)
            except ValueError as error:
                problems.append((row + 1, f": {name}: {error}"))
                is_good = False
        if is_good:
            yield row + 1, cells


def _stem(path_or_url: str) -> str:
    if not path_or_url or is_url(canonical_url(path_or_url)):
        return path_or_url
    return str(PurePosixPath(path_or_url).with_suffix(""))


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "it is not UTF-8"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).splitlines()[0]
