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


def box_area(box: ArrayLike) -> Floats:
    """Solid angle in sr of boxes `(..., 4)` as in `spherical_iou`: 4 arcsin(sin ½h sin ½v)."""
    box = np.asarray(box, float)
    if np.any((box[..., 2:] < 0) | (box[..., 2:] > np.pi)):
        raise ValueError("fields of view of a box must lie between 0 and π")
    return np.asarray(4 * np.arcsin(np.sin(box[..., 2] / 2) * np.sin(box[..., 3] / 2)))


def spherical_iou(a: ArrayLike, b: ArrayLike) -> Floats:
    """Intersection over union of boxes on the sphere, exact.

    Parameters
    ----------
    a, b : (..., 4)
        Azimuth and elevation of the centre, horizontal and vertical field of view; radians, fields
        of view in [0, π]. Leading axes broadcast. A box is what a perspective camera without roll
        sees that looks to the centre, so its edges lie on great circles (Dai et al., Unbiased IoU
        for spherical image object detection, 2022).

    Returns
    -------
    (...)
        In [0, 1]; 0 where both boxes are empty. Raises ValueError for a field of view outside
        [0, π].
    """
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    areas = box_area(a), box_area(b)
    centre = to_vector(a[..., 0], a[..., 1])[..., None, :]
    shared = _fan(*_edges_within(a, b, True), centre) + _fan(*_edges_within(b, a, False), centre)
    shared = np.clip(shared, 0, np.minimum(*areas))
    union = areas[0] + areas[1] - shared
    return np.asarray(shared / np.where(union > 0, union, 1))


def _box_edges(box: Floats) -> tuple[Floats, Floats, Floats]:
    """Inner normals and midpoints `(..., 4, 3)`, half lengths `(..., 4)` of a box's edges."""
    ch, cv = np.cos(box[..., 2] / 2), np.cos(box[..., 3] / 2)
    sh, sv = np.sin(box[..., 2] / 2), np.sin(box[..., 3] / 2)
    zero = np.zeros_like(ch)
    normals = [(sh, -ch, zero), (sh, ch, zero), (sv, zero, -cv), (sv, zero, cv)]
    middles = [(ch, sh, zero), (ch, -sh, zero), (cv, zero, sv), (cv, zero, -sv)]
    side, level = np.arctan2(ch * sv, cv), np.arctan2(cv * sh, ch)
    to_camera = look_at(box[..., 0], box[..., 1])
    # Row vectors times the matrix: the inverse rotation.
    n, m = (
        np.stack([np.stack(v, -1) for v in rows], -2) @ to_camera for rows in (normals, middles)
    )
    return n, m, np.stack([side, side, level, level], -1)


def _edges_within(box: Floats, other: Floats, shared: bool) -> tuple[Floats, Floats, Floats]:
    """Ends and middle `(..., 4, 3)` of the parts of a box's edges that lie in another box.

    They run with the box on their left. `shared` tells whether an edge of both boxes counts.
    """
    normals, middles, half = _box_edges(box)
    limits = _box_edges(other)[0]
    along = np.cross(normals, middles)
    # An edge's great circle is inside a half-space within 90° of where the latter's normal points.
    c, s = (np.einsum("...ik,...jk->...ij", x, limits) for x in (middles, along))
    on_edge = np.hypot(c, s) < 1e-12
    facing = np.where(on_edge, 0, np.arctan2(s, c))
    low = np.maximum(-half, (facing - np.pi / 2).max(-1))
    high = np.minimum(half, (facing + np.pi / 2).min(-1))
    same = np.einsum("...ik,...jk->...ij", normals, limits) > 0
    inside = np.where(on_edge, same & shared, True).all(-1)
    high = np.where(inside, np.maximum(low, high), low)
    low_point, middle, high_point = (
        middles * np.cos(t)[..., None] + along * np.sin(t)[..., None]
        for t in (low, (low + high) / 2, high)
    )
    return low_point, middle, high_point


def _fan(first: Floats, middle: Floats, last: Floats, apex: Floats) -> Floats:
    """Signed solid angle `(...)` between arcs `(..., 4, 3)` and an apex within 90° of them.

    Van Oosterom & Strackee (1983); arcs in halves, since one may span 180°.
    """
    total = np.zeros(first.shape[:-2])
    for p, q in ((first, middle), (middle, last)):
        volume = np.sum(apex * np.cross(p, q), -1)
        spread = 1 + np.sum(apex * p, -1) + np.sum(p * q, -1) + np.sum(q * apex, -1)
        total += 2 * np.arctan2(volume, spread).sum(-1)
    return total


def _wrap(azimuth: Floats) -> Floats:
    """Azimuth in [-π, π)."""
    return np.mod(azimuth + np.pi, 2 * np.pi) - np.pi
