"""The lists of YT-360 and of Sphere360."""

from pathlib import Path

import pytest
from support.plans import one_each, plan, yt360

from foa360.config.section import ConfigError
from foa360.core import tables
from foa360.core.records import PlannedClip


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


def test_lists_of_published_format_name_the_line_that_is_wrong(tmp_path):
    with pytest.raises(ConfigError, match=r"segments: line 2: 'b x,3' is not an id and start"):
        plan(tmp_path, [yt360(tmp_path, segments="a 1\nb x,3")])
    (tmp_path / "clips").write_text("a_1\nb\n")
    source = {"kind": "sphere360", **dict.fromkeys(("train", "test"), str(tmp_path / "clips"))}
    with pytest.raises(ConfigError, match=r"clips: line 2: 'b' is not id_start"):
        plan(tmp_path, [source])
    (tmp_path / "clips").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        plan(tmp_path, [source])


@pytest.mark.parametrize("start", ["-1", "nan", "inf", "1_0", ""])
def test_a_start_that_is_no_time_is_refused_with_its_line(tmp_path, start):
    with pytest.raises(ConfigError, match="segments: line 2: "):
        plan(tmp_path, [yt360(tmp_path, segments=f"a 1\nb 0,{start}\nc 1")])


def test_published_lists_have_byte_order_marks_comments_and_urls_too(tmp_path):
    frame = plan(
        tmp_path,
        [
            yt360(
                tmp_path,
                train="\ufeffAAAAAAAAAAA\n",
                test="# held out\nhttps://youtu.be/BBBBBBBBBBA?t=3\n",
                segments="\ufeffAAAAAAAAAAA 1\r\nBBBBBBBBBBA 2, 3\r\n",
            )
        ],
    )
    assert list(frame["clip_id"]) == ["AAAAAAAAAAA_1", "BBBBBBBBBBA_2", "BBBBBBBBBBA_3"]


def test_ids_of_a_list_never_lead_out_of_the_media_folder(tmp_path):
    (tmp_path / "media").mkdir()
    (tmp_path / "secret.mp4").write_bytes(b"x")
    source = yt360(tmp_path, train="../secret\n", segments="../secret 3")
    frame = plan(tmp_path, [{**source, "media": str(tmp_path / "media")}])
    assert frame["video_id"].item() == "../secret"
    assert Path(frame["video"].item()).parent == tmp_path / "media"


def test_clips_of_one_video_share_a_split_even_as_files_of_their_own(tmp_path):
    (tmp_path / "media").mkdir()
    for name in ("abcdefghijk_0", "abcdefghijkl_10"):
        (tmp_path / "media" / f"{name}.webm").write_bytes(b"x")
    (tmp_path / "train").write_text("abcdefghijk_0\nABCDEFGHIJK_5\n")
    (tmp_path / "test").write_text("abcdefghijkl_10\n")
    source = {"kind": "sphere360", **{n: str(tmp_path / n) for n in ("train", "test")}}
    here = plan(tmp_path, [{**source, "media": str(tmp_path / "media")}])
    assert dict(zip(here["video_id"], here["split"], strict=True)) == {
        "abcdefghijk_0": "test",
        "abcdefghijkl_10": "test",
        "ABCDEFGHIJK": "train",
    }
    remote = plan(tmp_path, [source])
    assert remote.loc[remote["video_id"] == "abcdefghijkl", "video"].item().endswith("=abcdefghijk")


def test_the_full_sphere360_list_shares_no_video_between_its_splits(real_data, tmp_path):
    names = {n: str(real_data / "lists" / f"sphere360_{n}.txt") for n in ("train", "test")}
    frame = plan(tmp_path, [{"kind": "sphere360", **names}])
    assert len(frame) == 103_596
    assert one_each(frame, "video", "split")
    own = {
        (i, float(s))
        for i, _, s in (line.rpartition("_") for line in Path(names["test"]).read_text().split())
    }
    held = frame[frame["split"] == "test"]
    assert own <= set(zip(held["video_id"], held["start"], strict=True))


def test_the_full_yt360_list(real_data, tmp_path):
    lists = real_data / "lists"
    names = {n: str(lists / f"yt360_{n}.txt") for n in ("train", "test", "segments")}
    frame = plan(tmp_path, [{"kind": "yt360", **names}])
    assert len(frame) == 88754
    assert frame["video_id"].nunique() == 5506


@pytest.mark.parametrize("clip", ["a_-1", "a_nan", "a_1.5", "a_", "_1", f"a_{'9' * 400}"])
def test_a_clip_whose_start_is_no_time_is_refused_with_its_line(tmp_path, clip):
    (tmp_path / "clips").write_text(f"a_1\n{clip}\n")
    source = {"kind": "sphere360", **dict.fromkeys(("train", "test"), str(tmp_path / "clips"))}
    with pytest.raises(ConfigError, match="clips: line 2: ") as refused:
        plan(tmp_path, [source])
    assert len(str(refused.value)) < 400
