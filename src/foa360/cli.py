"""The command line `foa360`."""

import argparse
import sys
from pathlib import Path

from foa360 import __version__


def verify(paths: list[Path]) -> int:
    """Compare checksums of feature shards; name what is wrong; 1 if anything is."""
    from foa360.shards import verify as problems_of

    files = [f for p in paths for f in (sorted(p.rglob("*.h5")) if p.is_dir() else [p])]
    if not files:
        print("no shards (*.h5) found", file=sys.stderr)
        return 1
    bad = 0
    for file in files:
        problems = problems_of(file)
        bad += bool(problems)
        for problem in problems:
            print(f"{file}: {problem}", file=sys.stderr)
    print(f"{len(files) - bad} of {len(files)} shards are whole")
    return 1 if bad else 0


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="foa360", description="Curation and features for 360° video with ambisonics."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("verify", help="compare the checksums of feature shards")
    command.add_argument("paths", nargs="+", type=Path, help="shards, or folders that hold them")
    chosen = parser.parse_args(arguments)
    return verify(chosen.paths)
