"""Text files with an entry a line, such as ids, and the ids in any kind of list."""

from pathlib import Path
from typing import NamedTuple

from foa360.core.files import read_lines_of
from foa360.core.video_ids import canonical_id, is_url
from foa360.lists.cells import ZERO_BYTE, plain, shown
from foa360.lists.columns import known_name, meant_name
from foa360.lists.problems import ListError
from foa360.lists.table import MAX_LIST_BYTES, is_table, read_table

#: Characters between the fields of a row. An id that has one is written in double quotes.
FIELD_MARKS = ",;\t|"


class ListLine(NamedTuple):
    """An entry of a text file, the number of its line, and whether it is in double quotes."""

    number: int
    text: str
    is_quoted: bool


def read_lines(path: Path) -> list[ListLine]:
    """Return the entries of a text file.

    Blanks around an entry, empty lines and comments do not count. A comment begins with `#`, at the
    start of the line or after a blank. An entry in double quotes is taken as it is between them,
    where two stand for one. Raises ListError for a file that cannot be read, or that is a table.
    """
    try:
        texts = read_lines_of(path, MAX_LIST_BYTES, "utf-8-sig")
    except UnicodeError:
        raise ListError(path, ["cannot be read: it is not UTF-8"]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ListError(path, [f"cannot be read: {reason}"]) from None
    lines: list[ListLine] = []
    problems: list[str] = []
    for number, line in enumerate(texts, 1):
        entry, is_quoted = _entry(line)
        if ZERO_BYTE in line:
            problems.append(f"line {number}: {shown(line)} has a zero byte")
        elif entry:
            lines.append(ListLine(number, plain(entry), is_quoted))
    if problems:
        raise ListError(path, problems)
    if lines and not lines[0].is_quoted and _is_header(lines[0].text):
        first = shown(lines[0].text)
        raise ListError(path, [f"{first} are names of columns: the name of a table ends in .csv"])
    return lines


def require_ids(path: Path, lines: list[ListLine]) -> None:
    """Raise ListError for entries that are rows of a table rather than ids."""
    problems: list[str] = []
    for line in lines:
        if not line.is_quoted and not is_url(line.text) and set(FIELD_MARKS) & set(line.text):
            hint = "an id with commas and the like is written in double quotes"
            problems.append(f"line {line.number}: {shown(line.text)} is no id: {hint}")
    if problems:
        raise ListError(path, problems)


def read_video_ids(path: Path) -> list[str]:
    """Return the ids of videos in a list: an id or URL a line, or the videos of a table.

    The URL of a YouTube video means its YouTube id; a row without `video_id` is named by `video`.
    Raises ListError for a file that cannot be understood.
    """
    if not is_table(path):
        lines = read_lines(path)
        require_ids(path, lines)
        return [canonical_id(line.text) for line in lines]
    table = read_table(path, "video_id", "video")
    ids: list[str] = []
    for row in table.rows:
        ids.append(row.named_video())
        if not ids[-1]:
            table.problems.append((row.number, ": video_id is empty"))
    table.require_no_problems(path)
    return ids


def _is_header(text: str) -> bool:
    """Return whether a line has the names of the columns of a table, in which ids are named."""
    for mark in FIELD_MARKS:
        text = text.replace(mark, ",")
    names = [name.strip().strip('"') for name in text.split(",")]
    means = {known_name(name) or meant_name(name) for name in names}
    return "video_id" in means or (len(names) > 1 and "video" in means)


def _entry(line: str) -> tuple[str, bool]:
    """Return the entry of a line, and whether it is in double quotes."""
    line = line.strip()
    if line.startswith('"'):
        quoted, _, rest = line[1:].replace('""', "\0").partition('"')
        if not rest.strip() or rest.strip().startswith("#"):
            return quoted.replace("\0", '"'), True
    if line.startswith("#"):
        return "", False
    for blank in (" #", "\t#"):
        line = line.partition(blank)[0]
    return line, False
