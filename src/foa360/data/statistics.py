"""Mean and standard deviation of the log-mel spectra, by channel and band."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np
from numpy.typing import NDArray

from foa360.shards.format import STATISTICS


class FeatureStatistics(NamedTuple):
    """Mean and standard deviation of log-mel power in dB, `(2, bands)` each: W, and the dipoles."""

    mean: NDArray[np.float32]
    std: NDArray[np.float32]


def feature_statistics(paths: Iterable[Path]) -> FeatureStatistics:
    """Mean and standard deviation in dB over all frames of the training split, `(2, bands)` each.

    Row 0 is W, row 1 the mean over the three dipoles, so that the statistics hold for any rotation.
    Shards hold their sums. Zero and one where there is nothing to train on.
    """
    count, total, squares = np.zeros((3, 2, 1))
    for path in paths:
        with h5py.File(path, "r") as file:
            if STATISTICS in file:
                own = file[STATISTICS][:]
                count, total, squares = count + own[0], total + own[1], squares + own[2]
    if not count.any():
        return FeatureStatistics(np.zeros((2, 1), np.float32), np.ones((2, 1), np.float32))
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 1e-4))
    return FeatureStatistics(mean.astype(np.float32), std.astype(np.float32))
