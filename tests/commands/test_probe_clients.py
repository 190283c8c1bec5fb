"""The command `probe-clients`."""

import json

import pytest

from foa360.commands.main import main

CLOSED_PORT = "http://127.0.0.1:9"


def test_the_reason_of_each_failure_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, CLOSED_PORT)
    status = main(["probe-clients", "--ids=-oytwMeyR74", "--clients=tv,web", "--json"])
    findings = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == 1
    assert [(finding["client"], finding["reason"]) for finding in findings] == [
        ("tv", "timeout"),
        ("web", "timeout"),
    ]


def test_an_unreadable_cookie_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe-clients", "--ids=-x", "--clients=tv", "--cookies", "/nowhere"]) == 1
    head, row = capsys.readouterr().out.splitlines()
    assert head.split("\t")[:2] == ["client", "video_id"]
    assert "cannot be read" in row
