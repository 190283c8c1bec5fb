"""Directions on the sphere and the pixels of an equirectangular (ERP) frame."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def pixel_to_direction(
    u: ArrayLike, v: ArrayLike, width: int, height: int
) -> tuple[Floats, Floats]:
    """Azimuth in [-π, π) … and elevation of ERP pixel coordinates (pixel centres are integers)."""
    azimuth = np.pi - 2 * np.pi * (np.asarray(u, float) + 0.5) / width
    elevation = np.pi / 2 - np.pi * (np.asarray(v, float) + 0.5) / height
    return wrap(azimuth), elevation


def direction_to_pixel(
    azimuth: ArrayLike, elevation: ArrayLike, width: int, height: int
) -> tuple[Floats, Floats]:
    """ERP pixel coordinates of directions: u in [-½, W-½), v in [-½, H-½]."""
    u = (np.pi - np.asarray(azimuth, float)) / (2 * np.pi) * width
    v = (np.pi / 2 - np.asarray(elevation, float)) / np.pi * height
    return np.mod(u, width) - 0.5, v - 0.5


def to_vector(azimuth: ArrayLike, elevation: ArrayLike) -> Floats:
    """Unit vectors `(..., 3)` as x, y, z."""
    azimuth, elevation = np.broadcast_arrays(
        np.asarray(azimuth, float), np.asarray(elevation, float)
    )
    flat = np.cos(elevation)
    return np.stack([np.cos(azimuth) * flat, np.sin(azimuth) * flat, np.sin(elevation)], -1)


def to_direction(vector: ArrayLike) -> tuple[Floats, Floats]:
    """Azimuth and elevation of vectors `(..., 3)` of any length."""
    x, y, z = np.moveaxis(np.asarray(vector, float), -1, 0)
    return np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))


def angular_distance(a1: ArrayLike, e1: ArrayLike, a2: ArrayLike, e2: ArrayLike) -> Floats:
    """Great-circle distance in [0, π], accurate also for near and opposite directions."""
    p, q = np.broadcast_arrays(to_vector(a1, e1), to_vector(a2, e2))
    return np.arctan2(np.linalg.norm(np.cross(p, q), axis=-1), np.sum(p * q, -1))


def wrap(azimuth: ArrayLike) -> Floats:
    """Azimuth in [-π, π)."""
    return np.mod(np.asarray(azimuth, float) + np.pi, 2 * np.pi) - np.pi


def fibonacci_sphere(count: int) -> Floats:
    """Unit vectors `(count, 3)` that cover the sphere evenly (Fibonacci lattice), from up to down.

    Each stands for 4π / count sr to within a few per cent (González 2010).
    """
    number = np.arange(count)
    elevation = np.arcsin(1 - (2 * number + 1) / count)
    return to_vector(wrap(number * np.pi * (3 - np.sqrt(5))), elevation)
