"""The plan: which clips there are, and which shard each belongs to. Made before anything runs."""

import hashlib
import logging
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from foa360.config.root import Config
from foa360.config.section import ConfigError
from foa360.core import old_tables as tables
from foa360.stages.plan.durations import Lengths
from foa360.stages.plan.listing import clips_of
from foa360.stages.plan.takedown import taken_down


class Shard(NamedTuple):
    """What a rule needs to know of a shard: a digest of its rows, and the kind of its source."""

    digest: str
    kind: str


def write_plan(config: Config, path: Path) -> pd.DataFrame:
    """Write the plan, unless the one that is there says the same; returns what was taken down.

    Without those rows, all others stay in their shards. Raises ConfigError for lists that cannot be
    read or contradict themselves.
    """
    ids = taken_down(config)
    frame, groups = make_plan(config, path.parent / "lengths.json")
    gone = (frame["video_id"].isin(ids) | groups.isin(ids)).to_numpy()
    if gone.all():
        raise ConfigError(f"takedown: no clip is left without those of {config.takedown}")
    kept = frame[~gone].reset_index(drop=True)
    if not _same(path, kept):
        tables.write_frame(path, kept, tables.PLAN)
    return frame[gone]


def _same(path: Path, frame: pd.DataFrame) -> bool:
    try:
        old = tables.read(path)
    except (OSError, pa.ArrowException):
        return False
    if list(old.columns) != list(frame.columns) or len(old) != len(frame):
        return False
    return old.equals(frame.astype(old.dtypes.to_dict()))


def make_plan(config: Config, memory: Path) -> tuple[pd.DataFrame, pd.Series]:
    """Rows of the plan, shard by shard, whole videos in the order of the lists; and their groups.

    A clip that is listed twice is one clip. A video that two sources list has the clips of both
    and counts for the first. One split holds all clips of a video. The file `memory` remembers the
    lengths of local media.
    """
    lengths = Lengths(memory)
    parts = [clips_of(s, config, lengths).assign(number=i) for i, s in enumerate(config.sources)]
    lengths.save()
    frame = pd.concat(parts, ignore_index=True)
    if frame.empty:
        raise ConfigError("sources: there are no clips in them")
    frame["start"] = frame["start"].round(6)
    code = frame.groupby("video_id", sort=False).ngroup().to_numpy()
    first = np.unique(code, return_index=True)[1][code]
    _one_value(frame, first, ["video", "audio"])
    for column in ("number", "source"):
        frame[column] = frame[column].to_numpy()[first]
    frame["split"] = _splits(frame, config)
    frame["order"] = code
    frame = frame.drop_duplicates(["video_id", "start", "duration"])
    frame = frame.iloc[np.lexsort((frame["start"], frame["order"]))].reset_index(drop=True)
    _one_length(frame)
    frame["shard"] = _shards(frame, config.shard.clips)
    texts = {s: f"{s:.6f}".rstrip("0").rstrip(".") for s in frame["start"].unique()}
    frame["clip_id"] = frame["video_id"] + "_" + frame["start"].map(texts)
    return frame[[c.name for c in tables.PLAN]], frame["group"]


def shard_index(path: Path) -> dict[str, Shard]:
    """Shards of a plan by name, in order."""
    frame = tables.read(path)
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    first = np.flatnonzero(~frame["shard"].duplicated())
    names, kinds = frame["shard"].iloc[first], frame["source"].iloc[first]
    return {
        str(name): Shard(hashlib.sha256(part.tobytes()).hexdigest()[:16], str(kind))
        for name, kind, part in zip(names, kinds, np.split(rows, first[1:]), strict=True)
    }


def _one_value(frame: pd.DataFrame, first: np.ndarray, columns: list[str]) -> None:
    """Raise where a video has other files than in its first row."""
    for column in columns:
        values = frame[column].to_numpy()
        wrong = np.flatnonzero(values != values[first])
        if len(wrong):
            row = wrong[0]
            raise ConfigError(
                f"sources: {frame['video_id'].iloc[wrong].nunique()} video ids stand for two "
                f"files, such as {frame['video_id'].iloc[row]!r}: "
                f"{values[first[row]]!r} and {values[row]!r}"
            )


def _one_length(frame: pd.DataFrame) -> None:
    """Raise where two clips have one name."""
    twice = np.flatnonzero(frame.duplicated(["video_id", "start"]))
    if len(twice):
        row, before = frame.iloc[twice[0]], frame.iloc[twice[0] - 1]
        raise ConfigError(
            f"sources: {len(twice)} clips have two durations, such as {row['video_id']!r} at "
            f"{row['start']:g} s: {before['duration']:g} s and {row['duration']:g} s"
        )


def _splits(frame: pd.DataFrame, config: Config) -> pd.Series:
    """Split of each row: as listed, by the rule for conflicts, or drawn; one per group."""
    listed = {s: set(frame.loc[frame["split"] == s, "group"]) for s in ("train", "test")}
    both = sorted(listed["train"] & listed["test"])
    if both:
        said = f"{len(both)} videos are listed in both splits, such as {both[0]!r}"
        if config.split.conflict == "error":
            raise ConfigError(f"sources: {said}; split.conflict: test would take them for tests")
        logging.getLogger(__name__).warning("%s: all their clips go to test", said)
    splits = dict.fromkeys(listed["train"], "train") | dict.fromkeys(listed["test"], "test")
    missing = [g for g in frame["group"].unique() if g not in splits]
    return frame["group"].map(splits | _drawn(missing, set(splits.values()), config))


def _drawn(groups: list[str], there: set[str], config: Config) -> dict[str, str]:
    """Splits drawn from the ids; of several videos one at least is in each split."""
    share = config.split.test_share
    draws = {g: _draw(f"{config.seed}/{g}") for g in groups}
    splits = {g: "test" if d < share else "train" for g, d in draws.items()}
    if 0 < share < 1 and len(groups) + len(there) > 1:
        there = there | set(splits.values())
        if "test" not in there:
            splits[min(groups, key=lambda g: draws[g])] = "test"
        elif "train" not in there:
            splits[max(groups, key=lambda g: draws[g])] = "train"
    return splits


def _draw(key: str) -> float:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64


def _shards(frame: pd.DataFrame, size: int) -> list[str]:
    """Name of the shard of each row: whole videos of one source, about `size` clips."""
    names, number, held, before, last = [], -1, 0, None, None
    counts = frame["video_id"].value_counts().to_dict()
    for video_id, source in zip(frame["video_id"], frame["number"], strict=True):
        if video_id != last:
            last = video_id
            if source != before or held + counts[video_id] > size:
                number, held, before = number + 1, 0, source
            held += counts[video_id]
        names.append(f"s{number:04}")
    return names
