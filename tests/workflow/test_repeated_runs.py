"""A second run, an interrupted one, and one of a fresh clone."""

import shutil

import numpy as np
import pytest
from support import faults
from support.runs import ROOT, SMALL, assert_same, configure, products, run

pytestmark = pytest.mark.system

#: Stages in which a run to the report is killed; `test_faults.py` has the others.
KILLED = {
    "render": "render_shard",
    "train": "train_model",
    "evaluate": "evaluate_model",
    "report": "write_report",
}


def test_a_second_run_does_nothing(complete_copy):
    done = run(complete_copy, "--cores", "2", "all")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout


def test_a_fresh_clone_with_copied_results_runs_nothing(complete_copy, tmp_path):
    clone = tmp_path / "clone"
    for part in ("src", "rules", "scripts", "workflow"):
        # Without time stamps: every file is newer than the results.
        shutil.copytree(ROOT / part, clone / part, copy_function=shutil.copyfile)
    profile = configure(tmp_path / "profile", {"cores": 1})
    for options in ([], ["--workflow-profile", str(profile)]):
        done = run(complete_copy, "-n", *options, "all", checkout=clone)
        assert "Nothing to be done" in done.stdout, done.stdout[-3000:]


def test_killed_in_stages_and_on_one_core_gives_the_same_bytes(complete_run, tmp_path):
    folder = configure(tmp_path / "again", SMALL)
    random = np.random.default_rng(0)
    for stage, rule in KILLED.items():
        faults.killed_in(folder, stage, rule, "all", random.uniform(0, 0.5))
    done = run(folder, "--cores", "1", "all")
    assert done.returncode == 0, done.stdout[-5000:]
    assert "was killed; this run takes over its lock" in done.stdout
    assert_same(products(folder), products(complete_run))
