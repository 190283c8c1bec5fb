"""Directions on the sphere: ERP pixels, perspective crops, distances, boxes.

Conventions: azimuth φ counter-clockwise (left is +90°), elevation θ up, radians. The pixel centre
(u, v) of a W×H equirectangular (ERP) frame looks to φ = π - 2π(u+½)/W, θ = π/2 - π(v+½)/H: the
middle column is the front, the left quarter the left, the seam lies at ±180°. Frames are stored as
they come: geometry follows the projection, not the aspect of the pixels.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from foa360.ambisonics import look_at, rotation

Floats = NDArray[np.float64]


def pixel_to_direction(
    u: ArrayLike, v: ArrayLike, width: int, height: int
) -> tuple[Floats, Floats]:
    """Azimuth in [-π, π) … and elevation of ERP pixel coordinates (pixel centres are integers)."""
    azimuth = np.pi - 2 * np.pi * (np.asarray(u, float) + 0.5) / width
    elevation = np.pi / 2 - np.pi * (np.asarray(v, float) + 0.5) / height
    return _wrap(azimuth), elevation


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


def perspective_crop(
    frame: NDArray[np.uint8],
    azimuth: float,
    elevation: float,
    fov: float,
    size: int | tuple[int, int],
    roll: float = 0.0,
) -> NDArray[np.uint8]:
    """Perspective (gnomonic) view out of an ERP frame.

    Parameters
    ----------
    frame : (H, W) or (H, W, C)
        A whole equirectangular frame.
    azimuth, elevation : float
        Direction that the middle of the view looks to, radians.
    fov : float
        Horizontal field of view, radians, below π.
    size : int or (width, height)
        Of the view, pixels.
    roll : float
        Turn of the camera about its axis, clockwise as it sees itself, radians.

    Returns
    -------
    (h, w) or (h, w, C)
        Bilinear samples; the seam is no border.
    """
    width, height = (size, size) if isinstance(size, int) else size
    key = (round(azimuth, 5), round(elevation, 5), round(fov, 5), round(roll, 5))
    u, v = _crop_maps(*key, width, height, frame.shape[1], frame.shape[0])
    padded = cv2.copyMakeBorder(frame, 0, 0, 1, 1, cv2.BORDER_WRAP)
    return np.asarray(cv2.remap(padded, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


@lru_cache(maxsize=256)
def _crop_maps(
    azimuth: float,
    elevation: float,
    fov: float,
    roll: float,
    width: int,
    height: int,
    frame_width: int,
    frame_height: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Sampling positions, in a frame padded by one column on each side."""
    u, v = direction_to_pixel(
        *view_directions(azimuth, elevation, fov, width, height, roll), frame_width, frame_height
    )
    return (u + 1).astype(np.float32), v.astype(np.float32)


def view_directions(
    azimuth: float, elevation: float, fov: float, width: int, height: int, roll: float = 0.0
) -> tuple[Floats, Floats]:
    """Direction of each pixel `(height, width)` of a perspective view; square pixels."""
    step = 2 * np.tan(fov / 2) / width
    right = (np.arange(width) - (width - 1) / 2) * step
    down = (np.arange(height) - (height - 1) / 2) * step
    ray = np.stack(np.broadcast_arrays(1.0, -right[None, :], -down[:, None]), -1)
    to_scene = (rotation(0.0, 0.0, -roll) @ look_at(azimuth, elevation)).T
    return to_direction(ray @ to_scene.T)


def _wrap(azimuth: Floats) -> Floats:
    """Azimuth in [-π, π)."""
    return np.mod(azimuth + np.pi, 2 * np.pi) - np.pi
