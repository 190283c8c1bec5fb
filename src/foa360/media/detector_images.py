"""Images of an equirectangular (ERP) frame for a detector, in one of three modes.

`erp` takes the frame as an ordinary image (Wang et al. 2022); objects on the seam are cut, and
those at the poles distorted. `erp_wrap` repeats an eighth of the frame beyond each side. `tangent`
uses perspective views that overlap and cover the sphere.
"""

from typing import NamedTuple, Protocol

import cv2
import numpy as np

from foa360.media.images import Image
from foa360.sphere.views import perspective_crop

#: Share of the frame's width that `erp_wrap` repeats on each side.
REPEATED_SHARE = 0.125


class Mode(Protocol):
    """How the input of the network is made of a frame."""

    def frame_width(self, image_size: int) -> int:
        """Return the useful width of an ERP frame, pixels."""

    def images(self, frame: Image, image_size: int) -> list[Image]:
        """Return the network's input, images of one size, for a frame `(h, w, 3)` of that width."""


class Erp:
    """The frame as it is."""

    def frame_width(self, image_size: int) -> int:
        """Return the width of the network's input."""
        return image_size

    def images(self, frame: Image, image_size: int) -> list[Image]:
        """Return the frame."""
        return [frame]


class ErpWrap:
    """The frame, extended by an eighth on each side."""

    def frame_width(self, image_size: int) -> int:
        """Return the width of a frame; the network's input is wider by a quarter."""
        return image_size

    def images(self, frame: Image, image_size: int) -> list[Image]:
        """Return the extended frame."""
        pad = round(REPEATED_SHARE * frame.shape[1])
        return [np.concatenate([frame[:, -pad:], frame, frame[:, :pad]], 1)]


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

    def __init__(self) -> None:
        """Lay out the views; their angles `(views,)` are radians."""
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


MODES: dict[str, type[Mode]] = {"erp": Erp, "erp_wrap": ErpWrap, "tangent": Tangent}


class DetectorImages:
    """A mode out of `MODES` with images of one size."""

    def __init__(self, mode: str, image_size: int) -> None:
        """Prepare a mode; `image_size` is the width of a frame or view, pixels."""
        self._mode = MODES[mode]()
        self._image_size = image_size
        width = self._mode.frame_width(image_size)
        #: Useful width and height of ERP frames, pixels; 2:1 whatever the pixels' aspect ratio.
        self.frame_size = (width, width // 2)

    def __call__(self, frame: Image) -> list[Image]:
        """Return the images of a frame `(h, w, 3)` of any size."""
        if frame.shape[1::-1] != self.frame_size:
            shrinks = frame.shape[1] > self.frame_size[0]
            interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            resized = cv2.resize(frame, self.frame_size, interpolation=interpolation)
            frame = np.asarray(resized, np.uint8)
        return self._mode.images(frame, self._image_size)
