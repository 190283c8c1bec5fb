"""`foa360 verify`: compare the checksums of feature shards."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

HELP = "compare the checksums of feature shards"


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("paths", nargs="+", type=Path, help="shards, or folders that hold them")


def run(chosen: Namespace) -> int:
    """Name what is wrong; 1 if anything is."""
    from foa360.shards import shard_files, verify

    files = [file for path in chosen.paths for file in shard_files(path)]
    if not files:
        print("no shards (*.h5) found", file=sys.stderr)
        return 1
    bad = 0
    for file in files:
        problems = verify(file)
        bad += bool(problems)
        for problem in problems:
            print(f"{file}: {problem}", file=sys.stderr)
    print(f"{len(files) - bad} of {len(files)} shards are whole")
    return 1 if bad else 0
