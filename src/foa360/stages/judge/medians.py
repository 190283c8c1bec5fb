"""Medians of parts of arrays, many at once."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def masked_median(values: Floats, mask: NDArray[np.bool_]) -> Floats:
    """Median along the last axis of the values in a mask, `(...)`; NaN where there are none."""
    ordered = np.sort(np.where(mask, values, np.inf), axis=-1)
    count = mask.sum(-1, keepdims=True)
    middle = _middle(ordered, np.maximum(count - 1, 0) // 2, np.minimum(count // 2, count - 1))
    return np.where(count[..., 0] > 0, middle[..., 0], np.nan)


def group_medians(values: Floats, groups: NDArray[np.intp], count: int) -> Floats:
    """Median of each column in each group.

    Parameters
    ----------
    values : (n, columns)
        Finite values.
    groups : (n,)
        Group of each row, 0 to `count` - 1.
    count : int
        Number of groups.

    Returns
    -------
    (count, columns)
        NaN for groups without a row.
    """
    sizes = np.bincount(groups, minlength=count)
    first = np.cumsum(sizes) - sizes
    filled = np.flatnonzero(sizes)
    lower = (first + (sizes - 1) // 2)[filled]
    upper = (first + sizes // 2)[filled]
    medians = np.full((count, values.shape[1]), np.nan)
    for column, unordered in enumerate(values.T):
        ordered = unordered[np.lexsort((unordered, groups))]
        medians[filled, column] = (ordered[lower] + ordered[upper]) / 2
    return medians


def _middle(ordered: Floats, lower: NDArray[np.intp], upper: NDArray[np.intp]) -> Floats:
    low = np.take_along_axis(ordered, lower, -1)
    high = np.take_along_axis(ordered, np.maximum(upper, 0), -1)
    return (low + high) / 2
