"""Why a job stopped, as its log states it, or that of a scheduler."""

import re
from pathlib import Path

from foa360.core.shown import printable

#: The last line in the log of a job that has ended with an error (`foa360.core.jobs`).
STOPPED_LINE = re.compile(r"ERROR foa360: stopped: (.+)")
#: What Slurm writes to the log of a job that it ends; the first pattern that is found counts.
SCHEDULER_ENDS = (
    (re.compile(r"DUE TO TIME LIMIT"), "it took longer than the `runtime` that it requested"),
    (
        re.compile(r"exceeded (job )?memory limit|oom.kill|out of memory", re.IGNORECASE),
        "it needed more memory than the `mem_mb` that it requested",
    ),
    (re.compile(r"DUE TO NODE FAIL"), "its node failed"),
    (re.compile(r"DUE TO PREEMPTION"), "another job took its place"),
    (re.compile(r"\*\*\* (JOB|STEP) .* CANCELLED"), "it was cancelled"),
)
NO_REASON = "its log does not say; it may have been killed, as by lack of memory"
#: Bytes at the end of a log that are read.
TAIL = 65536


def reason(log: Path | None, scheduler_log: Path | None = None) -> str:
    """Return why a job stopped."""
    stated = stated_reason(log)
    if stated is not None:
        return stated
    end = tail(scheduler_log)
    return next((text for pattern, text in SCHEDULER_ENDS if pattern.search(end)), NO_REASON)


def stated_reason(log: Path | None) -> str | None:
    """Return why a job stopped, as its log states it, or None."""
    found = STOPPED_LINE.findall(tail(log))
    return printable(found[-1]) if found else None


def tail(log: Path | None) -> str:
    """Return the end of a log; nothing of one that cannot be read."""
    if log is None:
        return ""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - TAIL))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
