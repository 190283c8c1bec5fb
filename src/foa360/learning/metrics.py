"""Accuracy of decisions, and its uncertainty over videos."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta, t

CONFIDENCE_LEVEL = 0.95
#: Probability of each of the two tails.
TAIL = (1 - CONFIDENCE_LEVEL) / 2


class Interval(NamedTuple):
    """Bounds of a 95 % confidence interval."""

    low: float
    high: float


def cluster_interval(
    outcomes: ArrayLike, clusters: ArrayLike, seeds: ArrayLike | None = None
) -> Interval:
    """Interval of a share whose outcomes are alike within clusters (Korn and Graubard 1998).

    Decisions about one video are not independent. The variance between the means of videos gives
    the number of independent decisions that the outcomes are worth, reduced for the few videos that
    it was estimated from; the bounds are exact (Clopper and Pearson) for that number. Where the
    videos do not differ, as when all decisions are right, each counts as one decision, so that no
    interval has a width of zero. With outcomes of several seeds the variance between their means is
    added.

    Parameters
    ----------
    outcomes : (n,)
        1 for a right decision, 0 for a wrong one, ½ for a tie.
    clusters : (n,)
        Cluster of each decision, such as its video.
    seeds : (n,), optional
        Random seed of the network that decided.

    Returns
    -------
    Interval
        (0, 1) for fewer than two clusters.
    """
    values = np.asarray(outcomes, float)
    _, cluster = np.unique(np.asarray(clusters), return_inverse=True)
    count = int(cluster.max()) + 1 if len(values) else 0
    if count < 2:
        return Interval(0.0, 1.0)
    share = values.mean()
    deviations = values - share
    binary_variance = float(deviations @ deviations) / len(values)
    parts = [_Variance.between(deviations, cluster)]
    if seeds is not None:
        _, seed = np.unique(np.asarray(seeds), return_inverse=True)
        if seed.max() > 0:
            parts.append(_Variance.between(deviations, seed))
    variance = sum(part.value for part in parts)
    if variance <= np.finfo(float).eps * binary_variance or binary_variance == 0:
        size = float(count)
    else:
        # Satterthwaite's degrees of freedom of a sum of variances.
        freedom = variance**2 / sum(part.value**2 / part.freedom for part in parts)
        normal, student = t.ppf(1 - TAIL, len(values) - 1), t.ppf(1 - TAIL, freedom)
        size = min(float(len(values)), binary_variance / variance * (normal / student) ** 2)
    hits = share * size
    low = beta.ppf(TAIL, hits, size - hits + 1) if hits > 0 else 0.0
    high = beta.ppf(1 - TAIL, hits + 1, size - hits) if hits < size else 1.0
    return Interval(float(low), float(high))


class _Variance(NamedTuple):
    """Variance of a mean between groups, and its degrees of freedom."""

    value: float
    freedom: int

    @classmethod
    def between(cls, deviations: NDArray[np.float64], group: NDArray[np.intp]) -> Self:
        sums = np.bincount(group, deviations)
        count = len(sums)
        return cls(count / (count - 1) * float(sums @ sums) / len(deviations) ** 2, count - 1)


def paired_interval(differences: ArrayLike, clusters: ArrayLike) -> tuple[float, Interval]:
    """Mean and 95 % interval of differences that are alike within clusters.

    Student's distribution over the clusters, with their variance as in `cluster_interval`.

    Parameters
    ----------
    differences : (n,)
        Of two outcomes of the same decision.
    clusters : (n,)
        Cluster of each decision, such as its video.

    Returns
    -------
    mean : float
    interval : Interval
        (-1, 1) for fewer than two clusters.
    """
    values = np.asarray(differences, float)
    _, cluster = np.unique(np.asarray(clusters), return_inverse=True)
    mean = float(values.mean()) if len(values) else 0.0
    if len(values) == 0 or cluster.max() == 0:
        return mean, Interval(-1.0, 1.0)
    variance = _Variance.between(values - mean, cluster)
    reach = float(t.ppf(1 - TAIL, variance.freedom)) * variance.value**0.5
    return mean, Interval(mean - reach, mean + reach)
