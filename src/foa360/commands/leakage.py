"""List videos that occur in more than one list or split.

A list is a text file with one id per line (of a video, or of a clip as `{id}_{start}`), or a CSV or
Parquet table with the column `video_id` and, optionally, `split`, such as
`results/plan/shards.parquet`. Exit status 1 if any video occurs more than once.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from foa360.core.video_ids import source_video

HELP = "list videos that occur in more than one list or split"


@dataclass(frozen=True)
class VideoList:
    """The videos of a list, or of one split of it; each once."""

    name: str
    video_ids: tuple[str, ...]


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "lists", nargs="+", type=Path, metavar="LIST", help="text file, CSV or Parquet table"
    )


def run(arguments: Namespace) -> int:
    """Print each such video and its lists; return 1 if there is any, 2 for an unreadable list."""
    lists: list[VideoList] = []
    for path in arguments.lists:
        try:
            lists += read_lists(path)
        except (OSError, ValueError, KeyError) as error:
            print(f"{path}: cannot be read as a list: {error}", file=sys.stderr)
            return 2
    names_of_video = lists_of_each_video(lists)
    shared = 0
    for video_id, names in names_of_video.items():
        if len(names) > 1:
            shared += 1
            print(f"{video_id}\t{', '.join(names)}")
    print(
        f"{shared} of {len(names_of_video)} videos occur in more than one list or split",
        file=sys.stderr,
    )
    return 1 if shared else 0


def lists_of_each_video(lists: Iterable[VideoList]) -> dict[str, list[str]]:
    """Return the names of the lists that each video occurs in."""
    names_of_video: dict[str, list[str]] = defaultdict(list)
    for video_list in lists:
        for video_id in video_list.video_ids:
            names_of_video[video_id].append(video_list.name)
    return names_of_video


def read_lists(path: Path) -> list[VideoList]:
    """Read a file: one list per split if it has splits, else one list."""
    if path.suffix == ".csv":
        return _lists_of_table(path, pd.read_csv(path))
    if path.suffix == ".parquet":
        return _lists_of_table(path, pd.read_parquet(path))
    lines = path.read_text(encoding="utf-8").splitlines()
    ids = [line.split()[0] for line in lines if line.strip()]
    return [_video_list(path, "", ids)]


def _lists_of_table(path: Path, table: pd.DataFrame) -> list[VideoList]:
    ids = table["video_id"].astype(str)
    if "split" not in table:
        return [_video_list(path, "", ids)]
    splits = table["split"].fillna("")
    return [_video_list(path, str(split), part) for split, part in ids.groupby(splits)]


def _video_list(path: Path, split: str, ids: Iterable[str]) -> VideoList:
    name = f"{path}[{split}]" if split else str(path)
    videos = dict.fromkeys(source_video(id_) for id_ in ids)
    return VideoList(name, tuple(videos))
