"""Planning: shards of whole videos, splits by video, ids that are only data."""

import pandas as pd
import pytest

from foa360 import tables
from foa360.config import ConfigError
from foa360.config_check import load_config
from foa360.demo.encode import write_media
from foa360.plan import make_plan, shard_index, write_plan
from foa360.sources.listing import cut
from foa360.sources.pairs import pairs

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


def plan(tmp_path, sources, **more):
    return make_plan(load_config({"sources": sources, **more}), tmp_path / "lengths.json")


def yt360(tmp_path, train="a\nb\n", test="c\n", segments="a 0,10,20\nb 5\nc 1,2\norphan 3"):
    for name, text in (("train", train), ("test", test), ("segments", segments)):
        (tmp_path / name).write_text(text)
    return {"kind": "yt360", **{n: str(tmp_path / n) for n in ("train", "test", "segments")}}


def test_yt360_lists(tmp_path):
    frame = plan(tmp_path, [yt360(tmp_path)])
    assert list(frame["clip_id"]) == ["a_0", "a_10", "a_20", "b_5", "c_1", "c_2"]
    assert list(frame["split"]) == ["train"] * 4 + ["test"] * 2
    assert frame["video"].iloc[0] == "https://www.youtube.com/watch?v=a"
    assert set(frame.columns) == {c.name for c in tables.PLAN}


def test_sphere360_lists(tmp_path):
    (tmp_path / "train").write_text("-x_y_10\n-x_y_20\n")
    (tmp_path / "test").write_text("z_0\n")
    source = {"kind": "sphere360", "train": str(tmp_path / "train"), "test": str(tmp_path / "test")}
    frame = plan(tmp_path, [source])
    assert list(frame["video_id"]) == ["-x_y", "-x_y", "z"]
    assert list(frame["start"]) == [10, 20, 0]


def test_local_media_of_a_published_list(tmp_path):
    media = tmp_path / "media"
    media.mkdir()
    for name in ("a.mp4", "a.m4a", "b-5.webm"):
        (media / name).write_bytes(b"x")
    frame = plan(tmp_path, [{**yt360(tmp_path), "media": str(media)}]).set_index("clip_id")
    assert frame.loc["a_10", "audio"].endswith("a.m4a")
    assert frame.loc["b-5_0", "video"].endswith("b-5.webm")
    assert frame.loc["c_1", "video"].endswith("c.mp4"), "an absent file becomes a row"


def test_shards_hold_whole_videos_up_to_their_size(tmp_path):
    segments = "\n".join(
        f"v{i} " + ",".join(map(str, range(n))) for i, n in enumerate([3, 4, 2, 9, 1, 1])
    )
    source = yt360(tmp_path, "\n".join(f"v{i}" for i in range(6)), "", segments)
    frame = plan(tmp_path, [source], shard={"clips": 6})
    assert (frame.groupby("video_id")["shard"].nunique() == 1).all()
    assert frame.groupby("shard").size().to_dict() == {
        "s0000": 3,
        "s0001": 6,
        "s0002": 9,
        "s0003": 2,
    }


def test_splits_are_drawn_by_video_and_do_not_depend_on_the_others(tmp_path):
    table = tmp_path / "list.csv"
    rows = [(f"v{i}.mp4", s) for i in range(200) for s in (0, 10)]
    pd.DataFrame(rows, columns=["video", "start"]).to_csv(table, index=False)
    source = {"kind": "list", "path": str(table)}
    frame = plan(tmp_path, [source])
    assert (frame.groupby("video_id")["split"].nunique() == 1).all()
    assert 0.1 < (frame["split"] == "test").mean() < 0.3
    pd.DataFrame(rows[100:], columns=["video", "start"]).to_csv(table, index=False)
    fewer = plan(tmp_path, [source]).set_index("clip_id")["split"]
    assert (frame.set_index("clip_id")["split"].loc[fewer.index] == fewer).all()


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_hostile_ids_are_only_data(tmp_path, suffix):
    table = tmp_path / f"list.{suffix}"
    frame = pd.DataFrame({"video_id": HOSTILE, "video": [f"{i}.mp4" for i in range(len(HOSTILE))]})
    frame.to_csv(table, index=False) if suffix == "csv" else frame.to_parquet(table)
    made = plan(tmp_path, [{"kind": "list", "path": str(table)}])
    assert list(made["video_id"]) == HOSTILE
    assert made["video"].iloc[0] == str(tmp_path / "0.mp4")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id\nx", "no column 'video'"),
        ("video,start\na.mp4,soon", "row 1: start 'soon' is not a time"),
        ("video,duration\na.mp4,-1", "row 1: duration '-1'"),
        ("video,split\na.mp4,valid", "split 'valid' is not train or test"),
        ("video_id,video\nx,a.mp4\nx,b.mp4", "two files, such as 'x'"),
        ("video,start,split\na.mp4,0,train\na.mp4,10,test", "two splits, such as 'a'"),
        ("video", "there are no clips"),
    ],
)
def test_lists_that_contradict_themselves_are_refused(tmp_path, text, said):
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(ConfigError, match=said):
        plan(tmp_path, [{"kind": "list", "path": str(tmp_path / "list.csv")}])


def test_folders_find_pairs_and_cut_clips(tmp_path):
    import numpy as np

    media = tmp_path / "media"
    sound = np.zeros((4, 48000 * 7), np.float32)
    frames = (np.zeros((16, 32, 3), np.uint8) for _ in range(70))
    write_media(media / "one.mp4", frames, None)
    write_media(media / "one.wav", None, sound, audio="pcm16")
    write_media(media / "sub" / "-two.mkv", None, sound)
    (media / ".hidden.mp4").write_bytes(b"x")
    (media / "broken.mp4").write_bytes(b"x")
    (media / "loop").symlink_to(media)
    (media / "notes.txt").write_text("x")
    frame = plan(tmp_path, [{"kind": "folder", "path": str(media)}], clip={"duration": 3.0})
    found = frame.groupby("video_id")["start"].apply(list).to_dict()
    assert found == {"broken": [0], "one": [0, 3], "sub/-two": [0, 3]}
    one = frame[frame["video_id"] == "one"].iloc[0]
    assert (one["video"], one["audio"]) == (str(media / "one.mp4"), str(media / "one.wav"))


def test_two_pictures_of_one_stem_stay_apart(tmp_path):
    for name in ("a.mp4", "a.webm", "b.wav"):
        (tmp_path / name).write_bytes(b"x")
    assert set(pairs(tmp_path)) == {"a.mp4", "a.webm", "b"}


def test_cutting():
    assert cut(25.0, 10) == [(0, 10), (10, 10)]
    assert cut(9.9, 10) == [(0, 10)]
    assert cut(5.5, 10) == [(0, 5.5)]
    assert cut(None, 10) == [(0, 10)]


def test_the_plan_is_written_only_when_it_changes_and_digests_follow(tmp_path):
    path = tmp_path / "plan.parquet"
    config = load_config({"sources": [yt360(tmp_path)], "shard": {"clips": 3}})
    write_plan(config, path)
    before, first = path.stat().st_mtime_ns, shard_index(path)
    write_plan(config, path)
    assert path.stat().st_mtime_ns == before
    yt360(tmp_path, train="a\nb\nd\n", segments="a 0,10,20\nb 5\nc 1,2\nd 7")
    write_plan(config, path)
    second = shard_index(path)
    assert second["s0000"] == first["s0000"], "shards that did not change are left alone"
    assert second["s0001"] != first["s0001"]


def test_the_full_yt360_list(real_data, tmp_path):
    lists = real_data / "lists"
    names = {n: str(lists / f"yt360_{n}.txt") for n in ("train", "test", "segments")}
    frame = plan(tmp_path, [{"kind": "yt360", **names}])
    assert len(frame) == 88754
    assert frame["video_id"].nunique() == 5506
