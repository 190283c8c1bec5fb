"""Tables: the same content in every format gives the same rows."""

import logging
import os
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from foa360.lists.lines import read_lines, read_video_ids
from foa360.lists.problems import ListError
from foa360.lists.table import MAX_ROWS, read_table


def test_formats_agree(tmp_path):
    rows = {"video_id": ["007", "1e5"], "video": ["a.mp4", "b c.mp4"], "start": ["0.5", "3"]}
    frame = pd.DataFrame(rows)
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    frame.to_parquet(tmp_path / "a.parquet")
    tables = [read_table(tmp_path / f"a.{s}", "video") for s in ("csv", "tsv", "parquet")]
    assert tables[0] == tables[1] == tables[2]
    assert tables[0].rows[0].video_id == "007"


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        ([7, None], pa.float64(), ["7", ""]),
        ([2**53 + 1, 8], pa.int64(), [str(2**53 + 1), "8"]),
        ([2**64 - 1], pa.uint64(), [str(2**64 - 1)]),
        ([Decimal(2**53 + 1), None], pa.decimal128(20, 0), [str(2**53 + 1), ""]),
        (["a", "a"], pa.dictionary(pa.int32(), pa.string()), ["a", "a"]),
    ],
)
def test_ids_of_parquet_are_text(tmp_path, values, kind, texts):
    table = pa.table({"video_id": pa.array(values, kind)})
    pq.write_table(table, tmp_path / "a.parquet")
    rows, problems = read_table(tmp_path / "a.parquet", "video_id")
    assert not problems
    assert [row.video_id for row in rows] == texts


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([7.5], pa.float64()),
        ([float(2**53)], pa.float64()),
        ([float("inf")], pa.float64()),
        ([Decimal("7.5")], pa.decimal128(5, 2)),
        ([[1]], pa.list_(pa.int64())),
        ([True], pa.bool_()),
    ],
)
def test_ids_that_are_not_what_was_meant_are_refused(tmp_path, values, kind):
    table = pa.table({"video_id": pa.array(values, kind)})
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(ListError, match="row 1: video_id: "):
        read_table(tmp_path / "a.parquet", "video_id").require_no_problems(tmp_path / "a.parquet")


def test_unknown_columns_are_named_once(tmp_path, caplog):
    (tmp_path / "a.csv").write_text("video,label,note\na,b,c\nd,e,f\n")
    with caplog.at_level(logging.WARNING):
        read_table(tmp_path / "a.csv", "video")
    assert [r.getMessage().rpartition(": ")[2] for r in caplog.records] == ["label, note"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"video;start\na;0", "separated by commas"),
        ("video\nä".encode("latin-1"), "it is not UTF-8"),
        ("video\na".encode("utf-16"), "it is not UTF-8"),
        (b"", "no column 'video', but nothing"),
        (b'video\n"a', "cannot be read"),
        (b"video,start,start\na,0,1", "'start' is there 2 times"),
    ],
)
def test_other_files_are_refused_in_a_line(tmp_path, content, message):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(ListError, match=message):
        read_table(tmp_path / "a.csv", "video")
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(ListError, match="cannot be read"):
        read_table(tmp_path / "a.parquet", "video")


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.parquet"])
def test_pipes_without_a_writer_are_refused_by_name(tmp_path, name):
    path = tmp_path / name
    os.mkfifo(path)
    with pytest.raises(ListError, match=rf"{name}: cannot be read: not a regular file"):
        read_video_ids(path)


def test_entries_of_text_files(tmp_path):
    text = '\ufeffa\n\n # all\nb # why\nc#d\n"#x"\n"e ""f"""  # quoted\ncafe\u0301 au lait\r\n'
    (tmp_path / "ids.txt").write_text(text, newline="")
    lines = read_lines(tmp_path / "ids.txt")
    assert [line.text for line in lines] == ["a", "b", "c#d", "#x", 'e "f"', "caf\u00e9 au lait"]
    assert [line.number for line in lines] == [1, 4, 5, 6, 7, 8]


def test_ids_of_videos_come_from_text_and_tables_and_urls(tmp_path):
    (tmp_path / "ids.txt").write_text("a\nhttps://youtu.be/AAAAAAAAAAA\n")
    (tmp_path / "ids.csv").write_text("video_id,reason\na,asked\nyoutu.be/AAAAAAAAAAA?t=9,asked\n")
    assert read_video_ids(tmp_path / "ids.txt") == ["a", "AAAAAAAAAAA"]
    assert read_video_ids(tmp_path / "ids.csv") == ["a", "AAAAAAAAAAA"]
    (tmp_path / "ids.csv").write_text('video_id\na\n""\n')
    assert read_video_ids(tmp_path / "ids.csv") == ["a"]
    (tmp_path / "ids.csv").write_text(
        "video_id,video\n,sub/b.mp4\n,youtu.be/AAAAAAAAAAA\nc,d.mp4\n"
    )
    assert read_video_ids(tmp_path / "ids.csv") == ["sub/b", "AAAAAAAAAAA", "c"]
    (tmp_path / "ids.csv").write_text("video\nsub/b.mp4\n")
    assert read_video_ids(tmp_path / "ids.csv") == ["sub/b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("video_id\na\n", "'video_id' are names of columns"),
        ("\ufeffvideo_id,split\na,train\n", "'video_id,split' are names of columns"),
        ("start\tYTID\n0\ta\n", "are names of columns"),
        ('"id";"url"\n', "are names of columns"),
        ("a,0\nb\nc;1\n", "2 problems:\n  line 1: 'a,0' is no id"),
        ("a\0b\nc\n", "line 1: 'a\\\\x00b' has a zero byte"),
    ],
)
def test_tables_that_are_called_a_text_file_are_refused(tmp_path, text, message):
    (tmp_path / "ids.txt").write_text(text)
    with pytest.raises(ListError, match=message):
        read_video_ids(tmp_path / "ids.txt")


def test_all_problems_are_in_the_order_of_the_rows(tmp_path):
    (tmp_path / "a.csv").write_text("video,video_id,label\na\nb\0,x,\n\n , ,\n,,x\nc,d,e,f\n")
    with pytest.raises(ListError) as refused:
        read_video_ids(tmp_path / "a.csv")
    assert refused.value.problems == [
        "row 1 has fewer fields than the first line has names: 1, not 3",
        "row 2: video has a zero byte",
        "row 4: video_id is empty",
        "row 5 has more fields than the first line has names: 4, not 3",
    ]


def test_a_list_of_too_many_rows_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "many.parquet"
    table = pa.table({"video": pa.array(["a"] * 100_000)})
    with pq.ParquetWriter(path, table.schema) as writer:
        for _ in range(MAX_ROWS // table.num_rows + 1):
            writer.write_table(table)
    assert path.stat().st_size < 100_000
    with pytest.raises(ListError, match="rows, more than"):
        read_table(path, "video")
