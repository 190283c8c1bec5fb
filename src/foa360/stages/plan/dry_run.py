"""Whether a command line only shows what a run would do."""

import re
from collections.abc import Sequence

#: Options that end without running a job; `-n`, `-l`, `-S` and `-D` are their short forms.
OPTIONS = frozenset({"--dry-run", "--dryrun", "--lint", "--summary", "--list-rules", "--unlock"})
#: Endings of the options that print a graph: --dag, --rulegraph, --filegraph, --d3dag.
GRAPH_ENDINGS = ("dag", "graph")
SHORT_OPTIONS = re.compile(r"-[a-zA-Z]*[nlSD][a-zA-Z]*")


def is_dry_run(arguments: Sequence[str]) -> bool:
    """Return whether the options of a workflow run forbid changes of files.

    Parameters
    ----------
    arguments
        Command line without the name of the program.
    """
    return any(_shows_only(argument) for argument in arguments if argument.startswith("-"))


def _shows_only(option: str) -> bool:
    if option in OPTIONS or option.endswith(GRAPH_ENDINGS):
        return True
    return SHORT_OPTIONS.fullmatch(option) is not None
