"""Agreement between directions of audio and directions of detections.

The likelihood of the directions of audio, given the detections, is compared with its mean over
rotations of the audio about the vertical axis, which represents chance. Permuted or mirrored axes,
a wrong front, and audio of another scene lower it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.direction_map import CELLS
from foa360.ambisonics.field import rotation
from foa360.sphere.directions import wrap

#: Concentration of the von Mises-Fisher distribution around an object: 68 % within about 14°.
CONCENTRATION = 40.0
#: Share of the audio that no object is expected to explain.
UNEXPLAINED_SHARE = 0.3
#: Number of yaw offsets that represent chance, 5° apart.
YAW_OFFSETS = 72
#: Largest delay that is considered, s.
MAX_DELAY_S = 3.0
#: A delay must improve the fit by more than this, nats.
MIN_DELAY_GAIN_NATS = 0.3


class DetectedDirections(NamedTuple):
    """Directions of the detections in one interval of time."""

    vectors: Floats  # (m, 3), unit vectors
    scores: Floats  # (m,)


class Agreement(NamedTuple):
    """How well directions of audio and of detections agree."""

    gain: float  # mean log-likelihood over its mean for all yaw offsets, nats
    chance: float  # share of yaw offsets that fit at least as well, 0 to 1
    yaw_offset: float  # rotation of the audio to the left that fits best, radians


def log_likelihood(
    audio: Floats, detected: Sequence[DetectedDirections], matrices: Floats
) -> Floats:
    """Compute the mean log-likelihood of directions of audio, given detections.

    Parameters
    ----------
    audio : (intervals, CELLS)
        Directional audio from each cell, see `foa360.ambisonics.direction_map`.
    detected : sequence of DetectedDirections
        One for each interval.
    matrices : (n, 3, 3)
        Orthogonal matrices that act on the directions of audio.

    Returns
    -------
    (n,)
        In nats, over that of audio from uniformly distributed directions; NaN where no interval
        has both audio and detections.
    """
    vectors = CELLS @ np.swapaxes(matrices, -1, -2)
    total, weight = np.zeros(len(matrices)), 0.0
    for counts, (objects, scores) in zip(audio, detected, strict=True):
        if len(objects) and counts.sum() > 0:
            density = _von_mises_fisher(vectors @ objects.T) @ (scores / scores.sum())
            mixture = UNEXPLAINED_SHARE + (1 - UNEXPLAINED_SHARE) * density
            total += np.log(mixture) @ counts
            weight += counts.sum()
    return total / weight if weight else np.full(len(matrices), np.nan)


def agreement(audio: Floats, detected: Sequence[DetectedDirections]) -> Agreement | None:
    """Compute the agreement of one clip; None where no interval has both audio and detections.

    `audio` is `(intervals, CELLS)`, `detected` has an element for each interval.
    """
    yaw = np.arange(YAW_OFFSETS) * 2 * np.pi / YAW_OFFSETS
    values = log_likelihood(audio, detected, rotation(yaw, 0.0, 0.0))
    if np.isnan(values[0]):
        return None
    best = yaw[int(values.argmax())]
    return Agreement(
        gain=float(values[0] - values.mean()),
        chance=float((values[1:] >= values[0]).mean()),
        yaw_offset=float(wrap(best)),
    )


def audio_delay(audio: Floats, detected: Sequence[DetectedDirections], fps: float) -> float:
    """Estimate the delay of the audio behind the video, s; 0 unless another fits clearly better."""
    unchanged = np.eye(3)[None]
    intervals = len(audio)
    steps = min(int(MAX_DELAY_S * fps), intervals // 2)
    values = {0: float(log_likelihood(audio, detected, unchanged)[0])}
    for step in range(1, steps + 1):
        rest = intervals - step
        late = log_likelihood(audio[step:], detected[:rest], unchanged)
        early = log_likelihood(audio[:rest], detected[step:], unchanged)
        values[step] = float(late[0])
        values[-step] = float(early[0])
    best = max(values, key=lambda step: np.nan_to_num(values[step], nan=-np.inf))
    return best / fps if values[best] > values[0] + MIN_DELAY_GAIN_NATS else 0.0


def _von_mises_fisher(cosine: Floats) -> Floats:
    """Density of the von Mises-Fisher distribution over that of the uniform one."""
    k = CONCENTRATION
    return np.asarray(2 * k / (1 - np.exp(-2 * k)) * np.exp(k * (cosine - 1)))
