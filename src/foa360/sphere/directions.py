"""Directions on the sphere and the pixels of an equirectangular (ERP) frame."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def pixel_to_direction(
    u: ArrayLike, v: ArrayLike, width: int, height: int
) -> tuple[Floats, Floats]:
    """Convert pixel coordinates of an ERP frame to directions.

    Parameters
    ----------
    u, v : (...)
        Column and row, pixels; pixel centres are integers.
    width, height : int
        Size of the frame, pixels.

    Returns
    -------
    azimuth, elevation : (...)
        Radians; azimuths in [-π, π).
    """
    azimuth = np.pi - 2 * np.pi * (np.asarray(u, float) + 0.5) / width
    elevation = np.pi / 2 - np.pi * (np.asarray(v, float) + 0.5) / height
    return wrap(azimuth), elevation


def direction_to_pixel(
    azimuth: ArrayLike, elevation: ArrayLike, width: int, height: int
) -> tuple[Floats, Floats]:
    """Convert directions to pixel coordinates of an ERP frame.

    Parameters
    ----------
    azimuth, elevation : (...)
        Radians.
    width, height : int
        Size of the frame, pixels.

    Returns
    -------
    u, v : (...)
        Column in [-½, W-½) and row in [-½, H-½], pixels.
    """
    u = (np.pi - np.asarray(azimuth, float)) / (2 * np.pi) * width
    v = (np.pi / 2 - np.asarray(elevation, float)) / np.pi * height
    return np.mod(u, width) - 0.5, v - 0.5


def to_vector(azimuth: ArrayLike, elevation: ArrayLike) -> Floats:
    """Convert directions `(...)` to unit vectors `(..., 3)` as x, y, z."""
    azimuth = np.asarray(azimuth, float)
    elevation = np.asarray(elevation, float)
    # Before broadcasting: in a grid, each angle is in a whole row or column.
    horizontal = np.cos(elevation)
    x = np.cos(azimuth) * horizontal
    y = np.sin(azimuth) * horizontal
    return np.stack(np.broadcast_arrays(x, y, np.sin(elevation)), -1)


def to_direction(vector: ArrayLike) -> tuple[Floats, Floats]:
    """Convert vectors `(..., 3)` of any length to azimuth and elevation `(...)`."""
    x, y, z = np.moveaxis(np.asarray(vector, float), -1, 0)
    return np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))


def angular_distance(a1: ArrayLike, e1: ArrayLike, a2: ArrayLike, e2: ArrayLike) -> Floats:
    """Compute the great-circle distance, accurate also for near and opposite directions.

    Parameters
    ----------
    a1, e1 : (...)
        Azimuth and elevation of the first direction, radians. All arguments broadcast.
    a2, e2 : (...)
        Azimuth and elevation of the second direction, radians.

    Returns
    -------
    (...)
        Radians, in [0, π].
    """
    p, q = np.broadcast_arrays(to_vector(a1, e1), to_vector(a2, e2))
    sine = np.linalg.norm(np.cross(p, q), axis=-1)
    cosine = np.sum(p * q, -1)
    return np.arctan2(sine, cosine)


def nearest_distance(directions: ArrayLike, others: ArrayLike) -> Floats:
    """Angle `(n,)` from each of `(n, 2)` directions to the nearest of `(m, 2)` others, radians."""
    azimuth, elevation = np.asarray(directions, float).T
    distances = angular_distance(azimuth[:, None], elevation[:, None], *np.asarray(others, float).T)
    return np.asarray(distances.min(1))


def wrap(azimuth: ArrayLike) -> Floats:
    """Wrap azimuths to [-π, π)."""
    return np.mod(np.asarray(azimuth, float) + np.pi, 2 * np.pi) - np.pi


def fibonacci_sphere(count: int) -> Floats:
    """Distribute unit vectors `(count, 3)` evenly over the sphere, from top to bottom.

    A Fibonacci lattice: each represents 4π / count sr to within a few per cent (González 2010).
    """
    number = np.arange(count)
    azimuth = wrap(number * np.pi * (3 - np.sqrt(5)))
    elevation = np.arcsin(1 - (2 * number + 1) / count)
    return to_vector(azimuth, elevation)
