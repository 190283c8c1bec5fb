"""Command lines that only show what a run would do."""

import pytest
from snakemake.cli import get_argument_parser

from foa360.stages.plan.dry_run import OPTIONS, is_dry_run

#: Options of Snakemake that begin with the same words as those that only show something.
SHOWING = ("dag", "dry", "list", "lint", "report", "summary", "print-compilation", "rulegraph")
#: Names of them that run jobs as well.
RUNNING = {"--report-after-run"}


@pytest.mark.parametrize(
    "line",
    [
        "-n",
        "-n all",
        "all -n",
        "-pn",
        "-nq",
        "-nj4",
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
        "--dag=mermaid-js",
        "--filegraph",
        "--detailed-summary",
        "--list-changes code",
        "--lc code",
        "--dry all",
        "--sum",
        "--detailed",
        "--report",
        "--archive a.tar.gz",
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
        "-call all",
        "-jall",
        "-kcall --debug-dag",
        "--strict-dag-evaluation cyclic-graph",
        "-p",
        "-k --cores all features",
        "--config results=n",
        "--directory dag",
        "--workflow-profile profiles/default",
        "--rerun-incomplete",
        "--touch",
        "--rerun-inc",
        "-- all",
        "--delete-all-output",
    ],
)
def test_these_run_jobs(line):
    assert not is_dry_run(line.split())


def test_every_option_of_snakemake_that_only_shows_something_is_known():
    found = set()
    for action in get_argument_parser()._actions:
        for name in action.option_strings:
            if name.startswith("--") and name[2:].startswith(SHOWING):
                found.add(name)
    found = {name for name in found if not name.startswith(("--report-", "--list", "--dag-"))}
    assert "--summary" in found
    assert found <= OPTIONS


def test_no_option_that_runs_jobs_begins_one_that_only_shows_something():
    names = {name for action in get_argument_parser()._actions for name in action.option_strings}
    assert names >= OPTIONS
    assert {name for name in names - OPTIONS if is_dry_run([name])} == {
        "-n",
        "-l",
        "-S",
        "-D",
        "--list",
    }
