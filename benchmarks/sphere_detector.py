"""The stages `detect` and `track` on single frames, up to the detections of each frame."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from foa360.config.detect import THRESHOLD_FACTORS
from foa360.media.detector_images import DetectorImages
from foa360.media.images import Image
from foa360.stages.detect.frame_boxes import frame_boxes
from foa360.stages.detect.yolo import Detector, ImageDetections
from foa360.stages.track.merge import FrameDetections
from foa360.stages.track.on_sphere import ON_SPHERE, FrameBoxes

Tag = TypeVar("Tag")


class SphereDetector:
    """A detector, a mode and a confidence."""

    def __init__(
        self,
        detector: Detector,
        mode: str = "erp",
        image_size: int = 640,
        confidence: float = 0.25,
    ) -> None:
        """Prepare a mode.

        Parameters
        ----------
        detector : Detector
            The network.
        mode : str
            Mode of detection.
        image_size : int
            Width of a frame or view, pixels.
        confidence : float
            Minimum score of a detection.
        """
        self.detector = detector
        self.mode = mode
        self.confidence = confidence
        self.images_of = DetectorImages(mode, image_size)

    def __call__(
        self, frames: Iterable[tuple[Tag, Image]]
    ) -> Iterator[tuple[Tag, FrameDetections]]:
        """Yield the detections of RGB frames `(h, w, 3)`, each with the frame's tag, in order."""
        threshold = self.confidence * THRESHOLD_FACTORS[self.mode]
        for tag, images in frame_boxes(self.detector, self.images_of, frames, threshold):
            yield tag, ON_SPHERE[self.mode](joined(images), self.confidence)


def joined(images: Sequence[ImageDetections]) -> FrameBoxes:
    """Join the boxes in the images of a frame."""
    return FrameBoxes(
        boxes=np.concatenate([image.boxes for image in images]),
        scores=np.concatenate([image.scores for image in images]),
        labels=[label for image in images for label in image.labels],
        view=np.repeat(np.arange(len(images)), [len(image.labels) for image in images]),
    )
