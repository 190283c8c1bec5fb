"""The three modes of detection in an equirectangular (ERP) frame.

`erp` takes the frame as an ordinary image (Wang et al. 2022); objects on the seam are cut, and
those at the poles distorted. `erp_wrap` repeats an eighth of the frame beyond each side. `tangent`
uses perspective views that overlap and cover the sphere. Boxes of one object are merged on the
sphere.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from foa360.ambisonics.arrays import Floats
from foa360.media.images import Image
from foa360.sphere.boxes import Indices
from foa360.sphere.directions import angular_distance
from foa360.sphere.views import perspective_crop
from foa360.stages.detect.boxes import erp_to_sphere, in_view, view_to_sphere
from foa360.stages.detect.merge import FrameDetections, ViewDetections, merge
from foa360.stages.detect.yolo import ImageDetections

#: Share of the frame's width that `erp_wrap` repeats on each side.
REPEATED_SHARE = 0.125
#: A box that is nearer to the border of an image than this share of the image may be cut.
BORDER_SHARE = 0.01


class Mode(Protocol):
    """Input of the network, and how its detections become those of a frame."""

    #: Boxes are needed from this share of the requested confidence on.
    threshold_factor: float

    def frame_width(self, image_size: int) -> int:
        """Return the useful width of an ERP frame, pixels."""

    def images(self, frame: Image, image_size: int) -> list[Image]:
        """Return the network's input, images of one size, for a frame `(h, w, 3)` of that width."""

    def detections(self, found: Sequence[ImageDetections], confidence: float) -> FrameDetections:
        """Return the detections of a frame from those in its images."""


class Erp:
    """The frame as it is."""

    threshold_factor = 1.0

    def frame_width(self, image_size: int) -> int:
        """Return the width of the network's input."""
        return image_size

    def images(self, frame: Image, image_size: int) -> list[Image]:
        """Return the frame."""
        return [frame]

    def detections(self, found: Sequence[ImageDetections], confidence: float) -> FrameDetections:
        """Return the network's detections on the sphere."""
        (image,) = found
        return FrameDetections(erp_to_sphere(image.boxes), image.scores, image.labels, image.boxes)


class ErpWrap:
    """The frame, extended by an eighth on each side."""

    threshold_factor = 1.0

    def frame_width(self, image_size: int) -> int:
        """Return the width of a frame; the network's input is wider by a quarter."""
        return image_size

    def images(self, frame: Image, image_size: int) -> list[Image]:
        """Return the extended frame."""
        pad = round(REPEATED_SHARE * frame.shape[1])
        return [np.concatenate([frame[:, -pad:], frame, frame[:, :pad]], 1)]

    def detections(self, found: Sequence[ImageDetections], confidence: float) -> FrameDetections:
        """Merge detections in the repeated parts."""
        (image,) = found
        cut = (image.boxes[:, 0] < BORDER_SHARE) | (image.boxes[:, 2] > 1 - BORDER_SHARE)
        width = 1 + 2 * REPEATED_SHARE  # of the image, in widths of the frame
        boxes = image.boxes * [width, 1, width, 1] - [REPEATED_SHARE, 0, REPEATED_SHARE, 0]
        count = len(boxes)
        detections = ViewDetections(
            boxes=erp_to_sphere(boxes),
            scores=image.scores,
            labels=image.labels,
            view=np.arange(count),
            weight=np.ones(count),
            cut=cut,
        )
        return merge(detections, confidence)


class Ring(NamedTuple):
    """Views at equal azimuths on a circle of latitude; angles in degrees."""

    first_azimuth: float
    elevation: float
    views: int
    fov: float
    min_size: float  # smallest object that the views are used for


class Tangent:
    """Square perspective views: 40 of 90° around, above and below, 8 of 130° for near objects."""

    #: Other layouts that were measured: docs/detection.md.
    RINGS = (
        Ring(first_azimuth=0.0, elevation=0.0, views=16, fov=90.0, min_size=0.0),
        Ring(first_azimuth=11.25, elevation=40.0, views=12, fov=90.0, min_size=0.0),
        Ring(first_azimuth=11.25, elevation=-40.0, views=12, fov=90.0, min_size=0.0),
        Ring(first_azimuth=0.0, elevation=-15.0, views=8, fov=130.0, min_size=50.0),
    )
    #: A view is weighted by this power of the cosine of an object's angle from its centre.
    WEIGHT_EXPONENT = 4
    #: The mean of several views with low scores may pass.
    threshold_factor = 0.3

    def __init__(self) -> None:
        """Lay out the views."""
        views = []
        for ring in self.RINGS:
            for i in range(ring.views):
                azimuth = ring.first_azimuth + 360 * i / ring.views
                views.append((azimuth, ring.elevation, ring.fov, ring.min_size))
        self.azimuth, self.elevation, self.fov, self.min_size = np.radians(views).T

    def frame_width(self, image_size: int) -> int:
        """Return the width at which a frame is as fine as the centre of the narrowest view."""
        return round(np.pi / np.tan(self.fov.min() / 2) * image_size / 2) * 2

    def images(self, frame: Image, image_size: int) -> list[Image]:
        """Return the views."""
        return list(perspective_crop(frame, self.azimuth, self.elevation, self.fov, image_size))

    def detections(self, found: Sequence[ImageDetections], confidence: float) -> FrameDetections:
        """Merge detections of all views."""
        boxes = np.concatenate([image.boxes for image in found])
        scores = np.concatenate([image.scores for image in found])
        labels = np.array([label for image in found for label in image.labels], object)
        view = np.repeat(np.arange(len(found)), [len(image.boxes) for image in found])
        cut = np.any((boxes < BORDER_SHARE) | (boxes > 1 - BORDER_SHARE), axis=-1)
        on_sphere = view_to_sphere(boxes, self.azimuth[view], self.elevation[view], self.fov[view])
        weight = self._weight(on_sphere, view)
        used = weight > 0
        detections = ViewDetections(
            boxes=on_sphere[used],
            scores=scores[used],
            labels=list(labels[used]),
            view=view[used],
            weight=weight[used],
            cut=cut[used],
        )
        return merge(detections, confidence, self._view_weights)

    def _view_weights(self, box: Floats) -> Floats:
        """Weight `(views,)` of each view for a box `(4,)`; 0 if it does not contain all of it."""
        whole = in_view(box, self.azimuth, self.elevation, self.fov * (1 - 2 * BORDER_SHARE))
        return np.asarray(self._weight(box, np.arange(len(whole))) * whole)

    def _weight(self, boxes: Floats, view: Indices) -> Floats:
        """Weight `(n,)` of views `(n,)` at boxes `(n, 4)` or `(4,)`."""
        from_centre = angular_distance(
            boxes[..., 0], boxes[..., 1], self.azimuth[view], self.elevation[view]
        )
        large_enough = boxes[..., 2:].max(-1) >= self.min_size[view]
        return np.asarray(large_enough * np.maximum(np.cos(from_centre), 0) ** self.WEIGHT_EXPONENT)


MODES: dict[str, type[Mode]] = {"erp": Erp, "erp_wrap": ErpWrap, "tangent": Tangent}
