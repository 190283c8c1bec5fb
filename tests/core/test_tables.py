"""Tables: what is written is read back; names, types, units and meanings come from the records."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foa360.core import records, tables
from foa360.core.records import (
    DEGREES,
    CuratedClip,
    FetchedVideo,
    Float32,
    PlannedClip,
    TrackedObject,
    Viewpoint,
    column,
    optional,
)

RECORDS = [
    PlannedClip,
    FetchedVideo,
    CuratedClip,
    records.Detection,
    TrackedObject,
    records.ClipAgreement,
    Viewpoint,
]
#: Any text that UTF-8 can hold.
IDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A record of these tests."""

    video_id: str = column("id")
    score: Float32 = column("score, 0 to 1")
    azimuth: float | None = optional("direction", DEGREES)
    azimuths: list[Float32] | None = optional("directions", DEGREES)


def planned(**values):
    clip = PlannedClip(
        clip_id="v_0",
        video_id="v",
        start=0.0,
        duration=1.0,
        split="train",
        shard="s0000",
        source="list",
        source_number=0,
        video="v.mp4",
        audio="v.mp4",
    )
    return dataclasses.replace(clip, **values)


@pytest.mark.parametrize("record", RECORDS)
def test_every_column_has_one_name_and_a_meaning(record):
    names = [column.name for column in tables.columns(record)]
    assert len(names) == len(set(names))
    assert all(column.meaning for column in tables.columns(record))


@pytest.mark.parametrize("record", RECORDS)
def test_an_empty_table_has_all_columns_with_types_units_and_meanings(record, tmp_path):
    tables.write(tmp_path / "t.parquet", [], record)
    schema = pq.read_schema(tmp_path / "t.parquet")
    columns = tables.columns(record)
    assert schema.names == [column.name for column in columns]
    assert schema.types == [column.type for column in columns]
    for number, expected in enumerate(columns):
        metadata = schema.field(number).metadata
        assert metadata[b"meaning"].decode() == expected.meaning
        assert metadata[b"unit"].decode() == expected.unit
    assert tables.read(tmp_path / "t.parquet", record) == []


def test_types_follow_from_annotations():
    types = {column.name: column.type for column in tables.columns(Scored)}
    assert types == {
        "video_id": pa.string(),
        "score": pa.float32(),
        "azimuth": pa.float64(),
        "azimuths": pa.list_(pa.float32()),
    }


@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.tuples(IDS, st.floats(width=32))))
def test_rows_come_back_as_they_were(values, tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "t.parquet"
    rows = [Scored(video_id=video_id, score=score) for video_id, score in values]
    tables.write(path, rows, Scored)
    back = tables.read(path, Scored)
    assert [row.video_id for row in back] == [row.video_id for row in rows]
    for one, two in zip(back, rows, strict=True):
        assert one.score == two.score or (math.isnan(one.score) and math.isnan(two.score))


def test_angles_are_degrees_in_files_and_radians_in_records(tmp_path):
    row = Scored(video_id="v", score=1.0, azimuth=math.pi / 2, azimuths=[0.0, -math.pi])
    tables.write(tmp_path / "t.parquet", [row], Scored)
    (stored,) = pq.read_table(tmp_path / "t.parquet").to_pylist()
    assert stored["azimuth"] == pytest.approx(90)
    assert stored["azimuths"] == pytest.approx([0, -180])
    (back,) = tables.read(tmp_path / "t.parquet", Scored)
    assert back.azimuth == pytest.approx(math.pi / 2)
    assert back.azimuths == pytest.approx([0, -math.pi])
    frame = tables.read_frame(tmp_path / "t.parquet")
    assert frame["azimuth"][0] == pytest.approx(90), "frames have the units of the file"


def test_values_that_a_row_lacks_are_null(tmp_path):
    tables.write(
        tmp_path / "t.parquet", [FetchedVideo(video_id="-x", state="failed")], FetchedVideo
    )
    (stored,) = pq.read_table(tmp_path / "t.parquet").to_pylist()
    assert stored["video_id"] == "-x"
    assert stored["video_bytes"] is None
    (row,) = tables.read(tmp_path / "t.parquet", FetchedVideo)
    assert row.licence is None


def test_an_unknown_field_is_refused_by_name():
    with pytest.raises(TypeError, match="reson"):
        FetchedVideo(video_id="a", state="failed", reson="x")


def test_a_value_of_the_wrong_type_leaves_the_old_table(tmp_path):
    path = tmp_path / "t.parquet"
    tables.write(path, [FetchedVideo(video_id="a", state="fetched")], FetchedVideo)
    before = path.read_bytes()
    with pytest.raises((TypeError, ValueError)):
        tables.write(path, [FetchedVideo(video_id=b"\xff", state="fetched")], FetchedVideo)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["t.parquet"]


def test_a_table_without_a_column_of_the_record_is_refused(tmp_path):
    tables.write(tmp_path / "t.parquet", [planned()], PlannedClip)
    with pytest.raises(ValueError, match=r"t\.parquet: lacks the columns state, reason"):
        tables.read(tmp_path / "t.parquet", FetchedVideo)


def test_a_record_of_fewer_columns_reads_only_these(tmp_path):
    tables.write(tmp_path / "t.parquet", [planned(), planned(split="test")], PlannedClip)
    found = tables.read(tmp_path / "t.parquet", records.Clip, split="test", source="list")
    assert [type(clip) for clip in found] == [records.Clip]


def test_a_missing_file_is_an_error_of_the_system(tmp_path):
    with pytest.raises(OSError, match=r"absent\.parquet"):
        tables.read(tmp_path / "absent.parquet", PlannedClip)


def test_filters_give_the_rows_of_one_shard(tmp_path):
    names = [("s0", "a"), ("s1", "b"), ("s0", "c")]
    rows = [planned(shard=shard, clip_id=clip_id) for shard, clip_id in names]
    tables.write(tmp_path / "t.parquet", rows, PlannedClip)
    found = tables.read(tmp_path / "t.parquet", PlannedClip, shard="s0")
    assert [clip.clip_id for clip in found] == ["a", "c"]


def test_shards_read_as_one_frame_in_the_order_given(tmp_path):
    for name in ("b", "a"):
        tables.write(tmp_path / name, [planned(clip_id=name)], PlannedClip)
    frame = tables.read_frame([tmp_path / "b", tmp_path / "a"])
    assert list(frame["clip_id"]) == ["b", "a"]
    assert list(tables.read_frame(tmp_path / "a", ["start"]).columns) == ["start"]


def test_the_same_rows_give_the_same_bytes_in_every_way(tmp_path):
    rows = [planned(clip_id=f"v_{i}", start=float(i)) for i in range(50)]
    tables.write(tmp_path / "one", rows, PlannedClip)
    tables.write(tmp_path / "two", iter(rows), PlannedClip)
    frame = pd.DataFrame([dataclasses.asdict(row) for row in rows])
    tables.write_frame(tmp_path / "three", frame, PlannedClip)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert tables.read_frame(tmp_path / "one").equals(tables.read_frame(tmp_path / "three"))


def test_numbers_of_numpy_are_written_as_numbers(tmp_path):
    row = Scored(video_id="v", score=np.float32(0.5), azimuth=np.float64(np.pi))
    tables.write(tmp_path / "t.parquet", [row], Scored)
    (stored,) = pq.read_table(tmp_path / "t.parquet").to_pylist()
    assert stored["score"] == 0.5
    assert stored["azimuth"] == pytest.approx(180)


def test_rows_are_grouped_in_the_order_in_which_they_come():
    rows = [planned(video_id=name) for name in ("b", "a", "b")]
    groups = tables.grouped(rows, lambda clip: clip.video_id)
    assert list(groups) == ["b", "a"]
    assert [len(group) for group in groups.values()] == [2, 1]
