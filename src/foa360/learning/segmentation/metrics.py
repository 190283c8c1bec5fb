"""Measures of masks (AVSBench, Zhou et al. 2022): Jaccard index M_J and F-score M_F."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: Probability above which a pixel belongs to the mask.
MASK_THRESHOLD = 0.5
#: Weight of precision against recall, β².
BETA_SQUARED = 0.3
#: Thresholds of M_F: a pixel is in the mask from there on.
F_THRESHOLDS = np.linspace(0, 1 - 1e-10, 255)

Mask = NDArray[np.bool_]
Values = NDArray[np.float64]


def jaccard(probability: NDArray[np.floating], truth: Mask) -> float:
    """Return the share of the union of two masks that is in both, M_J of a frame.

    A frame without an object has the index of the background, divided by all pixels as published:
    1 for an empty prediction, 0 for a full one.

    Parameters
    ----------
    probability : (h, w)
        Predicted, 0 to 1; the mask is where it is above ½.
    truth : (h, w)
        Pixels of the object.
    """
    predicted = probability > MASK_THRESHOLD
    if not truth.any():
        return float(1 - predicted.mean())
    return float((predicted & truth).sum() / (predicted | truth).sum())


def f_curve(probability: NDArray[np.floating], truth: Mask) -> Values | None:
    """F-score of a frame at each threshold, `(255,)`; None for a frame without an object.

    F = (1 + β²) P R / (β² P + R), with precision P and recall R; 0 where nothing is found.
    """
    if not truth.any():
        return None
    # Number of thresholds that each pixel reaches, so that one count serves all of them.
    reached = np.searchsorted(F_THRESHOLDS, probability, side="right")
    bins = len(F_THRESHOLDS) + 1
    in_mask = _from_above(np.bincount(reached.ravel(), minlength=bins))
    found = _from_above(np.bincount(reached[truth], minlength=bins))
    # P = found / in_mask and R = found / true, so that F needs no division by zero.
    return (1 + BETA_SQUARED) * found / (BETA_SQUARED * truth.sum() + in_mask)


def _from_above(counts: NDArray[np.intp]) -> Values:
    """Count pixels that reach each threshold."""
    return counts[::-1].cumsum()[::-1][1:].astype(float)


def f_score(curves: Sequence[Values]) -> float:
    """M_F of frames: the largest value of the mean of their curves; NaN for none.

    The official code takes it for each batch of the loader and averages these, so that its figure
    depends on the size of a batch. Reported are two that do not: over the frames of each video,
    averaged over videos (`per_video`), and over all frames (`per_dataset`).
    """
    return float(np.mean(curves, axis=0).max()) if len(curves) else float("nan")
