"""The profile for Slurm, on a real controller with two emulated nodes."""

import time
from pathlib import Path

import pytest
from support import faults, slurm, slurm_accounting
from support.runs import SMALL, assert_same, configure, curated, products, run
from support.slurm import PROFILE, PROGRAM, WITHOUT_ACCOUNTING

#: Its first attempt cannot have enough.
LITTLE_MEMORY = ["--set-resources", "write_test_list:mem_mb=100 + 2900 * (attempt - 1)"]
#: The first shard has its limit of time, the second one that of memory; each attempt gets more.
LIMITS = [
    "--set-resources",
    "measure_shard:runtime=1 + 29 * (attempt - 1) if '0000' in wildcards.shard else 30",
    "measure_shard:mem_mb=3000 if '0000' in wildcards.shard else 100 + 2900 * (attempt - 1)",
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.system,
    pytest.mark.skipif(slurm.missing() is not None, reason=str(slurm.missing())),
]


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a cluster's daemons, with a path that is short enough for their sockets."""
    return tmp_path_factory.mktemp("slurm") / "cluster"


def test_without_accounting_a_cluster_makes_the_same_bytes_through_three_losses(
    complete_run: Path, place: Path, tmp_path: Path
) -> None:
    """The demo to the report. A node loses its power, a job is cancelled, one lacks memory."""
    folder = configure(tmp_path, SMALL)
    with slurm.Cluster(place, accounting=False) as cluster:
        options = [*WITHOUT_ACCOUNTING, *LITTLE_MEMORY, "--", "all"]
        going = faults.Run(folder, *options, program=PROGRAM)
        try:
            lost = _stopped(cluster, going, "measure", "write_features:")
            # The node stays away: the controller of Slurm 22.05 may crash when it comes back.
            cluster.kill_node(lost.node)
            cluster.cancel(_stopped(cluster, going, "train", "train_model:"))
            assert going.end() == 0, going.output[-5000:]
        finally:
            going.stop()
    assert "test_list failed: it needed more memory than the `mem_mb`" in going.output
    # What jobs left that were killed is deleted by the next start.
    again = run(folder, "--cores", "1", "all")
    assert "Nothing to be done" in again.stdout, again.stdout[-5000:]
    assert_same(products(folder), products(complete_run))


def test_a_job_over_its_time_and_one_over_its_memory_get_more_at_the_next_attempt(
    place: Path, tmp_path: Path
) -> None:
    """One shard's job hangs, another one needs more than it requested.

    The cluster has accounting where its packages are installed.
    """
    accounting = slurm_accounting.missing() is None
    folder = configure(tmp_path, faults.LOCAL)
    faults.write_recordings(folder)
    # As on a node with internet access.
    fetched = run(folder, "--cores", "2", "fetch")
    assert fetched.returncode == 0, fetched.stdout[-5000:]
    with slurm.Cluster(place, accounting) as cluster:
        options = PROFILE if accounting else WITHOUT_ACCOUNTING
        going = faults.Run(folder, *options, *LIMITS, "--", "curate", program=PROGRAM)
        try:
            _stopped(cluster, going, "measure", "shard=s0000")
            assert going.end() == 0, going.output[-5000:]
        finally:
            going.stop()
    assert {clip.verdict for clip in curated(folder)} == {"kept"}
    assert "s0000 failed: it took longer than the `runtime`" in going.output, going.output[-5000:]
    assert "s0001 failed: it needed more memory than the `mem_mb`" in going.output


def _stopped(cluster: slurm.Cluster, going: faults.Run, stage: str, target: str) -> slurm.Job:
    """Wait until a stage works, and stop a job with a target, which cannot end on any machine."""
    found: list[slurm.Job] = []

    def is_stopped() -> bool:
        time.sleep(0.2)
        if going.has_begun(stage):
            running = [job for job in cluster.jobs() if job.state == "RUNNING"]
            of_target = [job for job in running if target in cluster.command(job)]
            found.extend(job for job in of_target[:1] if cluster.hang(job))
        return bool(found)

    going.wait_for(is_stopped)
    return found[0]
