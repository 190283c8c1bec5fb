"""The lines that a run shows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.report import report_clip

from foa360.core import tables
from foa360.core.records import CuratedClip
from foa360.core.run_view import RunPlan, RunView, clock, duration

STAGES = {"fetch_shard": "fetch", "measure_shard": "measure", "train_model": "train"}


def write_verdicts(folder: Path, shard: str, *verdicts: str) -> None:
    codes = {"kept": [], "failed": ["removed"], "rejected": ["silent"]}
    rows = [report_clip(i, verdict, codes[verdict]) for i, verdict in enumerate(verdicts)]
    tables.write(folder / f"{shard}.parquet", rows, CuratedClip)


@pytest.fixture
def plan(tmp_path: Path) -> RunPlan:
    return RunPlan(
        stages=STAGES,
        seconds={"fetch": 10.0, "measure": 20.0, "train": 100.0},
        clips={"s0000": 16, "s0001": 14},
        curation=str(tmp_path / "{shard}.parquet"),
    )


@pytest.fixture
def log(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.log"
        path.write_text(f"2026-11-27 10:00:00,000 {text}\n")
        return str(path)

    return write


def test_a_line_has_stages_clips_verdicts_rate_and_the_time_left(plan, log, tmp_path):
    view = RunView(plan, {"fetch_shard": 2, "measure_shard": 2, "train_model": 1, "all": 1}, 2, 0.0)
    assert view.heading() == "5 jobs for 30 clips in 2 shards"
    view.start(1, "fetch_shard", "s0000", None, 0.0)
    assert view.line(1.0) == "0:00:01  fetch 0 of 30 clips | 0 of 5 jobs"
    view.finish(1, 10.0)
    view.start(2, "fetch_shard", "s0001", log("INFO foa360: 1/2 videos, about 5 s left"), 10.0)
    view.start(3, "measure_shard", "s0000", log("INFO foa360: 3/4 videos, about 5 s left"), 10.0)
    # Jobs take as long as expected: half of a fetch of 10 s, a quarter and the whole of two
    # measures of 20 s, two at a time, and a training of 100 s.
    assert view.line(20.0) == (
        "0:00:20  fetch 23 of 30 clips | measure 12 of 30 clips | 1 of 5 jobs | 0.8 clips/s"
        " | about 2 min left"
    )
    write_verdicts(tmp_path, "s0000", *["kept"] * 12, *["failed"] * 3, "rejected")
    view.finish(2, 25.0)
    view.finish(3, 30.0)
    view.start(4, "train_model", "avc 0", log("INFO foa360: 120/200 steps, about 5 s left"), 30.0)
    assert view.line(40.0).startswith(
        "0:00:40  train avc 0 120 of 200 steps | 3 of 5 jobs | 12 kept, 3 failed | about "
    )
    assert view.end(90.0) == "Ended after 2 min: 12 kept, 1 rejected, 3 failed of 16 clips"


def test_a_run_without_verdicts_says_how_long_it_took(plan):
    assert RunView(plan, {"fetch_shard": 2}, 2, 0.0).end(30.0) == "Ended after 30 s"


def test_a_resumed_run_counts_the_verdicts_that_are_there(plan, tmp_path):
    write_verdicts(tmp_path, "s0001", "kept", "failed")
    view = RunView(plan, {"measure_shard": 1}, 2, 0.0)
    view.start(7, "measure_shard", "s0000", None, 0.0)
    assert view.line(5.0) == "0:00:05  measure 0 of 16 clips | 0 of 1 jobs | 1 kept, 1 failed"


def test_the_last_lines_have_job_reason_log_and_command(plan, log):
    view = RunView(plan, {"measure_shard": 2}, 2, 0.0)
    path = log("ERROR foa360: stopped: No space left on device: out.h5 (at v\x1b1)\nTraceback …")
    view.start(1, "measure_shard", "s0000", path, 0.0)
    view.start(2, "measure_shard", "s0001", log("INFO foa360: 1/2 videos, about 5 s left"), 0.0)
    assert view.fail(1).startswith("measure s0000 failed: No space left")
    view.fail(2)
    view.start(2, "measure_shard", "s0001", None, 5.0)  # another attempt
    view.finish(2, 9.0)
    assert view.last_lines("snakemake all") == [
        "Failed: measure s0000",
        r"  reason: No space left on device: out.h5 (at v\x1b1)",
        f"  log:    {path}",
        "What is finished is kept. To go on:",
        "  snakemake all",
    ]


def test_the_last_lines_have_what_the_scheduler_says(plan, log):
    view = RunView(plan, {"measure_shard": 1}, 2, 0.0)
    own, scheduler = log("INFO foa360: 1/2 videos"), log("*** JOB 1 ON n1 CANCELLED AT … ***")
    view.start(1, "measure_shard", "s0000", own, 0.0)
    assert view.fail(1, scheduler) == "measure s0000 failed: it was cancelled"
    assert view.last_lines("snakemake all")[1:4] == [
        "  reason: it was cancelled",
        f"  log:    {own}",
        f"  log:    {scheduler}",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59, "59 s"), (90, "2 min"), (12000, "3 h 20 min"), (190000, "2 d 4 h")],
)
def test_durations_have_the_units_that_matter(seconds, text):
    assert duration(seconds) == text


def test_the_clock_counts_hours():
    assert clock(36_061.9) == "10:01:01"
