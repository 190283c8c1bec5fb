"""Boxes of one thing, seen in several views, become one."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.sphere import box_area, shared_area, to_direction, to_vector
from foa360.sphere.boxes import near_pairs

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

#: Boxes are one thing from this overlap on (spherical IoU): of one class, and of several.
SAME, SAME_OF_ANY = 0.4, 0.5
#: Of two boxes of one class one is a part, where a view cuts it, if so much of it is shared.
PART = 0.6
#: What a box counts that may be cut.
CUT = 0.25


class Candidates(NamedTuple):
    """Boxes found in the views of one frame; all `(n, ...)`."""

    boxes: Floats  # (n, 4): azimuth, elevation, horizontal and vertical field of view, radians
    scores: Floats
    labels: Sequence[str]
    view: Integers  # number of the view
    weight: Floats  # what the view says about things there, 0 to 1
    cut: NDArray[np.bool_]  # whether the border of the view may cut it


class Objects(NamedTuple):
    """Things on the sphere, best first."""

    boxes: Floats
    scores: Floats
    labels: list[str]
    erp: Floats | None = None  # (n, 4) left, top, right, bottom in the frame, where that was seen


def merge(
    found: Candidates, confidence: float, seen: Callable[[Floats], Floats] | None = None
) -> Objects:
    """One object for all boxes of one thing.

    Position and size are the mean of its whole boxes, the class is that with the best score, and a
    score is the mean over the views that see all of the thing, those included that did not find it:
    what only one of three views takes for a dog is none. `seen` gives the weight `(views,)` of each
    view for a box `(4,)`, 0 where it does not see all of it; without it only views with a find
    count. Objects below `confidence` are dropped.
    """
    overlap, part = _overlaps(found.boxes)
    names, left = np.asarray(found.labels, object), np.ones(len(found.boxes), bool)
    strength = found.scores * found.weight * np.where(found.cut, CUT, 1.0)
    boxes, scores, labels = [], [], []
    for best in np.argsort(-strength, kind="stable"):
        if not left[best]:
            continue
        alike = names == names[best]
        own = left & ((overlap[best] > SAME) & alike | (overlap[best] > SAME_OF_ANY))
        own[best] = True
        left &= ~own & ~(alike & (found.cut | found.cut[best]) & (part[best] > PART))
        whole = own & ~found.cut
        members = np.flatnonzero(whole if whole.any() else own)
        box = _mean(found.boxes[members], (found.scores * found.weight)[members])
        score, label = _vote(found, names, members, seen(box) if seen else None)
        if score >= confidence:
            boxes.append(box)
            scores.append(score)
            labels.append(label)
    order = np.argsort(-np.asarray(scores), kind="stable")
    return Objects(
        np.asarray(boxes, float).reshape(-1, 4)[order],
        np.asarray(scores, float)[order],
        [labels[i] for i in order],
    )


def _vote(
    found: Candidates, names: NDArray[np.object_], members: Integers, seen: Floats | None
) -> tuple[float, str]:
    """Best class of some boxes, and its score."""
    weights = np.zeros(found.view.max() + 1) if seen is None else seen.copy()
    weights[found.view[members]] = np.maximum(weights[found.view[members]], found.weight[members])
    scores = {}
    for label in sorted(set(names[members])):
        best = np.zeros(len(weights))
        mine = members[names[members] == label]
        np.maximum.at(best, found.view[mine], found.scores[mine])
        scores[label] = float(best @ weights / weights.sum())
    label = max(scores, key=lambda name: scores[name])
    return scores[label], label


def _mean(boxes: Floats, weights: Floats) -> Floats:
    azimuth, elevation = to_direction(weights @ to_vector(boxes[:, 0], boxes[:, 1]))
    return np.concatenate([[azimuth, elevation], weights @ boxes[:, 2:] / weights.sum()])


def _overlaps(boxes: Floats) -> tuple[Floats, Floats]:
    """Spherical IoU `(n, n)`, and how much of the smaller box is shared."""
    first, second = near_pairs(boxes)
    shared, area = shared_area(boxes[first], boxes[second]), box_area(boxes)
    overlap, part = np.zeros((2, len(boxes), len(boxes)))
    both = area[first] + area[second] - shared
    overlap[first, second] = shared / np.maximum(both, 1e-12)
    part[first, second] = shared / np.maximum(np.minimum(area[first], area[second]), 1e-12)
    return overlap + overlap.T, part + part.T
