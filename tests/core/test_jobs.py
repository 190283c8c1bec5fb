"""Log file, progress lines and errors of a job."""

import logging
import re

import pytest
from support.report import report_clip

from foa360.core import jobs
from foa360.core.jobs import Progress, job


@pytest.fixture(autouse=True)
def logging_as_before():
    """Undo what a job does to the root logger."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def test_lines_go_to_standard_error_and_to_the_log(tmp_path, capsys):
    log = tmp_path / "logs" / "curate" / "s0000.log"
    with job(log, "curate_shard s0000") as progress:
        progress.say("reading")
        assert list(progress(iter("abc"), 3, "videos")) == ["a", "b", "c"]
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "[curate_shard s0000] reading"
    assert lines[-1].startswith("[curate_shard s0000] 3 videos in ")
    assert "INFO foa360: reading" in log.read_text()


def test_an_error_of_the_system_is_one_line_that_names_the_file(tmp_path):
    log = tmp_path / "job.log"
    with pytest.raises(SystemExit) as stopped, job(log, "fetch s0"):
        (tmp_path / "absent").read_text()
    line = str(stopped.value)
    assert line.startswith("[fetch s0] stopped: No such file or directory: ")
    assert "absent" in line
    assert str(log) in line
    assert "Traceback" in log.read_text()


def test_where_a_view_shows_the_run_progress_goes_to_the_log_alone(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv(jobs.VIEW_VARIABLE, "run")
    log = tmp_path / "job.log"
    with job(log, "fetch s0") as progress:
        progress.say("something to know")
        list(progress(iter("abc"), 3, "videos"))
    assert capsys.readouterr().err == "[fetch s0] something to know\n"
    assert "INFO foa360: 3 videos in " in log.read_text()


@pytest.mark.parametrize("item", ["v7", ("v7", ["clips"]), report_clip(7, "kept", [])])
def test_the_log_says_at_which_clip_or_video_a_job_stopped(tmp_path, item):
    def fail(progress):
        for _ in progress([item], 1, "videos"):
            raise ZeroDivisionError("of a sample")

    log = tmp_path / "job.log"
    with pytest.raises(ZeroDivisionError), job(log, "measure s0") as progress:
        fail(progress)
    stopped = r"ERROR foa360: stopped: ZeroDivisionError: of a sample \(at v7(_0)?\)"
    assert re.search(stopped, log.read_text())


def test_a_loss_that_is_not_finite_is_one_line(tmp_path):
    text = "the loss is nan at step 3; clips of the batch: a_0, b_10"
    with pytest.raises(SystemExit, match=text), job(tmp_path / "job.log", "train avc"):
        raise FloatingPointError(text)
    assert f"stopped: {text}" in (tmp_path / "job.log").read_text()


def test_any_other_error_is_raised_and_logged(tmp_path):
    with pytest.raises(ZeroDivisionError), job(tmp_path / "job.log", "train avc"):
        raise ZeroDivisionError
    assert "ZeroDivisionError" in (tmp_path / "job.log").read_text()


def test_an_interruption_is_a_line_from_when_the_log_is_there(tmp_path, monkeypatch, capsys):
    def interrupt(path):
        path.touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "create_file", interrupt)
    log = tmp_path / "job.log"
    with pytest.raises(SystemExit, match="by the user"), job(log, "features s0"):
        pass
    assert "stopped: by the user" in log.read_text()
    assert capsys.readouterr().err == ""


def test_progress_estimates_the_time_left(monkeypatch, capsys):
    now = [0.0]
    monkeypatch.setattr(jobs.time, "monotonic", lambda: now[0])
    for _ in Progress("train avc")(range(4), 4, "steps"):
        now[0] += 11.0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "[train avc] 1/4 steps, about 33 s left"
    assert lines[-1] == "[train avc] 4 steps in 44.0 s"


def test_a_log_takes_the_place_of_a_link(tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("years of work")
    log = tmp_path / "fetch.log"
    log.symlink_to(precious)
    with job(log, "fetch") as progress:
        progress.say("hello")
    assert precious.read_text() == "years of work"
    assert "hello" in log.read_text()
