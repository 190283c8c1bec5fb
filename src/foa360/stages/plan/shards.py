"""The shards of a plan: which video belongs to which, and a digest of each."""

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from foa360.core import tables

#: Columns of the plan that decide which media a shard has.
MEDIA_COLUMNS = ["video_id", "video", "audio"]


class PlannedShard(NamedTuple):
    """Properties of a shard that rules depend on."""

    digest: str  # of its rows in the plan
    media_digest: str  # of its videos and their files, whatever their clips and splits
    kind: str  # of its source


def shard_index(path: Path) -> dict[str, PlannedShard]:
    """Return the shards of a plan by name, in order."""
    frame = tables.read_frame(path)
    videos = frame.drop_duplicates("video_id")
    digests = _digests(frame, list(frame.columns))
    media_digests = _digests(videos, MEDIA_COLUMNS)
    kinds = dict(zip(videos["shard"], videos["source"], strict=True))
    shards = {}
    for name, digest in digests.items():
        shards[name] = PlannedShard(digest, media_digests[name], kinds[name])
    return shards


def _digests(frame: pd.DataFrame, columns: list[str]) -> dict[str, str]:
    """Return the digest of the rows of each shard, which follow each other."""
    row_hashes = pd.util.hash_pandas_object(frame[columns], index=False).to_numpy()
    first_rows = np.flatnonzero(~frame["shard"].duplicated())
    names = frame["shard"].iloc[first_rows]
    parts = np.split(row_hashes, first_rows[1:])
    return {
        str(name): hashlib.sha256(part.tobytes()).hexdigest()[:16]
        for name, part in zip(names, parts, strict=True)
    }


def assign_shards(frame: pd.DataFrame, clips: int) -> list[str]:
    """Return the shard of each row: whole videos of one source, about `clips` clips a shard.

    The rows of a video follow each other; `source_number` is the position of its source.
    """
    video_clips = frame["video_id"].value_counts().to_dict()
    names: list[str] = []
    shard = -1
    shard_clips = 0
    shard_source: int | None = None
    last_video: str | None = None
    for video_id, source in zip(frame["video_id"], frame["source_number"], strict=True):
        if video_id != last_video:
            last_video = video_id
            if source != shard_source or shard_clips + video_clips[video_id] > clips:
                shard += 1
                shard_clips = 0
                shard_source = source
            shard_clips += video_clips[video_id]
        names.append(f"s{shard:04}")
    return names
