"""The command `leakage`."""

from pathlib import Path

import pytest

from foa360.commands.main import main


def test_videos_of_two_lists_or_splits_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("-oytwMeyR74_10\n0FB9jMXMP8A_19\n-oytwMeyR74_20\n")
    (tmp_path / "b.txt").write_text("-oytwMeyR74\n\nxxxxxxxxxxx\n")
    (tmp_path / "c.csv").write_text("video_id,split\none,train\ntwo,test\none,test\n")
    assert main(["leakage", str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]) == 1
    printed = capsys.readouterr()
    assert printed.out.split("\t")[0] == "-oytwMeyR74"
    assert "1 of 3 videos" in printed.err
    assert main(["leakage", str(tmp_path / "c.csv")]) == 1
    assert "[test]" in capsys.readouterr().out
    assert main(["leakage", str(tmp_path / "b.txt")]) == 0


def test_an_unreadable_list_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leakage", str(tmp_path / "none.txt")]) == 2
    assert "none.txt" in capsys.readouterr().err


def test_the_published_lists_of_sphere360_share_videos(
    real_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = [str(real_data / "lists" / f"sphere360_{split}.txt") for split in ("train", "test")]
    assert main(["leakage", *lists]) == 1
    assert "72 of" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("video_id\n00101\n00102\n", "video_id\n00101\nb7\n"),
        ("\ufeffvideo_id,split\n1e5,\nx,\n", "video_id\n1e5\n"),
        ('"video_id"\n" NA "\n', "video_id,label\nNA,dog\n"),
        ("video_id\ncafe\u0301\n", "video_id\ncaf\u00e9\n"),
        (
            "video_id\nhttps://m.youtube.com/watch?v=AAAAAAAAAAA&t=3\n",
            "video_id\nAAAAAAAAAAA_10.5\n",
        ),
    ],
)
def test_ids_are_text(tmp_path: Path, first: str, second: str) -> None:
    (tmp_path / "a.csv").write_text(first)
    (tmp_path / "b.csv").write_text(second)
    assert main(["leakage", str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]) == 1


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("abcdefghijk_10.5", "abcdefghijk_20.5", 1),
        ("myvideo_0", "myvideo_10", 1),
        ("long_name_x_2020", "long_name_x_2021_b", 0),
        ("GS010101", "GS020101", 1),
        ("GS010101", "GS010102", 0),
        ("DJI_0001", "DJI_0002", 0),
        ("a 1,2", "a", 1),
        ("AAAAAAAAAAA 1,2\nBBBBBBBBBBM\n", "BBBBBBBBBBM 3\nAAAAAAAAAAA 7\n", 1),
        ("AAAAAAAAAAA,1\n", "AAAAAAAAAAA,2\n", 2),
        ("video_id,split\na,train\na,test\n", "b", 2),
        ('"Paris, 2020"', '"Paris, 2020"', 1),
    ],
)
def test_clips_and_chapters_are_of_a_video(
    tmp_path: Path, first: str, second: str, status: int
) -> None:
    (tmp_path / "a.txt").write_text(first)
    (tmp_path / "b.txt").write_text(second)
    assert main(["leakage", str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]) == status


def test_lists_without_ids_are_named_by_their_videos(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("video,start\nyoutu.be/AAAAAAAAAAA,0\nx/b.mp4,0\n")
    (tmp_path / "b.csv").write_text("video_id,video\nc,c.mp4\n,https://youtu.be/AAAAAAAAAAA?t=9\n")
    assert main(["leakage", str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]) == 1
    assert main(["leakage", str(tmp_path / "a.csv")]) == 0


def test_numbers_after_a_blank_may_belong_to_ids(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("take 1\n")
    (tmp_path / "b.txt").write_text("take 2\n")
    assert main(["leakage", "--ids", "video", *map(str, sorted(tmp_path.iterdir()))]) == 0


def test_what_a_line_names_can_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in (("a.txt", "take_1\n"), ("b.txt", "take_2\n")):
        (tmp_path / name).write_text(text)
    lists = [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]
    assert main(["leakage", *lists]) == 1
    assert "--ids video" in capsys.readouterr().err
    assert main(["leakage", "--ids", "video", *lists]) == 0


def test_empty_ids_are_refused_by_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text("video_id,label\nNA,dog\n,cat\n")
    assert main(["leakage", str(tmp_path / "a.csv")]) == 2
    assert "row 2: video_id is empty" in capsys.readouterr().err
