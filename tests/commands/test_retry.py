"""The command `retry`; the workflow's tests have failures to schedule."""

import re
from pathlib import Path

import pytest

from foa360.commands.main import main
from foa360.core.reasons import REASONS
from foa360.core.run_lock import lock_results
from foa360.stages.fetch.failures import FETCH_REASONS


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_configuration_is_required(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retry"]) == 2
    message = capsys.readouterr().err
    assert "config.yaml: no such configuration" in message
    assert "--configfile" in message
    assert "Errno" not in message


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


def test_nothing_is_scheduled_while_a_run_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.yaml").write_text("sources: [{kind: demo}]")
    lock = lock_results(Path("results"))
    assert main(["retry"]) == 2
    assert "in use by another run" in capsys.readouterr().err
    lock.release()
    assert main(["retry"]) == 0


def test_the_reasons_offered_are_those_that_fetching_records() -> None:
    folder = Path(__file__).parents[2] / "src" / "foa360" / "stages" / "fetch"
    named: set[str] = set()
    for path in folder.glob("*.py"):
        if path.name != "failures.py":
            named |= set(re.findall(r'"([a-z0-9_]+)"', path.read_text()))
    # Of the failed ones: "live" is a value of yt-dlp, too.
    failed = {code for code, reason in REASONS.items() if reason.kind == "failed"}
    assert named & failed | {"http_5xx"} == set(FETCH_REASONS)
