"""Command lines that only show what a run would do."""

import pytest

from foa360.stages.plan.dry_run import is_dry_run


@pytest.mark.parametrize(
    "line",
    [
        "-n",
        "-n all",
        "all -n",
        "-pn",
        "-nq",
        "--dry-run",
        "--dryrun features",
        "--lint",
        "--summary",
        "--list-rules",
        "-l",
        "-S",
        "-D",
        "--unlock",
        "--dag",
        "--d3dag",
        "--rulegraph all",
        "--filegraph",
    ],
)
def test_these_change_nothing(line):
    assert is_dry_run(line.split())


@pytest.mark.parametrize(
    "line",
    [
        "",
        "all",
        "--cores 4 all",
        "-c 4",
        "-p",
        "-k --cores all features",
        "--config results=n",
        "--directory dag",
        "--workflow-profile profiles/default",
        "--rerun-incomplete",
    ],
)
def test_these_run_jobs(line):
    assert not is_dry_run(line.split())
