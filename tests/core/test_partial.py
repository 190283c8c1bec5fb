"""Records of finished parts outlast a job that was interrupted."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from foa360.core.partial import PartialResults


@dataclass(frozen=True)
class Row:
    """A record with the types of a table."""

    name: str
    value: float
    count: int
    detail: str | None = None


ROW = Row("a", 0.1, 3)


def parts(tmp_path: Path, version: str = "1") -> PartialResults[Row]:
    return PartialResults(tmp_path / "s0000.parquet", Row, version)


def test_a_part_is_found_by_its_name_and_version_only(tmp_path: Path) -> None:
    parts(tmp_path).save(["video", 1.5], [ROW])
    assert parts(tmp_path).load(["video", 1.5]) == [ROW]
    assert parts(tmp_path).load(["video", 1.25]) is None
    assert parts(tmp_path, "2").load(["video", 1.5]) is None


def test_a_part_without_records_is_not_a_new_one(tmp_path: Path) -> None:
    parts(tmp_path).save("empty", [])
    assert parts(tmp_path).load("empty") == []


def test_clearing_leaves_nothing(tmp_path: Path) -> None:
    parts(tmp_path).save("a", [ROW])
    parts(tmp_path, "2").save("a", [ROW])
    parts(tmp_path).clear()
    assert not [*tmp_path.iterdir()]
    parts(tmp_path).clear()  # of a job that was not interrupted


@given(st.floats(allow_nan=False), st.text(), st.none() | st.text())
def test_every_value_is_restored_exactly(
    tmp_path_factory, value: float, name: str, detail: str | None
) -> None:
    row = Row(name, value, 1, detail)
    stored = parts(tmp_path_factory.mktemp("parts"))
    stored.save(name, [row, replace(row, value=math.pi)])
    assert stored.load(name) == [row, replace(row, value=math.pi)]
