"""What a run has done and has to do, in lines for a person. Knows nothing of Snakemake.

A rule has a stage, a job a key: the name of its shard or experiment. What a running job has done is
read from the last line of progress in its log (`foa360.core.jobs`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.compute as pc

from foa360.core import tables
from foa360.core.job_ends import reason, tail
from foa360.core.reasons import Verdict

#: The last line of progress in the log of a job.
PROGRESS_LINE = re.compile(r"INFO foa360: (\d+)/(\d+) (\w+), about")
#: Share of its expected time that a running job without a line of progress still takes, at least.
MIN_LEFT = 0.1
#: Failures that the last lines name.
MAX_FAILURES = 5


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """What is known before the first job.

    stages : stage of each rule, in the order of the stages.
    seconds : expected duration of a job of each stage; only their ratios matter once jobs are done.
    clips : number of clips of each shard.
    curation : path of the table of curation, with `{shard}`.
    """

    stages: Mapping[str, str]
    seconds: Mapping[str, float]
    clips: Mapping[str, int]
    curation: str


@dataclass
class Job:
    """A job that runs."""

    stage: str
    key: str
    log: Path | None
    begun: float
    scheduler_log: Path | None = None


@dataclass
class StageCount:
    """Jobs of a stage."""

    jobs: int = 0
    done: int = 0
    clips: int = 0
    seconds: float = 0.0
    begun: float | None = None
    running: dict[int, Job] = field(default_factory=dict)


class RunView:
    """Counts of a run, by the jobs that begin, end and fail; times in s of any clock."""

    def __init__(self, plan: RunPlan, jobs: Mapping[str, int], slots: int, now: float) -> None:
        """Begin with the number of jobs of each rule, of which `slots` run at a time."""
        self.plan, self.slots, self.begun = plan, max(slots, 1), now
        self.stages = {stage: StageCount() for stage in plan.stages.values()}
        for rule, count in jobs.items():
            if rule in plan.stages:
                self.stages[plan.stages[rule]].jobs += count
        self.failures: dict[int, Job] = {}
        self.verdicts: dict[str, Counter[str]] = {}
        for shard in plan.clips:
            self._count_verdicts(shard)

    def start(self, number: int, rule: str, key: str, log: str | None, now: float) -> None:
        """Note a job that begins."""
        stage = self.plan.stages.get(rule)
        if stage is not None:
            count = self.stages[stage]
            count.begun = now if count.begun is None else count.begun
            count.running[number] = Job(stage, key, Path(log) if log else None, now)

    def finish(self, number: int, now: float) -> None:
        """Note a job that has ended, maybe after failed attempts."""
        self.failures.pop(number, None)
        for count in self.stages.values():
            job = count.running.pop(number, None)
            if job is not None:
                count.done += 1
                count.seconds += now - job.begun
                count.clips += self.plan.clips.get(job.key, 0)
                if job.stage == "measure":
                    self._count_verdicts(job.key)

    def fail(self, number: int, scheduler_log: str | None = None) -> str | None:
        """Note a job that has failed; return its stage, its key and the reason, if it is known."""
        for count in self.stages.values():
            job = count.running.pop(number, None)
            if job is not None:
                job.scheduler_log = Path(scheduler_log) if scheduler_log else None
                self.failures[number] = job
                why = reason(job.log, job.scheduler_log)
                return f"{job.stage} {job.key}".rstrip() + f" failed: {why}"
        return None

    def heading(self) -> str:
        """Describe what will run."""
        jobs = sum(count.jobs for count in self.stages.values())
        clips, shards = sum(self.plan.clips.values()), len(self.plan.clips)
        return f"{_of(jobs, 'job')} for {_of(clips, 'clip')} in {_of(shards, 'shard')}"

    def line(self, now: float) -> str:
        """Describe the state: stages, verdicts, rate, time left."""
        running = [stage for stage, count in self.stages.items() if count.running]
        parts = [self._stage_text(stage) for stage in running] or ["waiting"]
        jobs = sum(count.jobs for count in self.stages.values())
        parts.append(f"{sum(count.done for count in self.stages.values())} of {jobs} jobs")
        verdicts = self._verdict_counts()
        if verdicts:
            parts.append(f"{verdicts['kept']} kept, {verdicts['failed']} failed")
        rate = self._rate(running, now)
        if rate:
            parts.append(f"{rate:.2g} clips/s")
        left = self._left(now)
        if left is not None:
            parts.append(f"about {duration(left)} left")
        return f"{clock(now - self.begun)}  {' | '.join(parts)}"

    def end(self, now: float) -> str:
        """Describe a run that has done all its jobs: how long it took, and what became of clips."""
        counts = self._verdict_counts()
        verdicts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
        clips = f": {verdicts} of {_of(counts.total(), 'clip')}" if counts else ""
        return f"Ended after {duration(now - self.begun)}{clips}"

    def last_lines(self, command: str) -> list[str]:
        """Describe what has failed, and how to go on."""
        lines = []
        for job in list(self.failures.values())[:MAX_FAILURES]:
            lines.append(f"Failed: {job.stage} {job.key}".rstrip())
            lines.append(f"  reason: {reason(job.log, job.scheduler_log)}")
            logs = [job.log, job.scheduler_log]
            lines += [f"  log:    {log}" for log in logs if log is not None]
        more = len(self.failures) - MAX_FAILURES
        if more > 0:
            lines.append(f"{_of(more, 'other job')} failed, too.")
        return [*lines, *to_go_on(command)]

    def _verdict_counts(self) -> Counter[str]:
        return sum(self.verdicts.values(), Counter[str]())

    def _count_verdicts(self, shard: str) -> None:
        path = Path(self.plan.curation.format(shard=shard))
        try:
            column = tables.read_arrow(path, ["verdict"])["verdict"]
        except (OSError, tables.TableError):
            return
        counts = {pair["values"]: pair["counts"] for pair in pc.value_counts(column).to_pylist()}
        self.verdicts[shard] = Counter(counts)

    def _stage_text(self, stage: str) -> str:
        count = self.stages[stage]
        jobs = list(count.running.values())
        if all(job.key in self.plan.clips for job in jobs):
            total = self._clips_to_do(count)
            done = count.clips + sum(
                int(share * self.plan.clips[job.key])
                for job in jobs
                if (share := _share(job.log)) is not None
            )
            return f"{stage} {min(done, total)} of {total} clips"
        steps = [text for job in jobs if (text := _steps(job))]
        return f"{stage} {', '.join(steps)}" if steps else stage

    def _clips_to_do(self, count: StageCount) -> int:
        """Clips of all jobs of a stage; those of jobs that have not begun are an estimate."""
        known = count.clips + sum(self.plan.clips.get(j.key, 0) for j in count.running.values())
        unknown = count.jobs - count.done - len(count.running)
        shards = len(self.plan.clips)
        if count.jobs == shards:
            return sum(self.plan.clips.values())
        return known + round(unknown * sum(self.plan.clips.values()) / max(shards, 1))

    def _rate(self, running: Iterable[str], now: float) -> float | None:
        """Clips per second of the first running stage that has finished some."""
        for stage in running:
            count = self.stages[stage]
            if count.clips and count.begun is not None and now > count.begun:
                return count.clips / (now - count.begun)
        return None

    def _left(self, now: float) -> float | None:
        """Time left, s: expected times, scaled by how long jobs have taken; None for no idea."""
        expected = sum(c.done * self.plan.seconds[stage] for stage, c in self.stages.items())
        if not expected:
            return None
        scale = sum(count.seconds for count in self.stages.values()) / expected
        left = 0.0
        for stage, count in self.stages.items():
            to_do = count.jobs - count.done
            if to_do > 0:
                work = self._work(count, scale * self.plan.seconds[stage], now)
                left += work / min(self.slots, to_do)
        return left

    def _work(self, count: StageCount, expected: float, now: float) -> float:
        """Time that the jobs of a stage still take, s, if one takes the expected time."""
        times = [(now - job.begun, _share(job.log)) for job in count.running.values()]
        whole = [elapsed / share for elapsed, share in times if share]  # as they go so far
        known = count.done + len(whole)
        each = (count.seconds + sum(whole)) / known if known else expected
        left = each * (count.jobs - count.done - len(times))
        for elapsed, share in times:
            left += elapsed / share - elapsed if share else max(each - elapsed, MIN_LEFT * each)
        return left


def to_go_on(command: str) -> list[str]:
    """Last lines of a run that has stopped."""
    return ["What is finished is kept. To go on:", f"  {command}"]


def duration(seconds: float) -> str:
    """Write a duration in the units that matter, such as 3 h 20 min."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"


def clock(seconds: float) -> str:
    """Write the time since the beginning as h:mm:ss."""
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def _of(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _progress(log: Path | None) -> tuple[int, int, str] | None:
    """Items done, all items, and what they are."""
    found = PROGRESS_LINE.findall(tail(log))
    return (int(found[-1][0]), int(found[-1][1]), found[-1][2]) if found else None


def _share(log: Path | None) -> float | None:
    found = _progress(log)
    return found[0] / max(found[1], 1) if found else None


def _steps(job: Job) -> str:
    """Describe a job that is not about a shard."""
    found = _progress(job.log)
    steps = f"{found[0]} of {found[1]} {found[2]}" if found else ""
    return " ".join(part for part in (job.key, steps) if part)
