"""Whether a start of the workflow only shows something, and must not change any file."""

import re
from collections.abc import Sequence

#: Options that end without running a job.
OPTIONS = frozenset(
    {
        "--archive",
        "--conda-cleanup-envs",
        "--conda-create-envs-only",
        "--container-cleanup-images",
        "--containerize",
        "--d3dag",
        "--dag",
        "--detailed-summary",
        "--dry-run",
        "--dryrun",
        "--filegraph",
        "--generate-unit-tests",
        "--lc",
        "--li",
        "--lint",
        "--list-changes",
        "--list-conda-envs",
        "--list-input-changes",
        "--list-params-changes",
        "--list-rules",
        "--list-target-rules",
        "--list-untracked",
        "--lp",
        "--lt",
        "--lu",
        "--print-compilation",
        "--report",
        "--reporter",
        "--rulegraph",
        "--summary",
        "--unlock",
    }
)
#: Letters that an option may be shortened to, dashes included; other options begin with the same
#: letters where there are fewer.
MIN_LENGTH = 4
#: The short forms -n, -l, -S and -D, alone or after other options that take no value: `-pn`, but
#: not `-call`, which is `--cores all`.
SHORT_OPTIONS = re.compile(r"-[Fafhkptv]*[nlSD]\w*")


def is_dry_run(arguments: Sequence[str]) -> bool:
    """Return whether the options of a workflow run forbid changes of files.

    Parameters
    ----------
    arguments
        Command line without the name of the program.
    """
    return any(_shows_only(argument) for argument in arguments)


def _shows_only(option: str) -> bool:
    if SHORT_OPTIONS.fullmatch(option):
        return True
    name = option.partition("=")[0]
    if name in OPTIONS:
        return True
    # Options can be shortened as long as no other begins with the same letters.
    is_long = name.startswith("--") and len(name) >= MIN_LENGTH
    return is_long and any(known.startswith(name) for known in OPTIONS)
