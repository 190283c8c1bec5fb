"""Detect objects in equirectangular frames, in one of the modes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

import cv2
import numpy as np

from foa360.media.images import Image
from foa360.stages.detect.merge import FrameDetections
from foa360.stages.detect.modes import MODES
from foa360.stages.detect.yolo import Detector

Tag = TypeVar("Tag")


class SphereDetector:
    """A detector and a mode; images are batched as suits the device."""

    def __init__(self, detector: Detector, mode: str = "erp", image_size: int = 640) -> None:
        """Prepare a mode out of `MODES`; `image_size` is the width of a frame or view, pixels."""
        self.detector = detector
        self.mode = MODES[mode]()
        self.image_size = image_size
        #: Useful width of ERP frames, pixels.
        self.frame_width = self.mode.frame_width(image_size)

    def __call__(
        self, frames: Iterable[tuple[Tag, Image]]
    ) -> Iterator[tuple[Tag, FrameDetections]]:
        """Yield the detections of RGB frames `(h, w, 3)`, each with the frame's tag, in order."""
        confidence = self.detector.confidence
        threshold = confidence * self.mode.threshold_factor
        waiting = iter(frames)
        for tag, frame in waiting:
            tags = [tag]
            inputs = [self._images(frame)]
            # As many frames as fill a batch.
            more = max(self.detector.batch_size // len(inputs[0]) - 1, 0)
            for another_tag, another_frame in islice(waiting, more):
                tags.append(another_tag)
                inputs.append(self._images(another_frame))
            images = [image for of_frame in inputs for image in of_frame]
            found = iter(self.detector(images, threshold))
            for frame_tag, of_frame in zip(tags, inputs, strict=True):
                in_images = list(islice(found, len(of_frame)))
                yield frame_tag, self.mode.detections(in_images, confidence)

    def _images(self, frame: Image) -> list[Image]:
        """Input of the network for a frame of any size."""
        size = (self.frame_width, self.frame_width // 2)  # 2:1 whatever the pixels' aspect ratio
        if frame.shape[1::-1] != size:
            shrinks = frame.shape[1] > self.frame_width
            interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            frame = np.asarray(cv2.resize(frame, size, interpolation=interpolation), np.uint8)
        return self.mode.images(frame, self.image_size)
