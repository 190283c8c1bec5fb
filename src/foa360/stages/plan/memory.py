"""What a plan keeps of the plan before: the shards and the splits of videos that are still listed.

The file of the plan says what it was made with, and the choices that its rows do not show.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from foa360.config.root import Config
from foa360.core import tables
from foa360.core.video_ids import canonical_id
from foa360.stages.plan.shards import shard_number

V = TypeVar("V")

#: Key of the text in the file's metadata.
METADATA_KEY = "foa360.plan"
#: Hexadecimal digits that stand for an id.
DIGEST_DIGITS = 16


class PlanNotes(BaseModel):
    """Text in the plan's file: its settings, and choices that the next plan keeps.

    Ids are digests, since a video that was taken down must not be named in any table.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Settings that decide how shards are filled.
    shard_settings: dict[str, Any]
    #: Settings that decide how splits are drawn.
    split_settings: dict[str, Any]
    #: Numbers of the shards of videos that were taken down, by the digest of their id.
    taken_down: dict[str, NonNegativeInt]
    #: Splits that differ from the draw, by the digest of the recording.
    split_exceptions: dict[str, Literal["train", "test"]]


class Memory(NamedTuple):
    """What the plan before says about the videos that are listed now."""

    #: Number of each video's shard, in the order of that plan; empty if shards are filled
    #: differently now.
    shards: Mapping[str, int]
    #: Recordings that have a split, in the order of that plan; empty if splits are drawn
    #: differently now.
    recordings: tuple[str, ...]
    #: Splits that differ from the draw, by recording.
    split_exceptions: Mapping[str, str]
    #: Numbers of the shards of videos that were taken down, by the digest of their id.
    taken_down: Mapping[str, int]

    def was_taken_down(self, video_id: str) -> bool:
        """Return whether a video was taken down before; its sources may no longer list it."""
        return _digest(video_id) in self.taken_down


NO_MEMORY = Memory({}, (), {}, {})


def plan_notes(
    config: Config,
    taken_down: Mapping[str, int],
    split_exceptions: Mapping[str, str],
    before: Mapping[str, int],
) -> dict[str, str]:
    """Return the metadata of the plan's file.

    Parameters
    ----------
    config
        Configuration of the run.
    taken_down
        Numbers of the shards of videos that are taken down, by id.
    split_exceptions
        Splits that differ from the draw, by recording.
    before
        What the plan before says about videos that were taken down, by the digest of their id.
    """
    notes = PlanNotes(
        shard_settings=_shard_settings(config),
        split_settings=_split_settings(config),
        taken_down=dict(sorted({**before, **_by_digest(taken_down)}.items())),
        split_exceptions=_by_digest(split_exceptions),
    )
    return {METADATA_KEY: notes.model_dump_json()}


def planned_ids(path: Path) -> frozenset[str]:
    """Return the videos of a plan; none if it is missing or cannot be read."""
    try:
        return frozenset(tables.read_frame(path, ["video_id"])["video_id"])
    except (OSError, pa.ArrowException, KeyError, ValueError):
        return frozenset()


def read_memory(path: Path, listed: pd.DataFrame, config: Config) -> Memory:
    """Return what a plan says about listed clips (columns `video_id` and `recording`).

    A file that is missing says nothing; neither does one that is no plan, which is logged.
    """
    try:
        rows = tables.read_frame(path, ["video_id", "shard"]).drop_duplicates("video_id")
        planned = dict(zip(rows["video_id"], map(shard_number, rows["shard"]), strict=True))
        notes = PlanNotes.model_validate_json(tables.read_metadata(path)[METADATA_KEY])
    except FileNotFoundError:
        return NO_MEMORY
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        logging.getLogger(__name__).warning(
            "%s is damaged, or no plan of this version (%s): all shards are filled anew",
            path,
            _problem(error),
        )
        return NO_MEMORY
    recordings = dict(zip(listed["video_id"], listed["recording"], strict=True))
    shards: dict[str, int] = {}
    for name, shard in planned.items():
        # Earlier versions named a YouTube video by the URL that its list had.
        video_id = name if name in recordings else canonical_id(name)
        if video_id in recordings:
            shards.setdefault(video_id, shard)
    others = [video_id for video_id in recordings if video_id not in shards]
    shards |= _by_id(notes.taken_down, others)
    known: tuple[str, ...] = ()
    exceptions: dict[str, str] = {}
    if notes.split_settings == _split_settings(config):
        known = tuple(dict.fromkeys(recordings[video_id] for video_id in shards))
        exceptions = _by_id(notes.split_exceptions, known)
    if notes.shard_settings != _shard_settings(config):
        shards = {}
    return Memory(shards, known, exceptions, notes.taken_down)


def _problem(error: Exception) -> str:
    """Describe in words what is wrong with a plan."""
    if isinstance(error, KeyError):
        return f"it has no text {error}"
    if isinstance(error, ValidationError):
        return f"its text '{METADATA_KEY}' has other fields"
    return str(error).splitlines()[0]


def _shard_settings(config: Config) -> dict[str, Any]:
    return config.model_dump(mode="json", include={"shard", "clip"})


def _split_settings(config: Config) -> dict[str, Any]:
    return config.model_dump(mode="json", include={"split", "seed"})


def _by_digest(values: Mapping[str, V]) -> dict[str, V]:
    digests = {_digest(name): value for name, value in values.items()}
    return dict(sorted(digests.items()))


def _by_id(values: Mapping[str, V], ids: Iterable[str]) -> dict[str, V]:
    """Return the values of some ids, which are stored by digest."""
    if not values:
        return {}
    digests = {name: _digest(name) for name in ids}
    return {name: values[digest] for name, digest in digests.items() if digest in values}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]
