"""Merge the boxes of one object that several views contain."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.arrays import Floats
from foa360.sphere.boxes import Indices, box_area, near_pairs, shared_area
from foa360.sphere.directions import to_direction, to_vector

Bools = NDArray[np.bool_]

#: Boxes of one class are of one object above this spherical IoU.
SAME_CLASS_IOU = 0.4
#: Boxes of different classes are of one object above this spherical IoU.
ANY_CLASS_IOU = 0.5
#: Of two boxes of one class, one of which a view cuts, the weaker one is a part of the other if
#: more than this share of the smaller one is shared.
PART_SHARE = 0.6
#: Factor on the strength of a box that the border of its view may cut.
CUT_BOX_WEIGHT = 0.25
#: Areas below this are taken as this in divisions, sr.
SMALLEST_AREA_SR = 1e-12


class ViewDetections(NamedTuple):
    """Detections in the views of one frame; n over all views."""

    boxes: Floats  # (n, 4): azimuth, elevation, horizontal and vertical field of view, radians
    scores: Floats  # (n,)
    labels: Sequence[str]  # n
    view: Indices  # (n,), number of the view
    weight: Floats  # (n,), weight of the view at the box, 0 to 1
    cut: Bools  # (n,), whether the border of the view may cut the box


class FrameDetections(NamedTuple):
    """Detections in one frame, best first."""

    boxes: Floats  # (n, 4): azimuth, elevation, horizontal and vertical field of view, radians
    scores: Floats  # (n,)
    labels: list[str]  # n
    erp: Floats | None = None  # (n, 4) left, top, right, bottom where the frame was the input


def merge(
    detections: ViewDetections,
    confidence: float,
    view_weights: Callable[[Floats], Floats] | None = None,
) -> FrameDetections:
    """Merge the boxes of each object into one.

    Position and size are the mean of its boxes that no border cuts, and the class is that with the
    best score. A score is the mean over all views that contain the whole object, including those
    without a detection: what only one of three views takes for a dog is dropped.

    Parameters
    ----------
    detections : ViewDetections
        Boxes of all views of a frame.
    confidence : float
        Minimum score of a merged detection.
    view_weights : function, optional
        Weight `(views,)` of each view for a box `(4,)`, 0 for a view that does not contain all of
        it. Without it, only views with a detection count.
    """
    iou, part = _overlaps(detections.boxes)
    names = np.asarray(detections.labels, object)
    remaining = np.ones(len(detections.boxes), bool)
    strength = detections.scores * detections.weight
    strength = strength * np.where(detections.cut, CUT_BOX_WEIGHT, 1.0)
    boxes, scores, labels = [], [], []
    for best in np.argsort(-strength, kind="stable"):
        if not remaining[best]:
            continue
        same_class = names == names[best]
        overlapping = (iou[best] > SAME_CLASS_IOU) & same_class | (iou[best] > ANY_CLASS_IOU)
        group = remaining & overlapping
        group[best] = True
        either_cut = detections.cut | detections.cut[best]
        parts = same_class & either_cut & (part[best] > PART_SHARE)
        remaining &= ~group & ~parts
        whole = group & ~detections.cut
        members = np.flatnonzero(whole if whole.any() else group)
        box = _mean_box(detections, members)
        weights = view_weights(box) if view_weights else None
        score, label = _vote(detections, names, members, weights)
        if score >= confidence:
            boxes.append(box)
            scores.append(score)
            labels.append(label)
    order = np.argsort(-np.asarray(scores), kind="stable")
    return FrameDetections(
        np.asarray(boxes, float).reshape(-1, 4)[order],
        np.asarray(scores, float)[order],
        [labels[i] for i in order],
    )


def _vote(
    detections: ViewDetections,
    names: NDArray[np.object_],
    members: Indices,
    view_weights: Floats | None,
) -> tuple[float, str]:
    """Score and name of the best class of the boxes `members`."""
    views = detections.view[members]
    weights = np.zeros(detections.view.max() + 1) if view_weights is None else view_weights.copy()
    weights[views] = np.maximum(weights[views], detections.weight[members])
    scores = {}
    for label in sorted(set(names[members])):
        of_class = members[names[members] == label]
        best_in_view = np.zeros(len(weights))
        np.maximum.at(best_in_view, detections.view[of_class], detections.scores[of_class])
        scores[label] = float(best_in_view @ weights / weights.sum())
    label = max(scores, key=lambda name: scores[name])
    return scores[label], label


def _mean_box(detections: ViewDetections, members: Indices) -> Floats:
    """Mean `(4,)` of boxes, weighted by score and view."""
    boxes = detections.boxes[members]
    weights = (detections.scores * detections.weight)[members]
    azimuth, elevation = to_direction(weights @ to_vector(boxes[:, 0], boxes[:, 1]))
    size = weights @ boxes[:, 2:] / weights.sum()
    return np.concatenate([[azimuth, elevation], size])


def _overlaps(boxes: Floats) -> tuple[Floats, Floats]:
    """Spherical IoU `(n, n)`, and the share of the smaller box that is shared."""
    first, second = near_pairs(boxes)
    shared = shared_area(boxes[first], boxes[second])
    area = box_area(boxes)
    union = area[first] + area[second] - shared
    smaller = np.minimum(area[first], area[second])
    iou, part = np.zeros((2, len(boxes), len(boxes)))
    iou[first, second] = shared / np.maximum(union, SMALLEST_AREA_SR)
    part[first, second] = shared / np.maximum(smaller, SMALLEST_AREA_SR)
    return iou + iou.T, part + part.T
