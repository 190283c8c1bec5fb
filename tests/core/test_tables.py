"""Tables: what is written is what is read, with names, types and meanings from one place."""

import datetime
import math

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foa360.core import old_tables as tables

ALL = {n: getattr(tables, n) for n in ("PLAN", "FETCH", "CURATION", "DETECTIONS", "VIEWPOINTS")}
#: Any text that UTF-8 can hold.
IDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.mark.parametrize("name", ALL)
def test_columns_have_one_name_and_a_meaning(name):
    names = [c.name for c in ALL[name]]
    assert len(names) == len(set(names))
    assert all(c.meaning for c in ALL[name])


@pytest.mark.parametrize("name", ALL)
def test_an_empty_table_has_all_columns_with_their_types(name, tmp_path):
    tables.write(tmp_path / "t.parquet", [], ALL[name])
    schema = pq.read_schema(tmp_path / "t.parquet")
    assert schema.names == [c.name for c in ALL[name]]
    assert [schema.field(c.name).type for c in ALL[name]] == [c.type for c in ALL[name]]
    assert schema.field(0).metadata[b"meaning"].decode() == ALL[name][0].meaning
    assert tables.read(tmp_path / "t.parquet").empty


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.fixed_dictionaries({"video_id": IDS, "score": st.floats(width=32)})))
def test_rows_come_back_as_they_were(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "t.parquet"
    columns = [tables.Column("video_id", tables.STR, "id"), tables.Column("score", tables.F32, "x")]
    tables.write(path, rows, columns)
    back = pq.read_table(path).to_pylist()
    assert [r["video_id"] for r in back] == [r["video_id"] for r in rows]
    for one, two in zip(back, rows, strict=True):
        if math.isnan(two["score"]):
            assert math.isnan(one["score"])
        else:
            assert one["score"] == two["score"]


def test_what_a_row_does_not_say_is_null(tmp_path):
    tables.write(tmp_path / "t.parquet", [{"video_id": "-x", "state": "failed"}], tables.FETCH)
    (row,) = tables.records(tables.read(tmp_path / "t.parquet"))
    assert row["video_id"] == "-x"
    assert row["video_bytes"] is None
    assert row["licence"] is None


def test_a_key_that_is_no_column_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match=r"'reson'.*not columns"):
        tables.write(tmp_path / "t.parquet", [{"reson": "x"}], tables.FETCH)
    assert not (tmp_path / "t.parquet").exists()


def test_a_value_of_the_wrong_type_leaves_the_old_table(tmp_path):
    path = tmp_path / "t.parquet"
    tables.write(path, [{"video_id": "a"}], tables.FETCH)
    before = path.read_bytes()
    with pytest.raises((TypeError, ValueError)):
        tables.write(path, [{"video_id": datetime.date(2020, 1, 1)}], tables.FETCH)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["t.parquet"]


def test_filters_give_the_rows_of_one_shard(tmp_path):
    rows = [{"shard": s, "clip_id": c} for s, c in (("s0", "a"), ("s1", "b"), ("s0", "c"))]
    tables.write(tmp_path / "t.parquet", rows, tables.PLAN)
    assert list(tables.read(tmp_path / "t.parquet", shard="s0")["clip_id"]) == ["a", "c"]


def test_shards_read_as_one_in_the_order_given(tmp_path):
    for name in ("b", "a"):
        tables.write(tmp_path / name, [{"clip_id": name}], tables.VIEWPOINTS)
    assert list(tables.read_all([tmp_path / "b", tmp_path / "a"])["clip_id"]) == ["b", "a"]


def test_the_same_rows_give_the_same_bytes_by_both_ways(tmp_path):
    rows = [
        {"shard": "s0000", "clip_id": f"v_{i}", "video_id": "v", "start": float(i), "duration": 1.0,
         "split": "train", "source": "list", "video": "v.mp4", "audio": "v.mp4"}
        for i in range(50)
    ]  # fmt: skip
    tables.write(tmp_path / "one", rows, tables.PLAN)
    tables.write(tmp_path / "two", iter(rows), tables.PLAN)
    tables.write_frame(tmp_path / "three", pd.DataFrame(rows), tables.PLAN)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert tables.read(tmp_path / "one").equals(tables.read(tmp_path / "three"))
