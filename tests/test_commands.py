"""The smaller commands."""

import json

import pytest

from foa360.cli import main


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
