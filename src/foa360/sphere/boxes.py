"""Boxes on the sphere: area, overlap, suppression, outline.

A box `(..., 4)` is azimuth and elevation of its centre, horizontal and vertical field of view, in
radians, fields of view in [0, π]: the image of a perspective camera without roll that points to
the centre. Its edges lie on great circles (Dai et al., Unbiased IoU for spherical image object
detection, 2022).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foa360.ambisonics.field import look_at
from foa360.sphere.directions import angular_distance, to_direction, to_vector

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

#: A great circle whose normal is this near to that of another one coincides with it.
COINCIDENCE_TOLERANCE = 1e-12


class _Edges(NamedTuple):
    """The four edges of boxes: left, right, upper and lower one as the camera sees them."""

    normals: Floats  # (..., 4, 3): inner normals of the edges' great circles
    midpoints: Floats  # (..., 4, 3)
    half_lengths: Floats  # (..., 4), radians


class _Arcs(NamedTuple):
    """Parts of edges, `(..., 4, 3)` each."""

    first: Floats
    middle: Floats
    last: Floats


def box_area(box: ArrayLike) -> Floats:
    """Compute the solid angle `(...)` in sr of boxes `(..., 4)`: 4 arcsin(sin ½h sin ½v).

    Raises ValueError for a field of view outside [0, π].
    """
    box = np.asarray(box, float)
    if np.any((box[..., 2:] < 0) | (box[..., 2:] > np.pi)):
        raise ValueError("fields of view of a box must lie between 0 and π")
    return np.asarray(4 * np.arcsin(np.sin(box[..., 2] / 2) * np.sin(box[..., 3] / 2)))


def spherical_iou(a: ArrayLike, b: ArrayLike) -> Floats:
    """Compute the exact intersection over union of boxes on the sphere.

    Parameters
    ----------
    a, b : (..., 4)
        Boxes, radians; leading axes broadcast.

    Returns
    -------
    (...)
        In [0, 1]; 0 where both boxes are empty.

    Raises
    ------
    ValueError
        For a field of view outside [0, π].
    """
    shared = shared_area(a, b)
    union = box_area(a) + box_area(b) - shared
    return np.asarray(shared / np.where(union > 0, union, 1))


def shared_area(a: ArrayLike, b: ArrayLike) -> Floats:
    """Compute the solid angle `(...)` in sr of the intersection of boxes `(..., 4)`."""
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    apex = to_vector(a[..., 0], a[..., 1])[..., None, :]
    # The border of the intersection: edges of either box within the other, shared edges once.
    edges_of_a = _edges_within(a, b, count_shared=True)
    edges_of_b = _edges_within(b, a, count_shared=False)
    shared = _fan_area(edges_of_a, apex) + _fan_area(edges_of_b, apex)
    return np.asarray(np.clip(shared, 0, np.minimum(box_area(a), box_area(b))))


def spherical_nms(
    boxes: ArrayLike, scores: ArrayLike, threshold: float = 0.5, labels: ArrayLike | None = None
) -> Indices:
    """Suppress boxes that overlap better ones (non-maximum suppression on the sphere).

    Parameters
    ----------
    boxes : (n, 4)
        Boxes, radians.
    scores : (n,)
        Score of each box; the higher, the better.
    threshold : float
        A box is dropped if its spherical IoU with a better one is above this.
    labels : (n,), optional
        With them, boxes compete only with those of the same label.

    Returns
    -------
    (kept,)
        Indices, best score first; of equal scores the earlier one is first.
    """
    boxes = np.asarray(boxes, float).reshape(-1, 4)
    scores = np.asarray(scores, float)
    first, second = near_pairs(boxes)
    if labels is not None:
        names = np.asarray(labels)
        same = names[first] == names[second]
        first, second = first[same], second[same]
    overlap = spherical_iou(boxes[first], boxes[second]) > threshold
    first, second = first[overlap], second[overlap]
    rivals = np.zeros((len(boxes), len(boxes)), bool)
    rivals[first, second] = True
    rivals[second, first] = True
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if not rivals[i, kept].any():
            kept.append(int(i))
    return np.asarray(kept, np.intp)


def near_pairs(boxes: Floats) -> tuple[Indices, Indices]:
    """Find pairs i < j of boxes `(n, 4)` whose circumscribed circles overlap."""
    # A corner is further from the centre than an edge is, but not by more than their sum.
    radius = np.minimum((boxes[:, 2] + boxes[:, 3]) / 2, np.pi)
    first, second = np.triu_indices(len(boxes), 1)
    a, b = boxes[first], boxes[second]
    distance = angular_distance(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
    near = distance <= radius[first] + radius[second]
    return first[near], second[near]


def box_outline(box: ArrayLike, points: int = 8) -> tuple[Floats, Floats]:
    """Sample the edges of boxes `(..., 4)` clockwise from the lower left corner.

    Returns azimuth and elevation `(..., 4 * points)`, `points` on each edge; clockwise as seen from
    the centre of the sphere.
    """
    edges = _box_edges(np.asarray(box, float))
    clockwise = [0, 2, 1, 3]  # left, upper, right, lower
    normals = edges.normals[..., clockwise, :]
    midpoints = edges.midpoints[..., clockwise, :]
    tangents = np.cross(normals, midpoints)
    angle = edges.half_lengths[..., clockwise, None] * np.linspace(-1, 1, points, endpoint=False)
    outline = _along(midpoints[..., None, :], tangents[..., None, :], angle)
    return to_direction(outline.reshape(*outline.shape[:-3], 4 * points, 3))


def _box_edges(box: Floats) -> _Edges:
    """Edges of boxes `(..., 4)`."""
    cos_h, cos_v = np.cos(box[..., 2] / 2), np.cos(box[..., 3] / 2)
    sin_h, sin_v = np.sin(box[..., 2] / 2), np.sin(box[..., 3] / 2)
    zero = np.zeros_like(cos_h)
    normals = [
        (sin_h, -cos_h, zero),
        (sin_h, cos_h, zero),
        (sin_v, zero, -cos_v),
        (sin_v, zero, cos_v),
    ]
    midpoints = [
        (cos_h, sin_h, zero),
        (cos_h, -sin_h, zero),
        (cos_v, zero, sin_v),
        (cos_v, zero, -sin_v),
    ]
    upright = np.arctan2(cos_h * sin_v, cos_v)
    level = np.arctan2(cos_v * sin_h, cos_h)
    to_camera = look_at(box[..., 0], box[..., 1])
    # Row vectors times the matrix: the inverse rotation.
    return _Edges(
        _stacked(normals) @ to_camera,
        _stacked(midpoints) @ to_camera,
        np.stack([upright, upright, level, level], -1),
    )


def _stacked(vectors: list[tuple[Floats, Floats, Floats]]) -> Floats:
    """Vectors, each of three components `(...)`, as one array `(..., vectors, 3)`."""
    return np.stack([np.stack(vector, -1) for vector in vectors], -2)


def _edges_within(box: Floats, other: Floats, count_shared: bool) -> _Arcs:
    """Clip a box's edges to another box; they run with the box on their left.

    `count_shared` decides whether an edge that both boxes have belongs to the result.
    """
    edges = _box_edges(box)
    limits = _box_edges(other).normals
    tangents = np.cross(edges.normals, edges.midpoints)
    # An edge's great circle is inside a half-space within 90° of the direction of its normal.
    cosine = np.einsum("...ik,...jk->...ij", edges.midpoints, limits)
    sine = np.einsum("...ik,...jk->...ij", tangents, limits)
    on_edge = np.hypot(cosine, sine) < COINCIDENCE_TOLERANCE
    facing = np.where(on_edge, 0, np.arctan2(sine, cosine))
    half = edges.half_lengths
    low = np.maximum(-half, (facing - np.pi / 2).max(-1))
    high = np.minimum(half, (facing + np.pi / 2).min(-1))
    same_side = np.einsum("...ik,...jk->...ij", edges.normals, limits) > 0
    inside = np.where(on_edge, same_side & count_shared, True).all(-1)
    high = np.where(inside, np.maximum(low, high), low)
    return _Arcs(
        _along(edges.midpoints, tangents, low),
        _along(edges.midpoints, tangents, (low + high) / 2),
        _along(edges.midpoints, tangents, high),
    )


def _along(midpoints: Floats, tangents: Floats, angle: Floats) -> Floats:
    """Points `(..., 3)` on great circles, at angles `(...)` from their midpoints."""
    return midpoints * np.cos(angle)[..., None] + tangents * np.sin(angle)[..., None]


def _fan_area(arcs: _Arcs, apex: Floats) -> Floats:
    """Signed solid angle `(...)` between arcs and an apex `(..., 1, 3)` within 90° of them.

    Van Oosterom & Strackee (1983); arcs in halves, since one may extend over 180°.
    """
    total = np.zeros(arcs.first.shape[:-2])
    for p, q in ((arcs.first, arcs.middle), (arcs.middle, arcs.last)):
        numerator = np.sum(apex * np.cross(p, q), -1)
        denominator = 1 + np.sum(apex * p, -1) + np.sum(p * q, -1) + np.sum(q * apex, -1)
        total += 2 * np.arctan2(numerator, denominator).sum(-1)
    return total
