"""Boxes in equirectangular frames as directions and angular sizes.

A box is given by left, top, right, bottom as shares of the frame's width and height. Its direction
is that of its centre; its angular size is measured on great circles through the centre, which is
what `foa360.sphere.perspective_crop` with that field of view shows.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foa360.sphere import angular_distance

Floats = NDArray[np.float64]


def box_to_direction(
    left: ArrayLike, top: ArrayLike, right: ArrayLike, bottom: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Azimuth, elevation, horizontal and vertical angular size, radians; arrays broadcast."""
    left, top, right, bottom = (np.asarray(v, float) for v in (left, top, right, bottom))
    azimuth = np.pi - np.pi * (left + right)
    azimuth = np.mod(azimuth + np.pi, 2 * np.pi) - np.pi
    elevation = np.pi / 2 - np.pi * (top + bottom) / 2
    # The chord between the ends of the middle row; wider than half the sphere counts as half.
    half = np.minimum((right - left) * np.pi, np.pi / 2)
    width = angular_distance(-half, elevation, half, elevation)
    return azimuth, elevation, width, np.pi * (bottom - top)
