"""The shards of a plan: which video belongs to which, and a digest of each."""

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from foa360.core import tables


class Shard(NamedTuple):
    """Properties of a shard that rules depend on: a digest of its rows, the kind of its source."""

    digest: str
    kind: str


def shard_index(path: Path) -> dict[str, Shard]:
    """Return the shards of a plan by name, in order."""
    frame = tables.read_frame(path)
    row_hashes = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    first_rows = np.flatnonzero(~frame["shard"].duplicated())
    names = frame["shard"].iloc[first_rows]
    kinds = frame["source"].iloc[first_rows]
    parts = np.split(row_hashes, first_rows[1:])
    shards: dict[str, Shard] = {}
    for name, kind, part in zip(names, kinds, parts, strict=True):
        digest = hashlib.sha256(part.tobytes()).hexdigest()[:16]
        shards[str(name)] = Shard(digest, str(kind))
    return shards


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
