"""The command `retry`; the workflow's tests have failures to schedule."""

from pathlib import Path

import pytest

from foa360.commands.main import main


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_configuration_is_required(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retry"]) == 2
    assert "config.yaml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources: [{kind: demos}]", "did you mean 'demo'"),
        ("sources: [", "config.yaml: while parsing"),
    ],
)
def test_an_unusable_configuration_is_explained(
    text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("config.yaml").write_text(text)
    assert main(["retry"]) == 2
    assert message in capsys.readouterr().err


def test_without_failures_nothing_is_scheduled(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.yaml").write_text("sources: [{kind: demo}]")
    assert main(["retry"]) == 0
    assert "0 videos" in capsys.readouterr().out
