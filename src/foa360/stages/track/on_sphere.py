"""Boxes of the images of a frame become detections on the sphere, in each mode of detection.

In `erp_wrap` and `tangent`, several boxes can be of one object; they are merged.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from foa360.ambisonics.arrays import Floats
from foa360.media.detector_images import REPEATED_SHARE, Tangent
from foa360.sphere.boxes import Indices
from foa360.sphere.directions import angular_distance
from foa360.stages.track.boxes import erp_to_sphere, in_view, view_to_sphere
from foa360.stages.track.merge import FrameDetections, ViewDetections, merge

#: A box that is nearer to the border of an image than this share of the image may be cut.
BORDER_SHARE = 0.01
#: A view is weighted by this power of the cosine of an object's angle from its centre.
WEIGHT_EXPONENT = 4
#: Layout of the views of `tangent`.
TANGENT = Tangent()


class FrameBoxes(NamedTuple):
    """Boxes in the images of one frame: image by image, the best first."""

    boxes: Floats  # (n, 4): left, top, right, bottom as shares of the image's width and height
    scores: Floats  # (n,)
    labels: Sequence[str]  # n
    view: Indices  # (n,), number of the image


def from_erp(found: FrameBoxes, confidence: float) -> FrameDetections:
    """Convert the boxes in a frame."""
    boxes = erp_to_sphere(found.boxes)
    return FrameDetections(boxes, found.scores, list(found.labels), found.boxes)


def from_erp_wrap(found: FrameBoxes, confidence: float) -> FrameDetections:
    """Convert the boxes in an extended frame, and merge those in the repeated parts."""
    cut = (found.boxes[:, 0] < BORDER_SHARE) | (found.boxes[:, 2] > 1 - BORDER_SHARE)
    width = 1 + 2 * REPEATED_SHARE  # of the image, in widths of the frame
    boxes = found.boxes * [width, 1, width, 1] - [REPEATED_SHARE, 0, REPEATED_SHARE, 0]
    count = len(boxes)
    detections = ViewDetections(
        boxes=erp_to_sphere(boxes),
        scores=found.scores,
        labels=found.labels,
        view=np.arange(count),
        weight=np.ones(count),
        cut=cut,
    )
    return merge(detections, confidence)


def from_tangent(found: FrameBoxes, confidence: float) -> FrameDetections:
    """Convert the boxes in perspective views, and merge those of all views."""
    boxes, view = found.boxes, found.view
    cut = np.any((boxes < BORDER_SHARE) | (boxes > 1 - BORDER_SHARE), axis=-1)
    centres = TANGENT.azimuth[view], TANGENT.elevation[view]
    on_sphere = view_to_sphere(boxes, *centres, TANGENT.fov[view])
    weight = _weight(on_sphere, view)
    used = weight > 0
    detections = ViewDetections(
        boxes=on_sphere[used],
        scores=found.scores[used],
        labels=list(np.asarray(found.labels, object)[used]),
        view=view[used],
        weight=weight[used],
        cut=cut[used],
    )
    return merge(detections, confidence, _view_weights)


def _view_weights(box: Floats) -> Floats:
    """Weight `(views,)` of each view for a box `(4,)`; 0 if it does not contain all of it."""
    fov = TANGENT.fov * (1 - 2 * BORDER_SHARE)
    whole = in_view(box, TANGENT.azimuth, TANGENT.elevation, fov)
    return np.asarray(_weight(box, np.arange(len(whole))) * whole)


def _weight(boxes: Floats, view: Indices) -> Floats:
    """Weight `(n,)` of views `(n,)` at boxes `(n, 4)` or `(4,)`."""
    centres = TANGENT.azimuth[view], TANGENT.elevation[view]
    from_centre = angular_distance(boxes[..., 0], boxes[..., 1], *centres)
    large_enough = boxes[..., 2:].max(-1) >= TANGENT.min_size[view]
    return np.asarray(large_enough * np.maximum(np.cos(from_centre), 0) ** WEIGHT_EXPONENT)


#: Each takes boxes above the mode's threshold and the minimum score of a detection.
ON_SPHERE: dict[str, Callable[[FrameBoxes, float], FrameDetections]] = {
    "erp": from_erp,
    "erp_wrap": from_erp_wrap,
    "tangent": from_tangent,
}
