"""Export feature shards as tar files that the package webdataset reads.

Each shard becomes one tar file of the same name, and each clip a sample: `json` with its metadata,
an `npy` for each feature, and the video frames as `0.jpg`, `1.jpg` … The same shard gives the same
bytes.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from foa360.core.shown import printable

#: What the message of a missing shard advises.
NO_SHARDS = (
    "no shards (*.h5) here; name their folder with --shards, results/features in the folder"
    " of a run, which `snakemake features` fills"
)
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
    if not shards or not arguments.shards.exists():
        print(printable(f"{arguments.shards}: {NO_SHARDS}"), file=sys.stderr)
        return 1
    shared = _shared_name(shards)
    if shared is not None:
        line = f"{' and '.join(map(str, shared))} would be one file; export a run at a time"
        print(printable(line), file=sys.stderr)
        return 1
    arguments.destination.mkdir(parents=True, exist_ok=True)
    for number, shard in enumerate(shards, 1):
        target = arguments.destination / f"{shard.stem}.tar"
        try:
            clips = export(shard, target)
        except (OSError, KeyError, RuntimeError, ValueError) as error:
            print(printable(f"{shard}: {error}"), file=sys.stderr)
            return 1
        line = f"{target}: {clips} clips ({number} of {len(shards)} shards)"
        print(printable(line), flush=True)
    return 0


def _shared_name(shards: list[Path]) -> tuple[Path, Path] | None:
    """Return two shards that would be exported to one file, if there are any."""
    by_name: dict[str, Path] = {}
    for shard in shards:
        # File systems that do not tell case apart hold one of two such files.
        other = by_name.setdefault(shard.stem.casefold(), shard)
        if other is not shard:
            return other, shard
    return None
