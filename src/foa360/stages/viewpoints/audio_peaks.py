"""Directions from which most of a clip's audio arrives."""

from typing import NamedTuple

import numpy as np

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.direction_map import CELLS
from foa360.sphere.directions import to_direction

#: Radius of the neighbourhood that a peak is summed over, rad.
PEAK_RADIUS = np.radians(20.0)
#: A peak has at least this share of the directional audio within its radius; in a diffuse field it
#: is 0.03.
MIN_PEAK_SHARE = 0.1


class AudioPeak(NamedTuple):
    """A direction from which much of a clip's audio arrives."""

    azimuth: float  # radians
    elevation: float  # radians
    share: float  # of the directional audio, 0 to 1


def audio_peaks(directions: Floats, count: int, min_distance: float) -> list[AudioPeak]:
    """Find the directions from which most of a clip's audio arrives, the strongest first.

    `directions` are `(intervals, CELLS)`; peaks are at least `min_distance` apart, radians.
    """
    total = directions.sum(0)
    if total.sum() <= 0:
        return []
    neighbours = np.cos(PEAK_RADIUS) <= CELLS @ CELLS.T
    share = neighbours @ total / total.sum()
    peaks: list[AudioPeak] = []
    free = np.ones(len(CELLS), bool)
    while len(peaks) < count and free.any():
        best = int(np.argmax(np.where(free, share, -1)))
        if share[best] < MIN_PEAK_SHARE:
            break
        azimuth, elevation = to_direction((total * neighbours[best]) @ CELLS)
        peaks.append(AudioPeak(float(azimuth), float(elevation), float(share[best])))
        free &= CELLS @ CELLS[best] < np.cos(max(min_distance, PEAK_RADIUS))
    return peaks
