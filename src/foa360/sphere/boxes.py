"""Boxes on the sphere: area, overlap, suppression, outline.

A box `(..., 4)` is azimuth and elevation of its centre, horizontal and vertical field of view, in
radians, fields of view in [0, π]: what a perspective camera without roll sees that looks to the
centre. Its edges lie on great circles (Dai et al., Unbiased IoU for spherical image object
detection, 2022).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foa360.ambisonics import look_at
from foa360.sphere.directions import angular_distance, to_direction, to_vector

Floats = NDArray[np.float64]


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
        Boxes; leading axes broadcast.

    Returns
    -------
    (...)
        In [0, 1]; 0 where both boxes are empty. Raises ValueError for a field of view outside
        [0, π].
    """
    shared = shared_area(a, b)
    union = box_area(a) + box_area(b) - shared
    return np.asarray(shared / np.where(union > 0, union, 1))


def shared_area(a: ArrayLike, b: ArrayLike) -> Floats:
    """Solid angle `(...)` in sr that boxes `(..., 4)` share."""
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    centre = to_vector(a[..., 0], a[..., 1])[..., None, :]
    shared = _fan(*_edges_within(a, b, True), centre) + _fan(*_edges_within(b, a, False), centre)
    return np.asarray(np.clip(shared, 0, np.minimum(box_area(a), box_area(b))))


def spherical_nms(
    boxes: ArrayLike, scores: ArrayLike, threshold: float = 0.5, labels: ArrayLike | None = None
) -> NDArray[np.intp]:
    """Non-maximum suppression on the sphere.

    Parameters
    ----------
    boxes : (n, 4)
    scores : (n,)
    threshold : float
        A box that overlaps a better one by a spherical IoU above this is dropped.
    labels : (n,), optional
        With them, boxes compete with those of the same label only.

    Returns
    -------
    (kept,)
        Indices, best score first; of equal scores the earlier one is first.
    """
    boxes, scores = np.asarray(boxes, float).reshape(-1, 4), np.asarray(scores, float)
    first, second = near_pairs(boxes)
    if labels is not None:
        names = np.asarray(labels)
        same = names[first] == names[second]
        first, second = first[same], second[same]
    overlap = spherical_iou(boxes[first], boxes[second]) > threshold
    rival = np.zeros((len(boxes), len(boxes)), bool)
    rival[first[overlap], second[overlap]] = rival[second[overlap], first[overlap]] = True
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if not rival[i, kept].any():
            kept.append(int(i))
    return np.asarray(kept, np.intp)


def near_pairs(boxes: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of boxes `(n, 4)` that may overlap, by their circumscribed circles: i < j."""
    # A corner is further from the centre than an edge is, but not by more than their sum.
    radius = np.minimum((boxes[:, 2] + boxes[:, 3]) / 2, np.pi)
    first, second = np.triu_indices(len(boxes), 1)
    a, b = boxes[first], boxes[second]
    near = angular_distance(a[:, 0], a[:, 1], b[:, 0], b[:, 1]) <= radius[first] + radius[second]
    return first[near], second[near]


def box_outline(box: ArrayLike, points: int = 8) -> tuple[Floats, Floats]:
    """Azimuth and elevation `(..., 4 * points)` along the edges of boxes `(..., 4)`, clockwise.

    From the lower left corner up, as seen from the centre of the sphere.
    """
    order = [0, 2, 1, 3]
    normals, middles, half = _box_edges(np.asarray(box, float))
    normals, middles = normals[..., order, :], middles[..., order, :]
    along = np.cross(normals, middles)
    t = half[..., order, None] * np.linspace(-1, 1, points, endpoint=False)
    at = middles[..., None, :] * np.cos(t)[..., None] + along[..., None, :] * np.sin(t)[..., None]
    return to_direction(at.reshape(*at.shape[:-3], 4 * points, 3))


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
