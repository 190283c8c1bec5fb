"""The plan: which clips there are, and which shard each belongs to. Made before anything runs."""

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from foa360 import tables
from foa360.config import Config, ConfigError
from foa360.sources.listing import clips_of


class Shard(NamedTuple):
    """What a rule needs to know of a shard: a digest of its rows, and the kind of its source."""

    digest: str
    kind: str


def write_plan(config: Config, path: Path) -> None:
    """Write the plan, unless the one that is there says the same.

    Raises ConfigError for lists that contradict themselves.
    """
    frame = make_plan(config, path.parent / "lengths.json")
    if path.is_file():
        old = tables.read(path)
        if len(old) == len(frame) and old.equals(frame.astype(old.dtypes.to_dict())):
            return
    tables.write_frame(path, frame, tables.PLAN)


def make_plan(config: Config, lengths: Path) -> pd.DataFrame:
    """Rows of the plan, shard by shard, whole videos in the order of the lists."""
    parts = []
    for source in config.sources:
        part = clips_of(source, config, lengths).drop_duplicates(["video_id", "start", "duration"])
        part["number"] = len(parts)
        parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    if frame.empty:
        raise ConfigError("sources: there are no clips in them")
    _check(frame)
    _fill_splits(frame, config)
    order = frame.groupby("video_id", sort=False).ngroup()
    frame = frame.iloc[np.lexsort((frame["start"], order))].reset_index(drop=True)
    frame["shard"] = _shards(frame, config.shard.clips)
    frame["clip_id"] = frame["video_id"] + "_" + frame["start"].map("{:g}".format)
    return frame[[c.name for c in tables.PLAN]]


def shard_index(path: Path) -> dict[str, Shard]:
    """Shards of a plan by name, in order."""
    frame = tables.read(path)
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    names, first = np.unique(frame["shard"].to_numpy(str), return_index=True)
    return {
        str(name): Shard(
            hashlib.sha256(part.tobytes()).hexdigest()[:16], str(frame["source"].iloc[begin])
        )
        for name, begin, part in zip(names, first, np.split(rows, first[1:]), strict=True)
    }


def _check(frame: pd.DataFrame) -> None:
    """One video has one pair of files and one split."""
    for column, what in (("video", "files"), ("split", "splits")):
        count = frame.groupby("video_id", sort=False)[column].nunique()
        twice = list(count.index[count > 1])
        if twice:
            values = frame.loc[frame["video_id"] == twice[0], column].unique()[:2]
            raise ConfigError(
                f"sources: {len(twice)} video ids have two {what}, such as {twice[0]!r}: "
                f"{values[0]!r} and {values[1]!r}"
            )


def _fill_splits(frame: pd.DataFrame, config: Config) -> None:
    """Draw the split by video id where the source does not say."""
    missing = frame["split"].isna()
    if missing.any():
        ids = pd.Series(frame.loc[missing, "video_id"].unique())
        drawn = ids.map(lambda v: _draw(f"{config.seed}/{v}") < config.split.test_share)
        splits = dict(zip(ids, np.where(drawn, "test", "train"), strict=True))
        frame["split"] = frame["split"].astype(object)
        frame.loc[missing, "split"] = frame.loc[missing, "video_id"].map(splits)


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
