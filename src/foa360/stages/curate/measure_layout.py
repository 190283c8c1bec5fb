"""Measure how a frame holds the sphere: where it breaks, and which parts are alike."""

import numpy as np
from numpy.typing import NDArray

from foa360.stages.curate.measures import LayoutEvidence

#: Rows on either side of the middle that the jump there is compared with.
MIDDLE_ROWS = 6
#: Added to jumps and deviations in denominators, grey levels: noise of nearly uniform frames.
NOISE_LEVEL = 0.5
#: Quantiles of the jumps between columns that stand for usual neighbours, and for the largest.
USUAL_JUMP, LARGEST_JUMP = 0.75, 0.95


def layout_evidence(image: NDArray[np.uint8]) -> LayoutEvidence:
    """Measure one small grey image `(h, w)`.

    seam, middle : jump from the last to the first column, and between the two middle rows, relative
        to the jump between usual neighbours (near the middle, where detail gathers); about 1 where
        the image is continuous.
    poles : standard deviation of the top and bottom rows relative to that of all rows; near 0 in
        ERP.
    thirds : jumps between the columns of faces, relative to the largest jumps elsewhere, so that
        drawn lines do not count; an EAC has none.
    vertical, horizontal : correlation of the two halves, each without the means of its rows, which
        all ERP images have in common.
    """
    levels = image.astype(np.float32)
    height, width = levels.shape
    column_jumps = np.abs(np.diff(levels, axis=1)).mean(0)
    row_jumps = np.abs(np.diff(levels, axis=0)).mean(1)
    middle = height // 2 - 1
    above = row_jumps[middle - MIDDLE_ROWS : middle]
    below = row_jumps[middle + 1 : middle + 1 + MIDDLE_ROWS]
    seam_jump = np.abs(levels[:, 0] - levels[:, -1]).mean()
    row_std = levels.std(1)
    pole_std = min(row_std[1], row_std[-2])
    centred = _without_row_means(levels)
    left = levels[:, : width // 2]
    right = levels[:, width // 2 :]
    face_jump = min(column_jumps[width // 3 - 1], column_jumps[2 * width // 3 - 1])
    return LayoutEvidence(
        seam=float(seam_jump / (np.quantile(column_jumps, USUAL_JUMP) + NOISE_LEVEL)),
        middle=float(row_jumps[middle] / (np.median(np.r_[above, below]) + NOISE_LEVEL)),
        poles=float(pole_std / (np.median(row_std) + NOISE_LEVEL)),
        vertical=_correlation(centred[: height // 2], centred[height // 2 :]),
        horizontal=_correlation(_without_row_means(left), _without_row_means(right)),
        thirds=float(face_jump / (np.quantile(column_jumps, LARGEST_JUMP) + NOISE_LEVEL)),
    )


def _without_row_means(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(levels - levels.mean(1, keepdims=True))


def _correlation(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum() / scale) if scale > 0 else 0.0
