"""Stage `plan`: the table of all clips, with the shard and the split of each.

The plan is written before any job is known, hence not by a job.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from foa360.config.root import Config
from foa360.config.section import ConfigError
from foa360.core import tables
from foa360.core.records import PlannedClip
from foa360.stages.plan.assemble import assemble_clips
from foa360.stages.plan.takedown import read_takedown


def write_plan(config: Config, path: Path) -> list[PlannedClip]:
    """Write the plan, unless the file has the same rows, and return the clips taken down.

    A takedown removes rows; all other clips stay in their shards. Raises ConfigError for lists
    that cannot be read or contradict themselves.
    """
    removed_ids = read_takedown(config.takedown)
    frame, groups = assemble_clips(config, path.parent / "durations.json")
    removed = (frame["video_id"].isin(removed_ids) | groups.isin(removed_ids)).to_numpy()
    if removed.all():
        raise ConfigError(f"takedown: no clip is left without those of {config.takedown}")
    kept = frame[~removed].reset_index(drop=True)
    if not _is_written(path, kept):
        tables.write_frame(path, kept, PlannedClip)
    return _records(frame[removed])


def _is_written(path: Path, frame: pd.DataFrame) -> bool:
    """Return whether a file holds these rows already."""
    try:
        written = tables.read_frame(path)
    except (OSError, pa.ArrowException):
        return False
    if list(written.columns) != list(frame.columns) or len(written) != len(frame):
        return False
    return written.equals(frame.astype(written.dtypes.to_dict()))


def _records(frame: pd.DataFrame) -> list[PlannedClip]:
    names = list(frame.columns)
    rows = frame.itertuples(index=False, name=None)
    return [PlannedClip(**dict(zip(names, row, strict=True))) for row in rows]
