"""Clips in shards and splits."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from foa360.config.root import Config
from foa360.core import tables
from foa360.core.records import PlannedClip
from foa360.core.video_ids import clip_id
from foa360.stages.plan.memory import Memory
from foa360.stages.plan.shards import assign_shards, shard_name
from foa360.stages.plan.splits import draw_splits

#: Columns of the plan.
PLAN_COLUMNS = [column.name for column in tables.columns(PlannedClip)]


class PlacedClips(NamedTuple):
    """Clips, shard by shard."""

    #: Rows with the columns of `PlannedClip`.
    clips: pd.DataFrame
    #: For each row the recording that its video is a part of, and the video whose content it has.
    recordings: pd.Series
    contents: pd.Series
    #: Numbers of shards by video.
    shards: dict[str, int]
    #: Splits that differ from the draw, by recording.
    split_exceptions: dict[str, str]


def place_clips(listed: pd.DataFrame, config: Config, memory: Memory) -> PlacedClips:
    """Return the clips of `assemble_clips` in shards and splits.

    Videos that the plan before knows keep their shard, their position in it and their split. All
    others fill the last shard of their source and new shards, in the order of the list.
    """
    shards = assign_shards(listed, config.shard.clips, memory.shards)
    positions = {video_id: position for position, video_id in enumerate(shards)}
    shard = listed["video_id"].map(shards)
    position = listed["video_id"].map(positions)
    order = np.lexsort((listed["start"], position, shard))
    frame = listed.assign(shard=shard.map(shard_name)).iloc[order].reset_index(drop=True)
    is_listed = frame["split"].notna()
    recordings: dict[str, list[str]] = {}
    pairs = frame.loc[~is_listed, ["group", "recording"]].drop_duplicates()
    for group, recording in pairs.itertuples(index=False, name=None):
        recordings.setdefault(group, []).append(recording)
    drawn = draw_splits(
        recordings,
        set(frame.loc[is_listed, "split"]),
        config,
        memory,
    )
    frame["split"] = frame["split"].where(is_listed, frame["group"].map(drawn.splits))
    frame["clip_id"] = list(map(clip_id, frame["video_id"], frame["start"]))
    return PlacedClips(
        frame[PLAN_COLUMNS], frame["recording"], frame["content"], shards, drawn.exceptions
    )
