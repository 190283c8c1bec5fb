"""Three ways to look for objects in an equirectangular (ERP) frame.

`erp` takes the frame for a picture (Wang et al. 2022); it loses what the seam cuts and the poles
stretch. `erp_wrap` repeats an eighth of the frame beyond each side. `tangent` looks through
perspective views that overlap and cover the sphere. Boxes of one thing are merged on the sphere.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from foa360.sphere import angular_distance, perspective_crop
from foa360.stages.detect.boxes import erp_to_sphere, in_view, view_to_sphere
from foa360.stages.detect.merge import Candidates, Objects, merge
from foa360.stages.detect.yolo import Found, Image

Floats = NDArray[np.float64]

#: Share of the frame that `erp_wrap` repeats on each side.
PAD = 0.125
#: A box this near to the border of a picture (share of it) may be cut.
BORDER = 0.01


class Mode(Protocol):
    """What is shown to the network, and what becomes of what it finds."""

    #: Boxes with a score below this share of the wanted confidence are of no use.
    least: float

    def width(self, image_size: int) -> int:
        """Width of the ERP frame that is worth reading, pixels."""

    def pictures(self, frame: Image, image_size: int) -> list[Image]:
        """Pictures of one size to look at, of an ERP frame of that width `(h, w, 3)`."""

    def objects(self, found: Sequence[Found], confidence: float) -> Objects:
        """Objects from what was found in the pictures of a frame."""


class Erp:
    """The frame as it is."""

    least = 1.0

    def width(self, image_size: int) -> int:
        """As the network sees it."""
        return image_size

    def pictures(self, frame: Image, image_size: int) -> list[Image]:
        """One."""
        return [frame]

    def objects(self, found: Sequence[Found], confidence: float) -> Objects:
        """What was found."""
        (one,) = found
        return Objects(erp_to_sphere(one.boxes), one.scores, one.labels, one.boxes)


class ErpWrap:
    """The frame, longer by an eighth on each side."""

    least = 1.0

    def width(self, image_size: int) -> int:
        """The network's input is longer by a quarter."""
        return image_size

    def pictures(self, frame: Image, image_size: int) -> list[Image]:
        """One."""
        pad = round(PAD * frame.shape[1])
        return [np.concatenate([frame[:, -pad:], frame, frame[:, :pad]], 1)]

    def objects(self, found: Sequence[Found], confidence: float) -> Objects:
        """What was found, once."""
        (one,) = found
        cut = (one.boxes[:, 0] < BORDER) | (one.boxes[:, 2] > 1 - BORDER)
        boxes = one.boxes * [1 + 2 * PAD, 1, 1 + 2 * PAD, 1] - [PAD, 0, PAD, 0]
        count = len(boxes)
        found_once = Candidates(
            erp_to_sphere(boxes), one.scores, one.labels,
            np.arange(count), np.ones(count), cut,
        )  # fmt: skip
        return merge(found_once, confidence)


class Tangent:
    """Square perspective views: 40 of 90° around, above and below, 8 of 130° for what is near."""

    #: First azimuth, elevation, number of views, and field of view of each ring, degrees; and the
    #: smallest thing that its views are good for. docs/detection.md says what else was tried.
    RINGS = (
        (0.0, 0.0, 16, 90.0, 0.0),
        (11.25, 40.0, 12, 90.0, 0.0),
        (11.25, -40.0, 12, 90.0, 0.0),
        (0.0, -15.0, 8, 130.0, 50.0),
    )
    #: A view counts by this power of the cosine of how far a thing is from its middle.
    POWER = 4
    # What several views find faintly may be there.
    least = 0.3

    def __init__(self) -> None:
        """Lay out the views: azimuth, elevation, field of view, smallest thing; radians."""
        rows = [
            (first + 360 * i / count, elevation, fov, smallest)
            for first, elevation, count, fov, smallest in self.RINGS
            for i in range(count)
        ]
        self.azimuth, self.elevation, self.fov, self.smallest = np.radians(rows).T

    def width(self, image_size: int) -> int:
        """As fine as the middle of a narrow view."""
        return round(np.pi / np.tan(self.fov.min() / 2) * image_size / 2) * 2

    def pictures(self, frame: Image, image_size: int) -> list[Image]:
        """The views."""
        return list(perspective_crop(frame, self.azimuth, self.elevation, self.fov, image_size))

    def objects(self, found: Sequence[Found], confidence: float) -> Objects:
        """What was found, once."""
        flat = np.concatenate([f.boxes for f in found])
        view = np.repeat(np.arange(len(found)), [len(f.boxes) for f in found])
        boxes = view_to_sphere(flat, self.azimuth[view], self.elevation[view], self.fov[view])
        weight = self._weight(boxes, view)
        of_use = weight > 0
        names = np.array([label for f in found for label in f.labels], object)
        candidates = Candidates(
            boxes[of_use],
            np.concatenate([f.scores for f in found])[of_use],
            list(names[of_use]),
            view[of_use],
            weight[of_use],
            np.any((flat < BORDER) | (flat > 1 - BORDER), axis=-1)[of_use],
        )
        return merge(candidates, confidence, self._seen)

    def _seen(self, box: Floats) -> Floats:
        whole = in_view(box, self.azimuth, self.elevation, self.fov * (1 - 2 * BORDER))
        return np.asarray(self._weight(box, np.arange(len(whole))) * whole)

    def _weight(self, boxes: Floats, view: NDArray[np.intp]) -> Floats:
        away = angular_distance(
            boxes[..., 0], boxes[..., 1], self.azimuth[view], self.elevation[view]
        )
        large = boxes[..., 2:].max(-1) >= self.smallest[view]
        return np.asarray(large * np.maximum(np.cos(away), 0) ** self.POWER)


MODES: dict[str, type[Mode]] = {"erp": Erp, "erp_wrap": ErpWrap, "tangent": Tangent}
