"""Objects in equirectangular frames, in one of the modes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

import cv2
import numpy as np

from foa360.stages.detect.merge import Objects
from foa360.stages.detect.modes import MODES
from foa360.stages.detect.yolo import Detector, Image

T = TypeVar("T")


class Searcher:
    """A detector and what it is shown; frames are batched as the device likes it."""

    def __init__(self, detector: Detector, mode: str = "erp", image_size: int = 640) -> None:
        """Prepare a mode out of `MODES`, for a frame or views of a width in pixels."""
        self.detector, self.mode, self.image_size = detector, MODES[mode](), image_size
        self.width = self.mode.width(image_size)  # of ERP frames that is worth reading
        self.wanted = detector.confidence
        detector.confidence = self.wanted * self.mode.least

    def __call__(self, frames: Iterable[tuple[T, Image]]) -> Iterator[tuple[T, Objects]]:
        """Objects of ERP frames `(h, w, 3)` RGB, each with a tag that comes back, in order."""
        waiting = iter(frames)
        while group := list(islice(waiting, 1)):
            shown = [self._pictures(frame) for _, frame in group]
            # As many frames as fill a batch.
            more = max(self.detector.batch // len(shown[0]) - 1, 0)
            for tag, frame in islice(waiting, more):
                group.append((tag, frame))
                shown.append(self._pictures(frame))
            found = iter(self.detector([picture for own in shown for picture in own]))
            for (tag, _), own in zip(group, shown, strict=True):
                yield tag, self.mode.objects(list(islice(found, len(own))), self.wanted)

    def _pictures(self, frame: Image) -> list[Image]:
        size = (self.width, self.width // 2)  # whatever the pixels' aspect: the sphere is 2:1
        if frame.shape[1::-1] != size:
            shrinks = frame.shape[1] > self.width
            how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            frame = np.asarray(cv2.resize(frame, size, interpolation=how), np.uint8)
        return self.mode.pictures(frame, self.image_size)
