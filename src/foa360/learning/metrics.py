"""Accuracy of binary decisions, and its uncertainty."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binomtest

CONFIDENCE_LEVEL = 0.95
#: Quantiles that enclose this share.
QUANTILES = (0.025, 0.975)


class Interval(NamedTuple):
    """Bounds of a 95 % confidence interval."""

    low: float
    high: float


def wilson(hits: int, count: int) -> Interval:
    """Compute Wilson's score interval of a share; (0, 1) for no trial.

    Trials are taken as independent.
    """
    if count == 0:
        return Interval(0.0, 1.0)
    interval = binomtest(hits, count).proportion_ci(CONFIDENCE_LEVEL, method="wilson")
    return Interval(float(interval.low), float(interval.high))


def cluster_bootstrap(
    correct: ArrayLike, clusters: ArrayLike, seed: int = 0, rounds: int = 2000
) -> Interval:
    """Compute the percentile bootstrap interval of a mean over whole clusters.

    Decisions about one video are not independent, hence videos are drawn, with replacement.

    Parameters
    ----------
    correct : (n,)
        Outcome of each decision, 0 or 1.
    clusters : (n,)
        Cluster of each decision, such as its video.
    seed : int
        Random seed of the draws.
    rounds : int
        Number of draws.

    Returns
    -------
    Interval
        (0, 1) for no decision.
    """
    values = np.asarray(correct, float)
    if not len(values):
        return Interval(0.0, 1.0)
    _, cluster = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.bincount(cluster, values)
    counts = np.bincount(cluster)
    drawn = np.random.default_rng(seed).integers(0, len(sums), (rounds, len(sums)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, QUANTILES)
    return Interval(float(low), float(high))
