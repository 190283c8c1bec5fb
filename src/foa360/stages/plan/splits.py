"""The split of each clip: as listed, by the rule for conflicts, or drawn; one per video."""

import hashlib
import logging
from collections.abc import Collection

import pandas as pd

from foa360.config.root import Config
from foa360.config.section import ConfigError


def assign_splits(frame: pd.DataFrame, config: Config) -> pd.Series:
    """Return the split of each row of a frame of listed clips; the rows of a group share it.

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
    unlisted = [group for group in frame["group"].unique() if group not in splits]
    return frame["group"].map(splits | _draw_splits(unlisted, set(splits.values()), config))


def _draw_splits(groups: list[str], listed: Collection[str], config: Config) -> dict[str, str]:
    """Return splits drawn from the names of groups; of several videos each split gets one at least.

    `listed` are the splits that other groups have by their lists.
    """
    share = config.split.test_share
    numbers = {group: _uniform(f"{config.seed}/{group}") for group in groups}
    splits: dict[str, str] = {}
    for group, number in numbers.items():
        splits[group] = "test" if number < share else "train"
    if 0 < share < 1 and len(groups) + len(listed) > 1:
        present = {*listed, *splits.values()}
        if "test" not in present:
            splits[min(groups, key=lambda group: numbers[group])] = "test"
        elif "train" not in present:
            splits[max(groups, key=lambda group: numbers[group])] = "train"
    return splits


def _uniform(key: str) -> float:
    """Return a number from 0 to 1 that only the key determines."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64
