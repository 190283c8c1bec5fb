"""The shards of a plan: which video belongs to which, and a digest of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from foa360.core import tables
from foa360.core.plan_rows import MEDIA_COLUMNS, digest_of, row_hashes, video_row_hashes
from foa360.core.video_ids import is_url

SHARD_PREFIX = "s"


class PlannedShard(NamedTuple):
    """Properties of a shard that rules depend on."""

    digest: str  # of its rows in the plan
    media_digest: str  # of its videos and their files, whatever their clips and splits
    kind: str  # of its source
    local_files: dict[str, list[str]]  # by video; none of rendered ones
    clips: int
    duration: float  # of all its clips, s


class VideoSource(NamedTuple):
    """Source of a video: its kind, and its position in the configuration."""

    kind: str
    number: int


@dataclass
class OpenShard:
    """A shard while shards are filled."""

    #: Source of its first video.
    source: VideoSource
    clips: int = 0


def shard_index(path: Path) -> dict[str, PlannedShard]:
    """Return the shards of a plan by name, in order."""
    frame = tables.read_frame(path)
    # Once for all shards: calls for each would take most of the time.
    hashes = row_hashes(frame)
    videos = frame.drop_duplicates(["shard", "video_id"])
    video_hashes = video_row_hashes(videos)
    local_files = _local_files(videos)
    shards = {}
    for (name, rows), (_, first) in zip(_parts(frame), _parts(videos), strict=True):
        kind = str(frame["source"].iloc[rows.start])
        shards[name] = PlannedShard(
            digest=digest_of(hashes[rows]),
            media_digest=digest_of(video_hashes[first]),
            kind=kind,
            local_files=local_files.get(name, {}),
            clips=rows.stop - rows.start,
            duration=float(frame["duration"].iloc[rows].sum()),
        )
    return shards


def _parts(frame: pd.DataFrame) -> list[tuple[str, slice]]:
    """Return the names of shards and their rows, which follow each other."""
    first_rows = np.flatnonzero(~frame["shard"].duplicated())
    ends = [*first_rows[1:], len(frame)]
    names = frame["shard"].iloc[first_rows]
    rows = [slice(int(row), int(end)) for row, end in zip(first_rows, ends, strict=True)]
    return list(zip(map(str, names), rows, strict=True))


def _local_files(videos: pd.DataFrame) -> dict[str, dict[str, list[str]]]:
    """Return the local files of each video that has any, by shard; none of rendered ones."""
    found: dict[str, dict[str, list[str]]] = {}
    rows = videos[["shard", "source", *MEDIA_COLUMNS]].itertuples(index=False, name=None)
    for shard, kind, video_id, *files in rows:
        local = [file for file in dict.fromkeys(files) if not is_url(file)]
        if local and kind != "demo":
            found.setdefault(str(shard), {})[video_id] = local
    return found


def assign_shards(frame: pd.DataFrame, clips: int, kept: Mapping[str, int]) -> dict[str, int]:
    """Return the number of each video's shard, in the order that the videos have within shards.

    Videos stay in the shards that they have. All others follow in the order of the list: they fill
    the last shard of their source to `clips` clips, and then new shards. A shard has one kind of
    source.

    Parameters
    ----------
    frame
        Listed clips: `video_id`; `source`, the kind of the video's source, and `source_number`, its
        position in the configuration.
    clips
        Number of clips that only a single video exceeds, or clips that a video gets later.
    kept
        Numbers of the shards of videos that have one, in the order of these within shards.
    """
    counts = frame["video_id"].value_counts().to_dict()
    sources = _video_sources(frame)
    shards: dict[int, OpenShard] = {}
    numbers: dict[str, int] = {}
    for video_id, number in kept.items():
        source = sources[video_id]
        shard = shards.setdefault(number, OpenShard(source))
        if shard.source.kind == source.kind:
            shard.clips += counts[video_id]
            numbers[video_id] = number
    last_shards: dict[int, int] = {}
    for number in sorted(shards):
        last_shards[shards[number].source.number] = number
    free_number = max(shards, default=-1) + 1
    for video_id, source in sources.items():
        if video_id in numbers:
            continue
        number = last_shards.get(source.number, free_number)
        if number != free_number and shards[number].clips + counts[video_id] > clips:
            number = free_number
        if number == free_number:
            shards[number] = OpenShard(source)
            last_shards[source.number] = number
            free_number += 1
        shards[number].clips += counts[video_id]
        numbers[video_id] = number
    return numbers


def _video_sources(frame: pd.DataFrame) -> dict[str, VideoSource]:
    """Return the source of each video, in the order of the list."""
    videos = frame.drop_duplicates("video_id")
    sources: dict[str, VideoSource] = {}
    for video_id, kind, number in zip(
        videos["video_id"], videos["source"], videos["source_number"], strict=True
    ):
        sources[video_id] = VideoSource(kind, number)
    return sources


def shard_name(number: int) -> str:
    """Return the name of a shard."""
    return f"{SHARD_PREFIX}{number:04}"


def shard_number(name: str) -> int:
    """Return the number of a shard; raise ValueError for another name."""
    return int(name.removeprefix(SHARD_PREFIX))
