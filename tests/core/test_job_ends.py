"""Why a job stopped."""

from pathlib import Path

import pytest

from foa360.core.job_ends import NO_REASON, reason

#: Lines of Slurm 22.05 (jobs over a limit, and cancelled, on a test cluster), and of a kernel that
#: ends a process of a job.
LOGS = {
    "slurmstepd-n1: error: *** JOB 1 ON n1 CANCELLED AT 05:16:49 DUE TO TIME LIMIT ***": "runtime",
    "slurmstepd-n1: error: StepId=2.batch exceeded memory limit (127815680 > 104857600),"
    " being killed\n"
    "slurmstepd-n1: error: Exceeded job memory limit\n"
    "slurmstepd-n1: error: *** JOB 2 ON n1 CANCELLED AT 2026-11-30T05:11:23 ***": "mem_mb",
    "slurmstepd: error: Detected 1 oom_kill event in StepId=9.batch. Some of the step tasks"
    " have been OOM Killed.": "mem_mb",
    "slurmstepd: error: *** JOB 3 ON n2 CANCELLED AT 2026-11-30T05:11:23 DUE TO NODE FAILURE, SEE"
    " SLURMCTLD LOG FOR DETAILS ***": "node",
    "slurmstepd: error: *** JOB 4 ON n2 CANCELLED AT 2026-11-30T05:11:23 DUE TO PREEMPTION ***": (
        "place"
    ),
    "slurmstepd-n1: error: *** JOB 5 ON n1 CANCELLED AT 2026-11-30T05:11:23 ***": "cancelled",
}


def test_the_reason_is_that_of_the_job_s_own_log_if_it_has_one(tmp_path: Path) -> None:
    own, scheduler = tmp_path / "own.log", tmp_path / "scheduler.log"
    own.write_text("2026-11-27 10:00:00,000 ERROR foa360: stopped: No space left on device\n")
    scheduler.write_text(next(iter(LOGS)))
    assert reason(own, scheduler) == "No space left on device"


@pytest.mark.parametrize("log", LOGS)
def test_the_scheduler_says_why_it_ended_a_job(log: str, tmp_path: Path) -> None:
    own, scheduler = tmp_path / "own.log", tmp_path / "scheduler.log"
    own.write_text("2026-11-27 10:00:00,000 INFO foa360: 1/2 clips, about 5 s left\n")
    scheduler.write_text(f"host: n1\n{log}\n")
    assert LOGS[log] in reason(own, scheduler)


def test_a_job_that_nothing_is_known_of_may_have_been_killed(tmp_path: Path) -> None:
    own, scheduler = tmp_path / "own.log", tmp_path / "scheduler.log"
    own.write_text("2026-11-27 10:00:00,000 INFO foa360: 1/2 clips, about 5 s left\n")
    scheduler.write_text("host: n1\nSelect jobs to execute...\n")
    for paths in [(None, None), (tmp_path / "absent.log", None), (own, None), (own, scheduler)]:
        assert reason(*paths) == NO_REASON
