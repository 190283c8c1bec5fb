"""Export feature shards as tar files that the package webdataset reads.

Each shard becomes one tar file of the same name, and each clip a sample: `json` with its metadata,
an `npy` for each feature, and the video frames as `0.jpg`, `1.jpg` … The same shard gives the same
bytes.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

HELP = "export feature shards to another format"


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("format", choices=["webdataset"], help="format of the exported files")
    parser.add_argument("destination", type=Path, help="folder of the exported files")
    parser.add_argument(
        "--shards",
        type=Path,
        default=Path("results/features"),
        help="shard, or folder that contains shards (default: %(default)s)",
    )


def run(arguments: Namespace) -> int:
    """Write the files and return 1 if there are no shards or one cannot be read, else 0."""
    from foa360.shards.export import export
    from foa360.shards.read import shard_files

    shards = shard_files(arguments.shards)
    if not shards:
        print(f"{arguments.shards}: no shards (*.h5) found", file=sys.stderr)
        return 1
    arguments.destination.mkdir(parents=True, exist_ok=True)
    for number, shard in enumerate(shards, 1):
        target = arguments.destination / f"{shard.stem}.tar"
        try:
            clips = export(shard, target)
        except (OSError, KeyError) as error:
            print(f"{shard}: {error}", file=sys.stderr)
            return 1
        print(f"{target}: {clips} clips ({number} of {len(shards)} shards)", flush=True)
    return 0
