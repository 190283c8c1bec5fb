"""Mean and standard deviation of the log-mel spectra, by channel and band."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.shards.read import open_shard

#: Smallest variance of a band, dB².
MIN_VARIANCE = 1e-4


class FeatureStatistics(NamedTuple):
    """Mean and standard deviation of log-mel power in dB, `(2, bands)` each: W, and the dipoles."""

    mean: NDArray[np.float32]
    std: NDArray[np.float32]


def neutral_statistics() -> FeatureStatistics:
    """Statistics that change nothing: mean 0, standard deviation 1, `(2, 1)` each."""
    return FeatureStatistics(np.zeros((2, 1), np.float32), np.ones((2, 1), np.float32))


def feature_statistics(paths: Iterable[Path]) -> FeatureStatistics:
    """Mean and standard deviation in dB over all frames of the training split.

    Row 0 is W, row 1 the mean over the three dipoles, so that the statistics hold for any rotation.
    Shards hold the sums. The statistics are neutral where there is nothing to train on.
    """
    count, total, squares = np.zeros((3, 2, 1))
    for path in paths:
        with open_shard(path) as shard:
            sums = shard.statistics
        if sums is not None:
            count, total, squares = count + sums[0], total + sums[1], squares + sums[2]
    if not count.any():
        return neutral_statistics()
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, MIN_VARIANCE))
    return FeatureStatistics(mean.astype(np.float32), std.astype(np.float32))
