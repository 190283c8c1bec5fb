"""Clips of all sources in one frame, without contradictions."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from foa360.config.root import Config
from foa360.config.section import ConfigError
from foa360.core.video_ids import START_DECIMALS, is_url
from foa360.stages.plan.identity import fetched_files, file_key, group_videos, merge_names
from foa360.stages.plan.listing import source_clips
from foa360.stages.plan.media_facts import MediaFacts
from foa360.stages.plan.splits import listed_splits


def assemble_clips(
    config: Config, facts_path: Path, known: Collection[str] = (), *, stores_facts: bool = True
) -> pd.DataFrame:
    """Return the clips of all sources, whole videos in the order of the lists.

    The columns are those of `ListedClip`, `source` (kind), `source_number` (position in the
    configuration), and those of `group_videos`. A clip that is listed twice is one clip. A video
    that two sources list has the clips of both and counts for the first. The clips of a group share
    the split that is listed for any of them. Raises ConfigError for lists that contradict each
    other.

    Parameters
    ----------
    config
        Configuration of the run.
    facts_path
        File that stores facts about local media.
    known
        Videos of the plan before: of several names of a file, theirs is kept.
    stores_facts
        Whether the file may be written.
    """
    facts = MediaFacts(facts_path)
    parts = [
        source_clips(source, config, facts).assign(source_number=number)
        for number, source in enumerate(config.sources)
    ]
    frame = pd.concat(parts, ignore_index=True)
    if frame.empty:
        raise ConfigError("sources: there are no clips in them")
    frame = merge_names(frame, known)
    is_remote = frame["video"].map(is_url).any()
    fetched = fetched_files(facts_path.parent.parent / "fetch") if is_remote else {}
    frame = group_videos(frame, facts, fetched)
    if stores_facts:
        facts.save()
    frame["start"] = frame["start"].round(START_DECIMALS)
    video_number = frame.groupby("video_id", sort=False).ngroup().to_numpy()
    first_rows = np.unique(video_number, return_index=True)[1]
    first_row = first_rows[video_number]
    for column in ("video", "audio"):
        _unify_file(frame, first_row, column)
    for column in ("source_number", "source"):
        frame[column] = frame[column].to_numpy()[first_row]
    frame["split"] = listed_splits(frame, config)
    frame["video_number"] = video_number
    frame = frame.drop_duplicates(["video_id", "start", "duration"])
    order = np.lexsort((frame["start"], frame["video_number"]))
    frame = frame.iloc[order].reset_index(drop=True)
    _require_one_duration(frame)
    return frame.drop(columns="video_number")


def _unify_file(frame: pd.DataFrame, first_row: np.ndarray, column: str) -> None:
    """Write the file of each video as in its first row; raise ConfigError if it is another file.

    `first_row` is, for each row, the number of the first row of its video.
    """
    values = frame[column].to_numpy(copy=True)
    for row in np.flatnonzero(values != values[first_row]):
        key = file_key(values[row])
        if key is not None and key == file_key(values[first_row[row]]):
            values[row] = values[first_row[row]]
    frame[column] = values
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
