"""The smaller commands."""

import json

import pytest

from foa360.commands.main import main


def test_probe_clients_names_what_stands_in_the_way(capsys, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    status = main(["probe-clients", "--ids=-oytwMeyR74", "--clients=tv,web", "--json"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == 1
    assert [(r["client"], r["reason"]) for r in rows] == [("tv", "timeout"), ("web", "timeout")]
    main(["probe-clients", "--ids=-x", "--clients=tv", "--cookies", "/nowhere"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("\t")[:2] == ["client", "video_id"]
    assert "cannot be read" in lines[1]


def test_retry_needs_a_configuration(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["retry"]) == 2
    assert "config.yaml" in capsys.readouterr().err
    (tmp_path / "config.yaml").write_text("sources: [{kind: demos}]")
    assert main(["retry"]) == 2
    assert "did you mean 'demo'" in capsys.readouterr().err
    (tmp_path / "config.yaml").write_text("sources: [{kind: demo}]")
    assert main(["retry"]) == 0
    assert "0 videos" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["retry", "--reason", "nonsense"], ["unknown"]])
def test_unknown_words_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2
    assert arguments[-1] in capsys.readouterr().err


def test_leakage_names_videos_of_two_lists_or_splits(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("-oytwMeyR74_10\n0FB9jMXMP8A_19\n-oytwMeyR74_20\n")
    (tmp_path / "b.txt").write_text("-oytwMeyR74\n\nxxxxxxxxxxx\n")
    (tmp_path / "c.csv").write_text("video_id,split\none,train\ntwo,test\none,test\n")
    assert main(["leakage", str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]) == 1
    out = capsys.readouterr()
    assert out.out.split("\t")[0] == "-oytwMeyR74"
    assert "1 of 3 videos" in out.err
    assert main(["leakage", str(tmp_path / "c.csv")]) == 1
    assert "[test]" in capsys.readouterr().out
    assert main(["leakage", str(tmp_path / "b.txt")]) == 0
    assert main(["leakage", str(tmp_path / "none.txt")]) == 2
    assert "none.txt" in capsys.readouterr().err


def test_the_published_lists_of_sphere360_share_videos(real_data, capsys):
    lists = [str(real_data / "lists" / f"sphere360_{s}.txt") for s in ("train", "test")]
    assert main(["leakage", *lists]) == 1
    assert "72 of" in capsys.readouterr().err
