"""Stage `plan`: the table of all clips, with the shard and the split of each.

The plan is written before any job is known, hence not by a job.
"""

import stat
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from foa360.config.root import Config
from foa360.config.section import ConfigError
from foa360.core import tables
from foa360.core.records import PlannedClip
from foa360.core.video_ids import is_url, shown_url
from foa360.lists.problems import ListError
from foa360.stages.plan.assemble import assemble_clips
from foa360.stages.plan.memory import plan_notes, planned_ids, read_memory
from foa360.stages.plan.place import place_clips
from foa360.stages.plan.takedown import read_takedown


class Plan(NamedTuple):
    """The content of the plan's file, and the rows that a takedown keeps out of it."""

    clips: pd.DataFrame
    metadata: dict[str, str]
    removed: pd.DataFrame
    #: Ids of the takedown that no source lists, or has listed when they were taken down.
    unmatched: list[str]


class Takedown(NamedTuple):
    """What a takedown list asks for."""

    removed: list[PlannedClip]
    #: Ids that match nothing: nobody knows what was meant.
    unmatched: list[str]


def write_plan(config: Config, path: Path, preview: Path | None = None) -> Takedown:
    """Write the plan, unless the file has the same content, and return what a takedown asks for.

    The caller holds the lock on the results (`foa360.stages.plan.begin`), except for a preview.
    Videos that the file places stay in their shards and splits, whatever else is listed, removed
    from the lists or taken down. Raises ConfigError for lists that cannot be read or contradict
    themselves.

    Parameters
    ----------
    config
        Configuration of the run.
    path
        Plan of the last run, and of this one.
    preview
        File to write instead, for a run that must not change the plan.
    """
    try:
        removed_ids = read_takedown(config.takedown)
    except ListError as error:
        raise ConfigError(f"takedown: the list {error}") from None
    facts = path.parent / "media.json"
    listed = assemble_clips(config, facts, planned_ids(path), stores_facts=preview is None)
    plan = _next_plan(listed, removed_ids, config, path)
    if preview is not None:
        _write(preview, plan)
    elif not _is_written(path, plan):
        _write(path, plan)
    return Takedown(_records(plan.removed), plan.unmatched)


def _next_plan(listed: pd.DataFrame, removed_ids: set[str], config: Config, path: Path) -> Plan:
    """Return the plan that follows the one in a file."""
    memory = read_memory(path, listed, config)
    placed = place_clips(listed, config, memory)
    frame = placed.clips
    is_removed = frame["video_id"].isin(removed_ids) | placed.recordings.isin(removed_ids)
    is_removed |= placed.contents.isin(set(placed.contents[is_removed]))
    unknown = removed_ids - {*frame["video_id"], *placed.recordings}
    unmatched = sorted(video_id for video_id in unknown if not memory.was_taken_down(video_id))
    if is_removed.all():
        raise ConfigError(
            f"takedown: no clip is left without those of {config.takedown}, so that nothing is"
            " deleted: delete the folders of results and cache, or list other videos, too"
        )
    removed = frame[is_removed]
    taken_down = {video_id: placed.shards[video_id] for video_id in removed["video_id"].unique()}
    metadata = plan_notes(config, taken_down, placed.split_exceptions, memory.taken_down)
    return Plan(frame[~is_removed].reset_index(drop=True), metadata, removed, unmatched)


def _is_written(path: Path, plan: Plan) -> bool:
    """Return whether a file holds a plan already."""
    try:
        written = tables.read_frame(path)
        metadata = tables.read_metadata(path)
    except (OSError, pa.ArrowException):
        return False
    clips = plan.clips
    if list(written.columns) != list(clips.columns) or len(written) != len(clips):
        return False
    is_same = written.equals(clips.astype(written.dtypes.to_dict()))
    return is_same and metadata == plan.metadata


def _write(path: Path, plan: Plan) -> None:
    tables.write_frame(path, plan.clips, PlannedClip, plan.metadata)
    urls = filter(is_url, {*plan.clips["video"], *plan.clips["audio"]})
    if any(shown_url(url) != url for url in urls):
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)  # some hold passwords or signatures


def _records(frame: pd.DataFrame) -> list[PlannedClip]:
    names = list(frame.columns)
    rows = frame.itertuples(index=False, name=None)
    return [PlannedClip(**dict(zip(names, row, strict=True))) for row in rows]
