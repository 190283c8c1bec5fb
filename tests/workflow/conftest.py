"""Fixtures of the tests that run the workflow."""

from pathlib import Path

import pytest
from support.runs import SMALL, configure, run


@pytest.fixture(scope="session")
def complete_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the small demo to the report; tests must not change the folder."""
    folder = configure(tmp_path_factory.mktemp("complete"), SMALL)
    done = run(folder, "--cores", "2", "all")
    assert done.returncode == 0, done.stdout[-5000:]
    assert "Report: results/report/index.html" in done.stdout
    (folder / "output.txt").write_text(done.stdout)
    return folder
