"""A run that is killed, disturbed or lacks a disk ends with the same bytes or one clear line."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
from support import faults
from support.faults import LOCAL, LOCAL_RULES, Run
from support.runs import RUN_LIMIT_S, assert_same, command, configure, curated, products, run
from support.shared import made_once

from foa360.core import tables
from foa360.core.records import PlannedClip
from foa360.shards.read import open_shard

pytestmark = [pytest.mark.system, pytest.mark.slow]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    """Folder of a run that nothing has disturbed; tests of other processes read it, too."""

    def make(folder: Path) -> None:
        faults.write_recordings(configure(folder, LOCAL))
        done = run(folder, "--cores", "2", "features")
        assert done.returncode == 0, done.stdout[-3000:]
        assert [clip.verdict for clip in curated(folder)] == ["kept", "kept"]

    return made_once(tmp_path_factory, "undisturbed", make)


@pytest.fixture
def fresh(undisturbed, tmp_path) -> Path:
    """Folder of a run that has not begun."""
    folder = configure(tmp_path / "run", LOCAL)
    shutil.copytree(undisturbed / "media", folder / "media")
    return folder


@pytest.fixture
def finished(undisturbed, tmp_path) -> Path:
    """Copy of the finished run, with its time stamps."""
    shutil.copytree(undisturbed, tmp_path / "run")
    return tmp_path / "run"


def results(folder: Path) -> dict[str, bytes]:
    """Products of a run; the plan stores durations and states by path and time."""
    return {
        name: data
        for name, data in products(folder).items()
        if not name.startswith("results/plan/") or "shards" in name
    }


def lines_about(output: str) -> list[str]:
    """Lines in which jobs say why they stopped."""
    return [line for line in output.splitlines() if "] stopped" in line]


def assert_as_undisturbed(folder: Path, undisturbed: Path) -> None:
    again = run(folder, "--cores", "2", "features")
    assert again.returncode == 0, again.stdout[-3000:]
    assert_same(results(folder), results(undisturbed))
    planned = len(tables.read_frame(folder / "results/plan/shards.parquet"))
    assert len(curated(folder)) == planned
    kept = sum(clip.verdict == "kept" for clip in curated(folder))
    stored = 0
    for path in (folder / "results/features").glob("[!.]*.h5"):
        with open_shard(path) as shard:
            stored += len(shard)
    assert stored == kept


def test_the_same_command_goes_on_after_kills_and_an_interruption(fresh, undisturbed):
    random = np.random.default_rng(0)
    for stage, rule in LOCAL_RULES.items():
        killed = faults.killed_in(fresh, stage, rule, "features", random.uniform(0, 0.3))
        assert "LockException" not in killed.output
    interrupted = Run(fresh, "--cores", "1", "features")
    interrupted.wait_for(lambda: interrupted.has_begun("features"))
    interrupted.kill(signal.SIGINT)
    assert "was killed; this run takes over its lock" in interrupted.output
    assert "Traceback" not in interrupted.output, interrupted.output[-3000:]
    assert "stopped by the user" in interrupted.output
    assert "the same command goes on" in interrupted.output
    done = run(fresh, "--cores", "2", "features")
    assert done.returncode == 0, done.stdout[-3000:]
    assert "takes over" not in done.stdout
    assert_as_undisturbed(fresh, undisturbed)
    assert not [path for path in (fresh / "results").rglob(".*.part*")]


def test_nothing_that_starts_during_a_run_disturbs_it(fresh, undisturbed):
    running = Run(fresh, "--cores", "1", "features")
    running.wait_for(lambda: running.has_begun("measure"))
    plan = (fresh / "results/plan/shards.parquet").read_bytes()
    other = configure(fresh / "other", {**LOCAL, "clip": {"duration": 1.0}})
    options = ["features", "--configfile", str(other / "config.yaml")]
    with running.suspended():
        # It would else have ended before, on a busy machine.
        assert run(fresh, "-n", *options).returncode == 0
        refused = run(fresh, "--cores", "1", *options)
    assert refused.returncode != 0
    assert "results is in use by another run: process" in refused.stdout
    assert (fresh / "results/plan/shards.parquet").read_bytes() == plan
    assert running.end() == 0, running.output[-3000:]
    assert_as_undisturbed(fresh, undisturbed)


def test_of_starts_at_the_same_moment_one_runs(fresh):
    starts = []
    for number in range(3):
        with (fresh / f"{number}.txt").open("w") as log:
            line = command(fresh, "--cores", "1", "fetch")
            starts.append(subprocess.Popen(line, cwd=fresh, stdout=log, stderr=log))
    codes = [start.wait(RUN_LIMIT_S) for start in starts]
    outputs = [(fresh / f"{number}.txt").read_text() for number in range(3)]
    assert 0 in codes, outputs[0][-3000:]
    for code, output in zip(codes, outputs, strict=True):
        assert code == 0 or "is in use by another run" in output, output[-3000:]
    assert run(fresh, "--cores", "1", "fetch").returncode == 0
    assert len(list((fresh / "results/fetch").glob("[!.]*.parquet"))) == 2


def test_a_plan_that_changes_under_a_run_is_refused_by_name(finished, undisturbed):
    options = ["--keep-going", "-R", "write_features", "--", "features"]
    running = Run(finished, "--cores", "1", *options)
    plan = finished / "results/plan/shards.parquet"
    running.wait_for(lambda: " at a time" in running.output)
    with running.suspended():
        # No job has read it yet.
        clips = tables.read(plan, PlannedClip)
        tables.write(plan, [clip for clip in clips if clip.shard == "s0000"], PlannedClip)
    assert running.end() != 0
    (stopped,) = lines_about(running.output)
    assert "other rows for s0001 than when this run began" in stopped
    assert "results/plan/shards.parquet" in stopped
    assert "Traceback" not in running.output
    assert_as_undisturbed(finished, undisturbed)


def test_truncated_tables_are_named(finished, undisturbed):
    damaged = ("kept/s0000.parquet", "viewpoints/s0001.parquet")
    for name in damaged:
        path = finished / "results" / name
        time = path.stat().st_mtime_ns
        path.write_bytes(path.read_bytes()[:1000])
        os.utime(path, ns=(time, time))
    options = ["--keep-going", "-R", "write_features", "--", "features"]
    done = run(finished, "--cores", "2", *options)
    assert done.returncode != 0
    stopped = "\n".join(lines_about(done.stdout))
    for name in damaged:
        assert f"delete it, and the next run makes it again: results/{name}" in stopped
        (finished / "results" / name).unlink()
    assert "Traceback" not in done.stdout
    assert_as_undisturbed(finished, undisturbed)


def test_a_full_disk_is_one_line_a_job_and_leaves_nothing(finished, undisturbed):
    line = command(finished, "--cores", "1", "-R", "write_features", "--", "features")
    code, text = faults.limited(line, finished, max_file_bytes=30_000)
    assert code != 0
    (stopped,) = lines_about(text)
    assert "File too large" in stopped
    assert "results/" in stopped
    assert "Traceback" not in text
    assert not list((finished / "results").rglob(".*.part*"))
    assert_as_undisturbed(finished, undisturbed)


def test_read_only_results_are_named(finished, undisturbed):
    folder = finished / "results"
    bind = ["mount", "--bind", str(folder), str(folder)]
    if subprocess.run(bind, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        dry = run(finished, "-n", "features")
        done = run(finished, "--cores", "1", "-R", "track_objects", "--", "features")
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
    assert dry.returncode == 0, dry.stdout[-3000:]
    assert "Nothing to be done" in dry.stdout
    assert done.returncode != 0
    assert "Read-only file system: " in done.stdout
    assert "Traceback" not in done.stdout
    assert_as_undisturbed(finished, undisturbed)


def test_media_that_the_disk_cannot_read_are_not_damaged_media(finished, undisturbed, tmp_path):
    shim = faults.build_eio_shim(tmp_path)
    if shim is None:
        pytest.skip("no C compiler")
    environment = {**os.environ, "LD_PRELOAD": str(shim), "EIO_FILE": "/media/one.mp4"}
    options = ["--keep-going", "-R", "write_features", "--", "features"]
    failed = subprocess.run(
        command(finished, "--cores", "1", *options),
        cwd=finished,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert failed.returncode != 0
    (stopped,) = lines_about(failed.stdout)
    assert "Input/output error" in stopped
    assert "media/one.mp4" in stopped
    assert_as_undisturbed(finished, undisturbed)
