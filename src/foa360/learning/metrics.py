"""Accuracy of binary decisions, and how sure it is."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Interval(NamedTuple):
    """Bounds of a 95 % confidence interval."""

    low: float
    high: float


def wilson(hits: float, count: int, z: float = 1.959964) -> Interval:
    """Wilson's score interval of a share; (0, 1) for no trial. Trials are taken as independent."""
    if count == 0:
        return Interval(0.0, 1.0)
    p = hits / count
    centre = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(p * (1 - p) / count + z * z / (4 * count**2))
    return Interval(float(max(0, centre - half)), float(min(1, centre + half)))


def cluster_bootstrap(
    correct: ArrayLike, clusters: ArrayLike, seed: int = 0, rounds: int = 2000
) -> Interval:
    """Percentile bootstrap of the mean over whole clusters: pairs of one video are not independent.

    `correct` and `clusters` are `(n,)`; resamples clusters with replacement.
    """
    values = np.asarray(correct, float)
    _, number = np.unique(np.asarray(clusters), return_inverse=True)
    if not len(values):
        return Interval(0.0, 1.0)
    sums, counts = np.bincount(number, values), np.bincount(number)
    drawn = np.random.default_rng(seed).integers(0, len(sums), (rounds, len(sums)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(low), float(high))
