"""`foa360 leakage`: videos that occur in more than one list or split.

A list is a text with one id a line (of a video, or of a clip as `{id}_{start}`), or a CSV or
Parquet table with `video_id` and perhaps `split`, such as `results/plan/shards.parquet`. Exit
status 1 if any video occurs twice.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from foa360.core.video_ids import source_video

HELP = "videos that occur in more than one list or split"


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("lists", nargs="+", type=Path, metavar="LIST")


def run(chosen: Namespace) -> int:
    """One line for each such video: its id, and where it occurs; 2 if a list cannot be read."""
    where: dict[str, list[str]] = {}
    for path in chosen.lists:
        try:
            for name, ids in _read(path):
                for video in ids:
                    where.setdefault(video, []).append(name)
        except (OSError, ValueError, KeyError) as error:
            print(f"{path}: cannot be read as a list: {error}", file=sys.stderr)
            return 2
    twice = {video: names for video, names in where.items() if len(names) > 1}
    for video, names in twice.items():
        print(f"{video}\t{', '.join(names)}")
    said = f"{len(twice)} of {len(where)} videos occur in more than one list or split"
    print(said, file=sys.stderr)
    return 1 if twice else 0


def _read(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Names of the splits of a list, or the list's own, with their videos."""
    if path.suffix in {".csv", ".parquet"}:
        read = pd.read_csv if path.suffix == ".csv" else pd.read_parquet
        frame = read(path).astype({"video_id": str})
        frame["split"] = frame["split"].fillna("") if "split" in frame else ""
        parts = {str(split): part["video_id"] for split, part in frame.groupby("split")}
    else:
        lines = path.read_text(encoding="utf-8").splitlines()
        parts = {"": pd.Series([line.split()[0] for line in lines if line.strip()], dtype=str)}
    for split, ids in parts.items():
        videos = ids.map(source_video)
        yield f"{path}[{split}]" if split else str(path), list(dict.fromkeys(videos))
