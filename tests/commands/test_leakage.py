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
