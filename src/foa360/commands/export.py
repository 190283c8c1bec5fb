"""`foa360 export webdataset`: feature shards as tar files that the package webdataset reads.

Each shard becomes one tar of the same name, and each clip a sample: `json` with what is known of
it, an `npy` for each feature, and the pictures as `0.jpg`, `1.jpg` … The same shard gives the same
bytes.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

HELP = "feature shards in another format"


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("format", choices=["webdataset"])
    parser.add_argument("destination", type=Path, help="folder for the tar files")
    parser.add_argument(
        "--shards", type=Path, default=Path("results/features"),
        help="a shard, or a folder that holds them (results/features)",
    )  # fmt: skip


def run(chosen: Namespace) -> int:
    """Write the files; 1 if there are no shards or one cannot be read."""
    from foa360.shards import shard_files
    from foa360.shards.export import export

    files = shard_files(chosen.shards)
    if not files:
        print(f"{chosen.shards}: no shards (*.h5) found", file=sys.stderr)
        return 1
    chosen.destination.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(files, 1):
        target = chosen.destination / f"{file.stem}.tar"
        try:
            count = export(file, target)
        except (OSError, KeyError) as error:
            print(f"{file}: {error}", file=sys.stderr)
            return 1
        print(f"{target}: {count} clips ({number} of {len(files)} shards)", flush=True)
    return 0
