"""Fixtures of the tests that run the workflow."""

import shutil
from pathlib import Path

import pytest
from support.runs import SMALL, configure, run
from support.shared import made_once


@pytest.fixture(scope="session")
def complete_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the small demo to the report; tests of other processes read the folder, too."""

    def make(folder: Path) -> None:
        done = run(configure(folder, SMALL), "--cores", "2", "all")
        assert done.returncode == 0, done.stdout[-5000:]
        assert "Report: results/report/index.html" in done.stdout
        (folder / "output.txt").write_text(done.stdout)

    return made_once(tmp_path_factory, "complete", make)


@pytest.fixture
def complete_copy(complete_run: Path, tmp_path: Path) -> Path:
    """Copy that run, time stamps included, for a test that changes it or runs something in it."""
    return shutil.copytree(complete_run, tmp_path / "copied")
