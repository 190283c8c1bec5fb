"""List videos that occur in more than one list or split.

A list is a text file with an id a line (of a video, or of a clip as `{id}_{start}`) or with lines
`id start,start,…`, or a CSV, TSV or Parquet table with the column `video_id` or `video` and,
optionally, `split` and `recording`, such as `results/plan/shards.parquet`. Clips cut from one
YouTube video, chapters of one recording and all URLs of a YouTube video count as one video. Exit
status 1 if any video occurs more than once, 2 for a list that cannot be understood.
"""

import re
import sys
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from foa360.core.shown import printable
from foa360.core.video_ids import START, canonical_id, recording
from foa360.core.youtube import YOUTUBE_ID
from foa360.lists.lines import ListLine, read_lines, require_ids
from foa360.lists.problems import ListError
from foa360.lists.segments import segment_starts
from foa360.lists.table import is_table, read_table

HELP = "list videos that occur in more than one list or split"
#: An id, and the start of a clip.
CLIP = re.compile(rf"(?P<video_id>.+)_{START}", re.ASCII | re.DOTALL)


@dataclass(frozen=True)
class VideoList:
    """The videos of a list, or of one split of it; each once."""

    name: str
    video_ids: tuple[str, ...]


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "lists", nargs="+", type=Path, metavar="LIST", help="text file, CSV, TSV or Parquet table"
    )
    parser.add_argument(
        "--ids",
        choices=["auto", "video", "clip"],
        default="auto",
        help="what a line of a text file names: a video, a clip as {id}_{start}, or clips where all"
        " lines have that form (default: %(default)s)",
    )


def run(arguments: Namespace) -> int:
    """Print each such video and its lists; return 1 if there is any, 2 for an unreadable list."""
    lists: list[VideoList] = []
    for path in arguments.lists:
        try:
            lists += read_lists(path, arguments.ids)
        except ListError as error:
            print(f"cannot be read as a list: {error}", file=sys.stderr)
            return 2
    names_of_video = lists_of_each_video(lists)
    shared = 0
    for video_id, names in names_of_video.items():
        if len(names) > 1:
            shared += 1
            print(f"{printable(video_id)}\t{printable(', '.join(names))}")
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


def read_lists(path: Path, ids: str = "auto") -> list[VideoList]:
    """Read a file: one list per split if it has splits, else one list.

    `ids` is what a line names, see `--ids`. Raises ListError.
    """
    if is_table(path):
        return _lists_of_table(path)
    return [_video_list(path, "", _videos_of_lines(path, read_lines(path), ids))]


def _videos_of_lines(path: Path, lines: list[ListLine], ids: str) -> list[str]:
    """Return the video of each line of a text file."""
    segments = [_video_of_segments(line) for line in lines] if ids != "video" else []
    is_youtube = [video for video in segments if video and YOUTUBE_ID.fullmatch(video)]
    if segments and (all(segments) or is_youtube):
        require_ids(path, [line for line, video in zip(lines, segments, strict=True) if not video])
        return [
            recording(video or canonical_id(line.text))
            for line, video in zip(lines, segments, strict=True)
        ]
    require_ids(path, lines)
    entries = [line.text for line in lines]
    videos = [recording(canonical_id(entry)) for entry in entries]
    if ids == "video" or (ids == "auto" and not all(map(CLIP.fullmatch, entries))):
        return videos
    shortened = 0
    for number, entry in enumerate(entries):
        clip = CLIP.fullmatch(entry)
        if clip and videos[number] == canonical_id(entry):
            videos[number] = recording(canonical_id(clip["video_id"]))
            shortened += 1
    if shortened and ids == "auto":
        print(
            f"{path}: all lines end in _number and are read as {{id}}_{{start}}; with --ids video"
            " they are ids",
            file=sys.stderr,
        )
    return videos


def _video_of_segments(line: ListLine) -> str | None:
    """Return the video of a line `id start,start,…`; None for any other line."""
    if line.is_quoted:
        return None
    try:
        return segment_starts(line.text)[0]
    except ValueError:
        return None


def _lists_of_table(path: Path) -> list[VideoList]:
    table = read_table(path, "video_id", "video")
    videos_of_split: dict[str, list[str]] = {}
    for row in table.rows:
        if not row.named_video():
            table.problems.append((row.number, ": video_id is empty"))
        video = recording(canonical_id(row.recording) or row.named_video())
        videos_of_split.setdefault(row.split, []).append(video)
    table.require_no_problems(path)
    return [_video_list(path, split, videos) for split, videos in sorted(videos_of_split.items())]


def _video_list(path: Path, split: str, videos: Iterable[str]) -> VideoList:
    name = f"{path}[{split}]" if split else str(path)
    return VideoList(name, tuple(dict.fromkeys(videos)))
