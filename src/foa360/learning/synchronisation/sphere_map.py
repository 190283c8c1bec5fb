"""Maps of crops, put together to a map on the sphere: where do video and audio fit each other?"""

import math

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.field import look_at
from foa360.sphere.directions import fibonacci_sphere, to_direction

Floats = NDArray[np.floating]
#: Directions of a map, about 6° apart.
DIRECTIONS = 1024


def covering_viewpoints(fov: float) -> Floats:
    """Viewpoints `(K, 2)` whose crops cover the sphere; azimuth and elevation, radians.

    `fov` is the field of view of a crop, radians. A viewpoint stands for as much of the sphere as a
    square of half of it.
    """
    count = math.ceil(4 * math.pi / (fov / 2) ** 2)
    return np.stack(to_direction(fibonacci_sphere(count)), -1)


def sphere_map(maps: Floats, viewpoints: Floats, fov: float) -> Floats:
    """Merge the maps of crops to values `(DIRECTIONS,)` on `map_directions`.

    A direction has the mean over the crops in which it lies between the centres of cells, each
    interpolated; NaN where it lies in none. Beyond the outermost centres a map would be constant,
    and its peak anywhere there.

    Parameters
    ----------
    maps : (K, rows, columns)
        Values at crops.
    viewpoints : (K, 2)
        Azimuth and elevation of their centres, radians.
    fov : float
        Their field of view, radians.
    """
    vectors = fibonacci_sphere(DIRECTIONS)
    sums, counts = np.zeros(DIRECTIONS), np.zeros(DIRECTIONS)
    size = np.array(maps.shape[1:])
    for values, viewpoint in zip(maps, viewpoints, strict=True):
        x, y, z = look_at(*viewpoint) @ vectors.T
        ahead = np.where(x > 0, x, np.nan) * np.tan(fov / 2)
        # Rows go down, columns to the right.
        across = np.stack([-z / ahead, -y / ahead], -1)
        inside = (np.abs(across) <= 1 - 1 / size).all(-1)
        place = (across[inside] + 1) / 2 * size - 0.5
        sums[inside] += _interpolated(values, np.clip(place, 0, size - 1))
        counts[inside] += 1
    with np.errstate(invalid="ignore"):
        return sums / counts


def map_directions() -> Floats:
    """Directions of a map `(DIRECTIONS, 2)`: azimuth and elevation, radians."""
    return np.stack(to_direction(fibonacci_sphere(DIRECTIONS)), -1)


def peak(values: Floats) -> Floats:
    """Direction `(2,)` of the largest value of a map: azimuth and elevation, radians."""
    found: Floats = map_directions()[int(np.nanargmax(values))]
    return found


def _interpolated(values: Floats, place: Floats) -> Floats:
    """Interpolate `(rows, columns)` at positions `(n, 2)`, bilinear."""
    first = np.floor(place).astype(int)
    last = np.minimum(first + 1, np.array(values.shape) - 1)
    down, right = (place - first).T
    upper = values[first[:, 0], first[:, 1]] * (1 - right) + values[first[:, 0], last[:, 1]] * right
    lower = values[last[:, 0], first[:, 1]] * (1 - right) + values[last[:, 0], last[:, 1]] * right
    return upper * (1 - down) + lower * down
