"""Convert boxes between images (ERP frames, perspective views) and the sphere.

Boxes in images `(..., 4)` are left, top, right, bottom as shares of width and height; boxes on
the sphere `(..., 4)` are azimuth, elevation, horizontal and vertical field of view in radians, see
`foa360.sphere.boxes`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.field import look_at
from foa360.sphere.boxes import box_outline
from foa360.sphere.directions import angular_distance, to_direction, to_vector, wrap

Bools = NDArray[np.bool_]


def erp_to_sphere(boxes: ArrayLike) -> Floats:
    """Convert boxes in an ERP frame; `left` and `right` may pass 0 or 1 across the seam.

    The direction is that of the box's centre; sizes are those of great circles through it.
    """
    left, top, right, bottom = np.moveaxis(np.asarray(boxes, float), -1, 0)
    azimuth = wrap(np.pi - np.pi * (left + right))
    elevation = np.pi / 2 - np.pi * (top + bottom) / 2
    # The chord between the ends of the middle row; wider than half the sphere counts as half.
    half_width = np.minimum((right - left) * np.pi, np.pi / 2)
    h_fov = angular_distance(-half_width, elevation, half_width, elevation)
    v_fov = np.pi * (bottom - top)
    return np.stack([azimuth, elevation, h_fov, v_fov], -1)


def view_to_sphere(
    boxes: ArrayLike, azimuth: ArrayLike, elevation: ArrayLike, fov: ArrayLike
) -> Floats:
    """Convert boxes in square perspective views.

    The midpoints of the box's sides give centre and size. In views that point up or down, a box
    beside the centre is askew on the sphere: its sides keep their lengths.

    Parameters
    ----------
    boxes : (n, 4)
        Left, top, right, bottom as shares of the view's size.
    azimuth, elevation : (n,) or ()
        Direction of the centre of each box's view, or of the view of all, radians.
    fov : (n,) or ()
        Field of view of that view, radians.

    Returns
    -------
    (n, 4)
        Boxes on the sphere, radians.
    """
    left, top, right, bottom = np.moveaxis(np.asarray(boxes, float), -1, 0)
    column, row = (left + right) / 2, (top + bottom) / 2
    # Midpoints of the left, right, upper and lower side.
    u = np.stack([left, right, column, column], -1) - 0.5
    v = np.stack([row, row, top, bottom], -1) - 0.5
    image_width = 2 * np.tan(np.asarray(fov, float) / 2)[..., None]
    ray = np.stack(np.broadcast_arrays(1.0, -u * image_width, -v * image_width), -1)
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    midpoints = ray @ look_at(azimuth, elevation)
    opposite = midpoints.reshape(*midpoints.shape[:-2], 2, 2, 3).sum(-2)
    centre = (opposite / np.linalg.norm(opposite, axis=-1, keepdims=True)).sum(-2)
    direction = to_direction(centre)
    x, y, z = np.moveaxis(midpoints @ np.swapaxes(look_at(*direction), -1, -2), -1, 0)
    h_fov = 2 * np.arctan2(np.abs(y), x).max(-1)
    v_fov = 2 * np.arctan2(np.abs(z), x).max(-1)
    size = np.minimum(np.stack([h_fov, v_fov], -1), np.pi)
    return np.concatenate([np.stack(direction, -1), size], -1)


def in_view(box: ArrayLike, azimuth: ArrayLike, elevation: ArrayLike, fov: ArrayLike) -> Bools:
    """Determine which square views contain all of a box on the sphere.

    Parameters
    ----------
    box : (4,)
        Azimuth, elevation, horizontal and vertical field of view, radians.
    azimuth, elevation : (n,)
        Direction of the centre of each view, radians.
    fov : (n,)
        Field of view of each view, radians.

    Returns
    -------
    (n,)
        Whether the view contains the box.
    """
    ray = to_vector(*box_outline(box, 2)) @ np.swapaxes(look_at(azimuth, elevation), -1, -2)
    limit = ray[..., 0] * np.tan(np.asarray(fov, float) / 2)[..., None]
    return np.asarray((np.abs(ray[..., 1:]) <= limit[..., None]).all((-1, -2)))


def sphere_to_erp(boxes: ArrayLike) -> Floats:
    """Find the smallest boxes in an ERP frame around boxes on the sphere; `right` may pass 1."""
    boxes = np.asarray(boxes, float)
    azimuth, elevation = box_outline(boxes)
    offset = wrap(azimuth - boxes[..., :1])
    # A box that contains a pole extends over all azimuths.
    pole = np.abs(boxes[..., 1]) + boxes[..., 3] / 2 >= np.pi / 2
    low = np.where(pole, -np.pi, np.min(offset, -1))
    high = np.where(pole, np.pi, np.max(offset, -1))
    left = np.mod(0.5 - (boxes[..., 0] + high) / (2 * np.pi), 1.0)
    right = left + (high - low) / (2 * np.pi)
    top = np.where(pole & (boxes[..., 1] > 0), 0, 0.5 - elevation.max(-1) / np.pi)
    bottom = np.where(pole & (boxes[..., 1] < 0), 1, 0.5 - elevation.min(-1) / np.pi)
    return np.stack([left, top, right, bottom], -1)
