"""What changes in the frames of a clip, beyond their noise.

Grain, the noise of a sensor and that of a codec change every pixel of a photo; a person who walks
through a still scene changes few. Successive frames are therefore compared by blocks, after
brightness and contrast: the largest change counts, above the noise of the clip. Clouds drift too
slowly for that. They are found over the whole clip, in larger blocks.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

#: Columns and rows of blocks: each 2.8° wide. A distant person covers a few.
BLOCKS = (128, 64)
#: Blocks that must change at least: a single one may be an error of decoding.
CHANGED_BLOCKS = 3
#: Grey levels of noise, per block the median over time, that are subtracted so many times. Where
#: blocks change more in all frames, objects move there.
MAX_NOISE = 2.0
NOISE_FACTOR = 4.0
#: Side of the blocks that drift is measured in, in blocks.
DRIFT_BLOCK = 4
#: Median change of the blocks, grey levels, at which the frames before and after are others, as in
#: a slide show.
CUT = 4.0
#: Smallest variance of a frame whose contrast is fitted.
MIN_VARIANCE = 1.0


class Stillness(NamedTuple):
    """Changes in a clip of n frames, grey levels.

    changes : (n - 1,), of successive frames, above the noise; may be negative.
    drift : between the first and the last third of the clip; 0 for fewer than two frames.
    """

    changes: Floats
    drift: float


def blocks(frame: Image) -> Image:
    """Return the mean grey level of the blocks of a frame `(h, w)`, as `stillness` takes them."""
    return np.asarray(cv2.resize(frame, BLOCKS, interpolation=cv2.INTER_AREA), np.uint8)


def stillness(frames: Sequence[Image]) -> Stillness:
    """Measure what changes between the frames of a clip, given as `blocks`."""
    if len(frames) < 2:
        return Stillness(np.zeros(0, np.float32), 0.0)
    levels = np.array(frames, np.float32)
    changes = np.array([_change(a, b) for a, b in pairwise(levels)])
    noise = np.minimum(np.maximum(np.median(changes, 0), np.median(changes)), MAX_NOISE)
    above = (changes - NOISE_FACTOR * noise).reshape(len(changes), -1)
    above.partition(above.shape[1] - CHANGED_BLOCKS, axis=1)
    is_cut = np.median(changes.reshape(len(changes), -1), 1) > CUT
    return Stillness(above[:, -CHANGED_BLOCKS], _drift(levels, is_cut))


def _change(a: Floats, b: Floats) -> Floats:
    """Difference of two frames after the brightness and contrast of `a` are fitted to those of `b`.

    A lamp that flickers, or a photo that is faded in, has none.
    """
    a, b = a - a.mean(), b - b.mean()
    variance = float(np.square(a).mean())
    contrast = float((a * b).mean()) / variance if variance > MIN_VARIANCE else 1.0
    return np.asarray(np.abs(b - np.clip(contrast, 0, 2) * a), np.float32)


def _drift(levels: Floats, is_cut: NDArray[np.bool_]) -> float:
    """Return the change between the means of the first and the last third of frames, without cuts.

    Many frames and large blocks have little noise; what grows with time stays.
    """
    jumps = np.diff(levels, axis=0)
    jumps[~is_cut] = 0
    steady = levels.copy()
    steady[1:] -= np.cumsum(jumps, axis=0)
    count, rows, columns = steady.shape
    shape = (count, rows // DRIFT_BLOCK, DRIFT_BLOCK, columns // DRIFT_BLOCK, DRIFT_BLOCK)
    large = steady.reshape(shape).mean((2, 4))
    third = max(1, count // 3)
    change = _change(large[:third].mean(0), large[-third:].mean(0))
    return float(np.partition(change.ravel(), -CHANGED_BLOCKS)[-CHANGED_BLOCKS])
