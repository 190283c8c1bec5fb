"""The split of each video: as listed, by the rule for conflicts, or drawn."""

import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from foa360.config.root import Config
from foa360.config.section import ConfigError
from foa360.stages.plan.memory import Memory


class DrawnSplits(NamedTuple):
    """Splits by group."""

    splits: dict[str, str]
    #: Splits of recordings that differ from the draw: no split is empty, and a group has one.
    exceptions: dict[str, str]


def listed_splits(frame: pd.DataFrame, config: Config) -> pd.Series:
    """Return the split of each row as listed; the rows of a group share it, None if not listed.

    Raises ConfigError for a video that is listed in both splits, if `split.conflict` is error.
    """
    train = set(frame.loc[frame["split"] == "train", "group"])
    test = set(frame.loc[frame["split"] == "test", "group"])
    in_both = sorted(train & test)
    if in_both:
        message = f"{len(in_both)} videos are listed in both splits, such as {in_both[0]!r}"
        if config.split.conflict == "error":
            raise ConfigError(
                f"sources: {message}; with split.conflict: test they would count as test videos"
            )
        logging.getLogger(__name__).warning("%s: all their clips go to test", message)
    splits = dict.fromkeys(train, "train") | dict.fromkeys(test, "test")
    return frame["group"].map(splits).astype(object)


def draw_splits(
    groups: Mapping[str, Sequence[str]], listed: Collection[str], config: Config, memory: Memory
) -> DrawnSplits:
    """Return splits drawn from the names of recordings; of several groups each gets one at least.

    A split that the draw leaves empty gets a group that has no split yet. Groups that have one keep
    it, whatever else is listed: the first of their recordings in the plan before decides.

    Parameters
    ----------
    groups
        The recordings of each group that has no split by its list.
    listed
        Splits that other groups have by their lists.
    config
        Seed and share of the test split.
    memory
        What the plan before says about recordings.
    """
    share = config.split.test_share
    positions = {name: position for position, name in enumerate(memory.recordings)}

    def draw(name: str) -> str:
        return "test" if _uniform(f"{config.seed}/{name}") < share else "train"

    splits: dict[str, str] = {}
    new: dict[str, float] = {}
    for group, names in groups.items():
        leader = min(names, key=lambda name: positions.get(name, len(positions)))
        splits[group] = memory.split_exceptions.get(leader) or draw(leader)
        if leader not in positions:
            new[group] = _uniform(f"{config.seed}/{leader}")
    if 0 < share < 1 and len(groups) + len(listed) > 1:
        for empty in sorted({"train", "test"} - {*listed, *splits.values()}):
            if not new:
                _warn_of_empty(empty)
                continue
            choose = min if empty == "test" else max
            splits[choose(new, key=lambda group: new[group])] = empty
    exceptions: dict[str, str] = {}
    for group, names in groups.items():
        for name in names:
            if draw(name) != splits[group]:
                exceptions[name] = splits[group]
    return DrawnSplits(splits, exceptions)


def _warn_of_empty(split: str) -> None:
    logging.getLogger(__name__).warning(
        "no video is left in the split %s: the next video that is added without a split goes there;"
        " to draw all splits anew, delete the plan or change the seed",
        split,
    )


def _uniform(key: str) -> float:
    """Return a number from 0 to 1 that only the key determines."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64
