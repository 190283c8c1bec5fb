"""The barrel layout: a band around the horizon, and a cap above and below, beside it.

As FFmpeg's filter v360 has it, after the format of a video site: the band of ±45° takes four fifths
of the width, with azimuths and elevations in equal steps; the caps are gnomonic, seen from the
centre, in the rest of the width. Both are drawn a hundredth smaller than their place.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from foa360.sphere.directions import pixel_to_direction, to_vector

#: Share of the width that the band takes, elevation of its edges, and scale within each place.
BAND = 4 / 5
EDGE = np.pi / 4
SCALE = 0.99


@lru_cache(maxsize=4)
def barrel_maps(
    size: tuple[int, int], source: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return columns and rows of a barrel of a `source` size, for each pixel of an ERP image.

    Sizes are (width, height) in pixels; both arrays are `(height, width)` of the ERP image.
    """
    width, height = size
    azimuth, elevation = pixel_to_direction(
        *np.meshgrid(np.arange(width), np.arange(height)), width, height
    )
    across = BAND * (1 - SCALE * azimuth / np.pi) / 2
    down = (1 - SCALE * elevation / EDGE) / 2
    x, y, z = np.moveaxis(to_vector(azimuth, elevation), -1, 0)
    is_cap = np.abs(elevation) > EDGE
    # From the centre, the front is at the lower edge of the upper cap, at the upper of the other.
    right = -y[is_cap] / np.abs(z[is_cap])
    front = x[is_cap] / z[is_cap]
    across[is_cap] = BAND + (1 - BAND) * (1 + SCALE * right) / 2
    down[is_cap] = (z[is_cap] < 0) / 2 + (1 + SCALE * front) / 4
    columns = np.clip(across * source[0] - 0.5, 0, source[0] - 1)
    rows = np.clip(down * source[1] - 0.5, 0, source[1] - 1)
    return columns.astype(np.float32), rows.astype(np.float32)
