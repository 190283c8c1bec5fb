"""Clip lists of the user: what a row stands for, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from support.plans import listed, plan

from foa360.config.section import ConfigError
from foa360.demo.encode import write_media

HOSTILE = [
    "-rf",
    "../../up",
    "a b",
    "$(touch x)",
    "null",
    "NaN",
    "007",
    "1e5",
    "a\nb",
    "ü🐚",
    '"q"',
    "#x",
]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_hostile_ids_are_only_data(tmp_path, suffix):
    table = tmp_path / f"list.{suffix}"
    frame = pd.DataFrame({"video_id": HOSTILE, "video": [f"{i}.mp4" for i in range(len(HOSTILE))]})
    frame.to_csv(table, index=False) if suffix == "csv" else frame.to_parquet(table)
    made = plan(tmp_path, [{"kind": "list", "path": str(table)}])
    assert list(made["video_id"]) == HOSTILE
    assert made["video"].iloc[0] == str(tmp_path / "0.mp4")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id\nx", "no column 'video'"),
        ("video,start\na.mp4,soon", "row 1: start 'soon' is not a time"),
        ("video,duration\na.mp4,-1", "row 1: duration '-1'"),
        ("video,split\na.mp4,valid", "split 'valid' is not train or test"),
        ("video_id,video\nx,a.mp4\nx,b.mp4", "two files, such as 'x'"),
        ("video,start,duration\na.mp4,0,5\na.mp4,0,6", "two durations, such as 'a' at 0 s"),
        ("video,start\n,0", "row 1: video is empty"),
        ("video,start\na.mp4,0,train", "row 1 has more fields"),
        ("video,start,duration\na.mp4,0", "row 1 has fewer fields"),
        ("video,start,end,duration\na.mp4,1,3,9", "duration '9' is not the time from start to end"),
        ("video,start\na.mp4,1:30", "1:30 is written 90"),
        ("video,start\na.mp4,nan", "row 1: start 'nan'"),
        ('video\n"a.mp4', "cannot be read"),
        ("video", "there are no clips"),
    ],
)
def test_lists_that_contradict_themselves_are_refused(tmp_path, text, message):
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(ConfigError, match=message):
        plan(tmp_path, [{"kind": "list", "path": str(tmp_path / "list.csv")}])


def test_a_row_without_times_stands_for_the_whole_file(tmp_path):
    write_media(tmp_path / "a.wav", None, np.zeros((4, 48000 * 5), np.float32), audio="pcm16")
    source = listed(
        tmp_path,
        "video_id,video,start,duration\na,a.wav,,\nb,a.wav,1.5,\nc,a.wav,,1\nd,http://x.org/a,,\n"
        "e,absent.mp4,,\n",
    )
    frame = plan(tmp_path, [source], clip={"duration": 2.0})
    spans = frame.groupby("video_id")[["start", "duration"]].apply(lambda f: f.to_numpy().tolist())
    assert spans.to_dict() == {
        "a": [[0, 2], [2, 2]],
        "b": [[1.5, 2]],
        "c": [[0, 1]],
        "d": [[0, 2]],
        "e": [[0, 2]],
    }


def test_clip_ids_distinguish_close_and_late_starts(tmp_path):
    starts = ["0.1", "0.100001", "10000.25", "10000.5", "1234567", "1e-9"]
    source = listed(tmp_path, "\n".join(["video,start", *(f"a.mp4,{s}" for s in starts)]))
    assert list(plan(tmp_path, [source])["clip_id"]) == [
        "a_0",
        "a_0.1",
        "a_0.100001",
        "a_10000.25",
        "a_10000.5",
        "a_1234567",
    ]


def test_missing_cells_and_blank_lines_of_a_list_are_empty(tmp_path):
    text = "\ufeffvideo, start ,split\na.mp4,,\n\n b.mp4 ,3 ,\n"
    assert list(plan(tmp_path, [listed(tmp_path, text)])["clip_id"]) == ["a_0", "b_3"]
    table = pd.DataFrame({"video": ["a.mp4", "b.mp4"], "start": [1.5, None], "video_id": [7, 8]})
    table.to_parquet(tmp_path / "list.parquet")
    frame = plan(tmp_path, [{"kind": "list", "path": str(tmp_path / "list.parquet")}])
    assert list(frame["clip_id"]) == ["7_1.5", "8_0"]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("video,start,end\na.mp4,0,2\na.mp4,2,3.5", [[0, 2], [2, 1.5]]),
        ("video,start_seconds,end_seconds,label\na.mp4,5,12,bird", [[5, 7]]),
        ("video,start_time,end_time\na.mp4,1.25,2", [[1.25, 0.75]]),
        ("video,end\na.mp4,4", [[0, 4]]),
        (
            "video,start,end,duration\na.mp4,1,3,2\na.mp4,5,,4\na.mp4,9,11,",
            [[1, 2], [5, 4], [9, 2]],
        ),
        ("video,start_s,duration_sec\na.mp4,1,3", [[1, 3]]),
    ],
)
def test_ends_and_times_in_seconds_are_read(tmp_path, text, spans):
    frame = plan(tmp_path, [listed(tmp_path, text)])
    assert frame[["start", "duration"]].to_numpy().tolist() == spans


def test_all_bad_rows_are_in_one_message(tmp_path):
    rows = ["a.mp4,0,1", "b.mp4,x,1", ",0,1", "c.mp4,-1,1", "d.mp4,5,5", "e.mp4,1_0,20", "f.mp4"]
    source = listed(tmp_path, "\n".join(["video,start,end", *rows]))
    with pytest.raises(ConfigError) as refused:
        plan(tmp_path, [source])
    for part in (
        "6 problems",
        "row 2: start 'x' is not a time in seconds",
        "row 3: video is empty",
        "row 4: start '-1' is not a time in seconds: it is below 0",
        "row 5: end '5' is not after the start",
        "row 6: start '1_0' is not a time",
        "row 7 has fewer fields",
    ):
        assert part in str(refused.value)
