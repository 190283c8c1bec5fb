"""Planning: shards of whole videos, splits by video, ids that are only data."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from foa360.config.load import load_config
from foa360.config.section import ConfigError
from foa360.core import tables
from foa360.core.records import PlannedClip
from foa360.demo.encode import write_media
from foa360.stages.plan.durations import clip_spans
from foa360.stages.plan.pairs import media_pairs
from foa360.stages.plan.assemble import assemble_clips
from foa360.stages.plan.shards import shard_index
from foa360.stages.plan.stage import write_plan

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
    return assemble_clips(load_config({"sources": sources, **more}), tmp_path / "durations.json")[0]


def one_each(frame, key, column):
    """Whether each value of a column goes with one value of another."""
    return not frame[[key, column]].drop_duplicates()[key].duplicated().any()


def yt360(tmp_path, train="a\nb\n", test="c\n", segments="a 0,10,20\nb 5\nc 1,2\norphan 3"):
    for name, text in (("train", train), ("test", test), ("segments", segments)):
        (tmp_path / name).write_text(text)
    return {"kind": "yt360", **{n: str(tmp_path / n) for n in ("train", "test", "segments")}}


def test_yt360_lists(tmp_path):
    frame = plan(tmp_path, [yt360(tmp_path)])
    assert list(frame["clip_id"]) == ["a_0", "a_10", "a_20", "b_5", "c_1", "c_2"]
    assert list(frame["split"]) == ["train"] * 4 + ["test"] * 2
    assert frame["video"].iloc[0] == "https://www.youtube.com/watch?v=a"
    assert set(frame.columns) == {c.name for c in tables.columns(PlannedClip)}


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
    assert not Path(frame.loc["c_1", "video"]).exists(), "an absent file becomes a row"


def test_shards_hold_whole_videos_up_to_their_size(tmp_path):
    segments = "\n".join(
        f"v{i} " + ",".join(map(str, range(n))) for i, n in enumerate([3, 4, 2, 9, 1, 1])
    )
    source = yt360(tmp_path, "\n".join(f"v{i}" for i in range(6)), "", segments)
    frame = plan(tmp_path, [source], shard={"clips": 6})
    assert one_each(frame, "video_id", "shard")
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
    assert one_each(frame, "video_id", "split")
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
        ("video,start,duration\na.mp4,0,5\na.mp4,0,6", "two durations, such as 'a' at 0 s"),
        ("video,start\n,0", "row 1: video is empty"),
        ("video,start\na.mp4,0,train", "row 1 has more fields"),
        ('video\n"a.mp4', "cannot be read"),
        ("video", "there are no clips"),
    ],
)
def test_lists_that_contradict_themselves_are_refused(tmp_path, text, said):
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(ConfigError, match=said):
        plan(tmp_path, [{"kind": "list", "path": str(tmp_path / "list.csv")}])


def test_folders_find_pairs_and_cut_clips(tmp_path):
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


def test_clips_cut_from_one_video_share_a_split_in_a_folder_too(tmp_path):
    ids = [f"tAiVUt5vE{i:02}" for i in range(12)]
    for video_id in ids:
        for tail in ("_10", "l_30", "-7"):
            (tmp_path / f"{video_id}{tail}.webm").write_bytes(b"x")
    frame = plan(tmp_path, [{"kind": "folder", "path": str(tmp_path)}])
    assert len(frame) == 36
    assert one_each(frame.assign(whole=frame["video_id"].str[:11]), "whole", "split")


def test_two_pictures_of_one_stem_stay_apart(tmp_path):
    for name in ("a.mp4", "a.webm", "b.wav"):
        (tmp_path / name).write_bytes(b"x")
    assert set(media_pairs(tmp_path)) == {"a.mp4", "a.webm", "b"}


def test_cutting():
    assert clip_spans(25.0, 10) == [(0, 10), (10, 10)]
    assert clip_spans(9.9, 10) == [(0, 10)]
    assert clip_spans(5.5, 10) == [(0, 5.5)]
    assert clip_spans(None, 10) == [(0, 10)]


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


def listed(tmp_path, text, name="list.csv"):
    (tmp_path / name).write_text(text)
    return {"kind": "list", "path": str(tmp_path / name)}


def test_a_video_in_both_splits_is_held_out_or_refused(tmp_path, caplog):
    source = listed(tmp_path, "video,start,split\na.mp4,0,train\na.mp4,10,test\nb.mp4,0,train")
    frame = plan(tmp_path, [source])
    assert list(frame["split"]) == ["test", "test", "train"]
    assert "1 videos are listed in both splits, such as 'a'" in caplog.text
    with pytest.raises(ConfigError, match="listed in both splits, such as 'a'"):
        plan(tmp_path, [source], split={"conflict": "error"})


def test_clips_of_one_video_share_a_split_even_as_files_of_their_own(tmp_path):
    (tmp_path / "media").mkdir()
    for name in ("abcdefghijk_0", "abcdefghijkl_10"):
        (tmp_path / "media" / f"{name}.webm").write_bytes(b"x")
    (tmp_path / "train").write_text("abcdefghijk_0\nABCDEFGHIJK_5\n")
    (tmp_path / "test").write_text("abcdefghijkl_10\n")
    source = {"kind": "sphere360", **{n: str(tmp_path / n) for n in ("train", "test")}}
    here = plan(tmp_path, [{**source, "media": str(tmp_path / "media")}])
    assert dict(zip(here["video_id"], here["split"], strict=True)) == {
        "abcdefghijk_0": "test", "abcdefghijkl_10": "test", "ABCDEFGHIJK": "train"
    }  # fmt: skip
    remote = plan(tmp_path, [source])
    assert remote.loc[remote["video_id"] == "abcdefghijkl", "video"].item().endswith("=abcdefghijk")


def test_two_sources_with_one_video_give_the_clips_of_both(tmp_path):
    one = listed(tmp_path, "video,start\na.mp4,0\na.mp4,10\nb.mp4,0", "one.csv")
    two = listed(tmp_path, "video,start\nc.mp4,0\na.mp4,10\na.mp4,20", "two.csv")
    frame = plan(tmp_path, [one, two])
    assert list(frame["clip_id"]) == ["a_0", "a_10", "a_20", "b_0", "c_0"]
    assert list(frame["shard"]) == ["s0000"] * 4 + ["s0001"]
    other = listed(tmp_path, "video_id,video\na,other.mp4", "three.csv")
    with pytest.raises(ConfigError, match=r"stand for two files, such as 'a': .*a.mp4.*other.mp4"):
        plan(tmp_path, [one, other])


def test_a_shard_never_mixes_sources(tmp_path):
    frame = plan(tmp_path, [yt360(tmp_path), {"kind": "demo"}, listed(tmp_path, "video\nz.mp4")])
    assert one_each(frame, "shard", "source")
    assert set(frame["source"]) == {"yt360", "demo", "list"}


@pytest.mark.parametrize("count", [2, 3, 5])
def test_few_videos_still_have_both_splits(tmp_path, count):
    source = listed(tmp_path, "\n".join(["video", *(f"v{i}.mp4" for i in range(count))]))
    for seed in range(8):
        assert set(plan(tmp_path, [source], seed=seed)["split"]) == {"train", "test"}
    for share, split in ((0.0, "train"), (1.0, "test")):
        assert set(plan(tmp_path, [source], split={"test_share": share})["split"]) == {split}


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
        "a": [[0, 2], [2, 2]], "b": [[1.5, 2]], "c": [[0, 1]], "d": [[0, 2]], "e": [[0, 2]]
    }  # fmt: skip


def test_names_of_clips_tell_close_and_late_starts_apart(tmp_path):
    starts = ["0.1", "0.100001", "10000.25", "10000.5", "1234567", "1e-9"]
    source = listed(tmp_path, "\n".join(["video,start", *(f"a.mp4,{s}" for s in starts)]))
    assert list(plan(tmp_path, [source])["clip_id"]) == [
        "a_0", "a_0.1", "a_0.100001", "a_10000.25", "a_10000.5", "a_1234567",
    ]  # fmt: skip


def test_missing_cells_and_short_rows_of_a_list_are_empty(tmp_path):
    frame = plan(tmp_path, [listed(tmp_path, "\ufeffvideo, start ,split\na.mp4\n\nb.mp4,3\n")])
    assert list(frame["clip_id"]) == ["a_0", "b_3"]
    table = pd.DataFrame({"video": ["a.mp4", "b.mp4"], "start": [1.5, None], "video_id": [7, 8]})
    table.to_parquet(tmp_path / "list.parquet")
    frame = plan(tmp_path, [{"kind": "list", "path": str(tmp_path / "list.parquet")}])
    assert list(frame["clip_id"]) == ["7_1.5", "8_0"]


def test_lists_of_published_format_name_the_line_that_is_wrong(tmp_path):
    with pytest.raises(ConfigError, match=r"segments, line 2: 'b x,3' is not an id and start"):
        plan(tmp_path, [yt360(tmp_path, segments="a 1\nb x,3")])
    (tmp_path / "clips").write_text("a_1\nb\n")
    source = {"kind": "sphere360", **dict.fromkeys(("train", "test"), str(tmp_path / "clips"))}
    with pytest.raises(ConfigError, match=r"clips, line 2: 'b' is not id_start"):
        plan(tmp_path, [source])
    (tmp_path / "clips").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        plan(tmp_path, [source])


def test_ids_of_a_list_never_lead_out_of_the_media_folder(tmp_path):
    (tmp_path / "media").mkdir()
    (tmp_path / "secret.mp4").write_bytes(b"x")
    source = yt360(tmp_path, train="../secret\n", segments="../secret 3")
    frame = plan(tmp_path, [{**source, "media": str(tmp_path / "media")}])
    assert frame["video_id"].item() == "../secret"
    assert Path(frame["video"].item()).parent == tmp_path / "media"


def test_odd_folders_neither_hang_nor_lose_files(tmp_path):
    media, elsewhere = tmp_path / "media", tmp_path / "elsewhere"
    media.mkdir()
    elsewhere.mkdir()
    os.mkfifo(media / "pipe.mp4")
    (media / "dangling.mp4").symlink_to(media / "absent")
    (media / "folder.mp4").mkdir()
    (elsewhere / "linked.mp4").write_bytes(b"x")
    (elsewhere / "back").symlink_to(media)
    (media / "link").symlink_to(elsewhere)
    (media / "link2").symlink_to(elsewhere)
    for name in ("a.mp4.wav", "a.mp4", "a.webm"):
        (media / name).write_bytes(b"x")
    Path(os.fsdecode(os.fsencode(media) + b"/caf\xe9.mp4")).write_bytes(b"x")
    write_plan(load_config({"sources": [{"kind": "folder", "path": str(media)}]}), tmp_path / "p")
    assert set(tables.read_frame(tmp_path / "p")["video_id"]) == {
        "pipe", "dangling", "link/linked", "a.mp4", "a.webm", "a.mp4.wav", "caf\\xe9",
    }  # fmt: skip


def test_lengths_are_remembered_until_a_file_changes(tmp_path):
    media, memory = tmp_path / "media", tmp_path / "durations.json"
    media.mkdir()
    memory.write_text("{damaged")

    def count():
        return len(assemble_clips(load_config(config), memory)[0])

    config = {"sources": [{"kind": "folder", "path": str(media)}], "clip": {"duration": 1.0}}
    write_media(media / "a.wav", None, np.zeros((4, 48000 * 3), np.float32), audio="pcm16")
    assert count() == 3
    key = next(iter(json.loads(memory.read_text())))
    memory.write_text(json.dumps({key: 7.0}))
    assert count() == 7, "what has not changed is not opened"
    write_media(media / "a.wav", None, np.zeros((4, 48000 * 2), np.float32), audio="pcm16")
    assert count() == 2
    assert len(json.loads(memory.read_text())) == 1, "what is gone is forgotten"


def test_more_than_ten_thousand_shards_keep_their_order(tmp_path):
    count = 10_050
    ids = "\n".join(f"v{i}" for i in range(count))
    source = yt360(tmp_path, ids, "", "\n".join(f"v{i} 0" for i in range(count)))
    config = load_config({"sources": [source], "shard": {"clips": 1}})
    write_plan(config, tmp_path / "p")
    index, frame = shard_index(tmp_path / "p"), tables.read_frame(tmp_path / "p")
    assert list(index) == list(frame["shard"])
    assert len({s.digest for s in index.values()}) == count


def test_a_damaged_plan_is_written_anew(tmp_path):
    config = load_config({"sources": [yt360(tmp_path)]})
    write_plan(config, tmp_path / "p")
    good = (tmp_path / "p").read_bytes()
    (tmp_path / "p").write_bytes(good[:100])
    write_plan(config, tmp_path / "p")
    assert (tmp_path / "p").read_bytes() == good


def test_the_full_sphere360_list_shares_no_video_between_its_splits(real_data, tmp_path):
    names = {n: str(real_data / "lists" / f"sphere360_{n}.txt") for n in ("train", "test")}
    frame = plan(tmp_path, [{"kind": "sphere360", **names}])
    assert len(frame) == 103_596
    assert one_each(frame, "video", "split")
    own = {(i, float(s)) for i, _, s in (line.rpartition("_") for line in
           Path(names["test"]).read_text().split())}  # fmt: skip
    held = frame[frame["split"] == "test"]
    assert own <= set(zip(held["video_id"], held["start"], strict=True))


def test_the_full_yt360_list(real_data, tmp_path):
    lists = real_data / "lists"
    names = {n: str(lists / f"yt360_{n}.txt") for n in ("train", "test", "segments")}
    frame = plan(tmp_path, [{"kind": "yt360", **names}])
    assert len(frame) == 88754
    assert frame["video_id"].nunique() == 5506
