"""A second run, an interrupted one, and one of a fresh clone."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from support.runs import ROOT, SMALL, command, configure, products, run

pytestmark = pytest.mark.system


def test_a_second_run_does_nothing(complete_run):
    done = run(complete_run, "--cores", "2", "all")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout


def test_a_fresh_clone_with_copied_results_runs_nothing(complete_run, tmp_path):
    folder = tmp_path / "copied"
    shutil.copytree(complete_run, folder)
    clone = tmp_path / "clone"
    for part in ("src", "rules", "scripts", "workflow"):
        # Without time stamps: every file is newer than the results.
        shutil.copytree(ROOT / part, clone / part, copy_function=shutil.copyfile)
    profile = configure(tmp_path / "profile", {"cores": 1})
    for options in ([], ["--workflow-profile", str(profile)]):
        done = run(folder, "-n", *options, "all", checkout=clone)
        assert "Nothing to be done" in done.stdout, done.stdout[-3000:]


def test_interrupted_and_on_one_core_gives_the_same_bytes(complete_run, tmp_path):
    folder = configure(tmp_path / "again", SMALL)
    random = np.random.default_rng(0)
    for _ in range(6):
        process = subprocess.Popen(
            command(folder, "--cores", "1", "all"),
            cwd=folder,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(random.uniform(5, 16))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
        run(folder, "--unlock")
    done = run(folder, "--cores", "1", "all")
    assert done.returncode == 0, done.stdout[-5000:]
    expected = products(complete_run)
    found = {
        name: content
        for name, content in products(folder).items()
        if not Path(name).name.startswith(".")
    }
    assert set(found) == set(expected)
    assert [name for name in expected if found[name] != expected[name]] == []
