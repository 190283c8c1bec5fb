"""Compare feature shards with their checksums. Exit status 1 if any shard is damaged."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from foa360.core.shown import printable

HELP = "compare feature shards with their checksums"


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "paths", nargs="+", type=Path, help="shards, or folders that contain shards"
    )


def run(arguments: Namespace) -> int:
    """Print every problem and return 1 if there is any, or if there are no shards, else 0."""
    from foa360.shards.read import shard_files
    from foa360.shards.verify import verify

    shards: list[Path] = []
    for path in arguments.paths:
        shards += shard_files(path)
    if not shards:
        print(
            "no shards (*.h5) found; they are in results/features of the folder of a run",
            file=sys.stderr,
        )
        return 1
    damaged = 0
    for shard in shards:
        problems = verify(shard)
        for problem in problems:
            print(printable(f"{shard}: {problem}"), file=sys.stderr)
        if problems:
            damaged += 1
    print(f"{len(shards) - damaged} of {len(shards)} shards are intact")
    return 1 if damaged else 0
