"""Clips of all sources in one frame, in shards and splits, without contradictions."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from foa360.config.root import Config
from foa360.config.section import ConfigError
from foa360.core import tables
from foa360.core.records import PlannedClip
from foa360.core.video_ids import START_DECIMALS, clip_id
from foa360.stages.plan.durations import Durations
from foa360.stages.plan.listing import source_clips
from foa360.stages.plan.shards import assign_shards
from foa360.stages.plan.splits import assign_splits

#: Columns of the plan.
PLAN_COLUMNS = [column.name for column in tables.columns(PlannedClip)]


class AssembledClips(NamedTuple):
    """Clips of all sources."""

    #: Rows with the columns of `PlannedClip`.
    clips: pd.DataFrame
    #: Group of each row: the video that splits keep together.
    groups: pd.Series


def assemble_clips(config: Config, durations_path: Path) -> AssembledClips:
    """Return the clips of all sources, shard by shard, whole videos in the order of the lists.

    A clip that is listed twice is one clip. A video that two sources list has the clips of both
    and counts for the first. One split holds all clips of a video. The file `durations_path` stores
    the durations of local media. Raises ConfigError for lists that contradict each other.
    """
    durations = Durations(durations_path)
    parts = [
        source_clips(source, config, durations).assign(source_number=number)
        for number, source in enumerate(config.sources)
    ]
    durations.save()
    frame = pd.concat(parts, ignore_index=True)
    if frame.empty:
        raise ConfigError("sources: there are no clips in them")
    frame["start"] = frame["start"].round(START_DECIMALS)
    video_number = frame.groupby("video_id", sort=False).ngroup().to_numpy()
    first_rows = np.unique(video_number, return_index=True)[1]
    first_row = first_rows[video_number]
    for column in ("video", "audio"):
        _require_one_file(frame, first_row, column)
    for column in ("source_number", "source"):
        frame[column] = frame[column].to_numpy()[first_row]
    frame["split"] = assign_splits(frame, config)
    frame["video_number"] = video_number
    frame = frame.drop_duplicates(["video_id", "start", "duration"])
    order = np.lexsort((frame["start"], frame["video_number"]))
    frame = frame.iloc[order].reset_index(drop=True)
    _require_one_duration(frame)
    frame["shard"] = assign_shards(frame, config.shard.clips)
    frame["clip_id"] = list(map(clip_id, frame["video_id"], frame["start"]))
    return AssembledClips(frame[PLAN_COLUMNS], frame["group"])


def _require_one_file(frame: pd.DataFrame, first_row: np.ndarray, column: str) -> None:
    """Raise ConfigError if a video has another file than in its first row.

    `first_row` is, for each row, the number of the first row of its video.
    """
    values = frame[column].to_numpy()
    different = np.flatnonzero(values != values[first_row])
    if len(different):
        row = different[0]
        raise ConfigError(
            f"sources: {frame['video_id'].iloc[different].nunique()} video ids stand for two "
            f"files, such as {frame['video_id'].iloc[row]!r}: "
            f"{values[first_row[row]]!r} and {values[row]!r}"
        )


def _require_one_duration(frame: pd.DataFrame) -> None:
    """Raise ConfigError if two clips of a video begin at the same time."""
    repeated = np.flatnonzero(frame.duplicated(["video_id", "start"]))
    if len(repeated):
        row, before = frame.iloc[repeated[0]], frame.iloc[repeated[0] - 1]
        raise ConfigError(
            f"sources: {len(repeated)} clips have two durations, such as {row['video_id']!r} at "
            f"{row['start']:g} s: {before['duration']:g} s and {row['duration']:g} s"
        )
