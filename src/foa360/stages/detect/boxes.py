"""Boxes in pictures as directions and angular sizes on the sphere, and back to ERP frames.

Boxes in pictures `(..., 4)` are left, top, right, bottom as shares of width and height; boxes on
the sphere `(..., 4)` are azimuth, elevation, horizontal and vertical field of view in radians, see
`foa360.sphere`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foa360.ambisonics import look_at
from foa360.sphere import (
    angular_distance,
    box_outline,
    to_direction,
    to_vector,
    wrap,
)

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def erp_to_sphere(boxes: ArrayLike) -> Floats:
    """Boxes in an ERP frame on the sphere; `left` and `right` may pass 0 or 1 across the seam.

    The direction is that of the box's centre; sizes are those of great circles through it.
    """
    left, top, right, bottom = np.moveaxis(np.asarray(boxes, float), -1, 0)
    azimuth = wrap(np.pi - np.pi * (left + right))
    elevation = np.pi / 2 - np.pi * (top + bottom) / 2
    # The chord between the ends of the middle row; wider than half the sphere counts as half.
    half = np.minimum((right - left) * np.pi, np.pi / 2)
    width = angular_distance(-half, elevation, half, elevation)
    return np.stack([azimuth, elevation, width, np.pi * (bottom - top)], -1)


def view_to_sphere(
    boxes: ArrayLike, azimuth: ArrayLike, elevation: ArrayLike, fov: ArrayLike
) -> Floats:
    """Boxes `(n, 4)` in square perspective views on the sphere, each in its own or all in one.

    The middles of the box's sides give centre and size. In views that look up or down, a box beside
    the middle stands askew on the sphere: its sides keep their lengths.
    """
    left, top, right, bottom = np.moveaxis(np.asarray(boxes, float), -1, 0)
    across, down = (left + right) / 2, (top + bottom) / 2
    u = np.stack([left, right, across, across], -1) - 0.5
    v = np.stack([down, down, top, bottom], -1) - 0.5
    step = 2 * np.tan(np.asarray(fov, float) / 2)[..., None]
    ray = np.stack(np.broadcast_arrays(1.0, -u * step, -v * step), -1)
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    sides = ray @ look_at(azimuth, elevation)
    pairs = sides.reshape(*sides.shape[:-2], 2, 2, 3).sum(-2)
    middle = (pairs / np.linalg.norm(pairs, axis=-1, keepdims=True)).sum(-2)
    centre = to_direction(middle)
    x, y, z = np.moveaxis(sides @ np.swapaxes(look_at(*centre), -1, -2), -1, 0)
    size = 2 * np.stack([np.arctan2(np.abs(y), x).max(-1), np.arctan2(np.abs(z), x).max(-1)], -1)
    return np.concatenate([np.stack(centre, -1), np.minimum(size, np.pi)], -1)


def in_view(box: ArrayLike, azimuth: ArrayLike, elevation: ArrayLike, fov: ArrayLike) -> Bools:
    """Whether square views `(n,)` show all of a box on the sphere `(4,)`."""
    ray = to_vector(*box_outline(box, 2)) @ np.swapaxes(look_at(azimuth, elevation), -1, -2)
    reach = ray[..., 0] * np.tan(np.asarray(fov, float) / 2)[..., None]
    return np.asarray((np.abs(ray[..., 1:]) <= reach[..., None]).all((-1, -2)))


def sphere_to_erp(boxes: ArrayLike) -> Floats:
    """Smallest boxes in an ERP frame around boxes on the sphere; `right` may pass 1."""
    boxes = np.asarray(boxes, float)
    azimuth, elevation = box_outline(boxes)
    turn = wrap(azimuth - boxes[..., :1])
    # Points at the rim of a box that holds a pole go all the way round.
    pole = np.abs(boxes[..., 1]) + boxes[..., 3] / 2 >= np.pi / 2
    low, high = (np.where(pole, s * np.pi, f(turn, -1)) for s, f in ((-1, np.min), (1, np.max)))
    left = np.mod(0.5 - (boxes[..., 0] + high) / (2 * np.pi), 1.0)
    top = np.where(pole & (boxes[..., 1] > 0), 0, 0.5 - elevation.max(-1) / np.pi)
    bottom = np.where(pole & (boxes[..., 1] < 0), 1, 0.5 - elevation.min(-1) / np.pi)
    return np.stack([left, top, left + (high - low) / (2 * np.pi), bottom], -1)
