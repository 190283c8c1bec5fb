"""Ultralytics detectors on images."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from foa360.ambisonics.arrays import Floats
from foa360.media.images import Image
from foa360.stages.detect.ultralytics_offline import (
    ExportError,
    export_to_onnx,
    yolo_class,
)
from foa360.stages.detect.weights import WeightsError, available_weights

#: Kinds of Ultralytics models whose results hold upright boxes.
DETECTOR_TASKS = ("detect", "segment", "pose")
#: Width and height of the network's input are multiples of this, pixels; images are padded.
STRIDE_PIXELS = 32
#: Images per batch on a GPU; a CPU is fastest with one.
GPU_BATCH_SIZE = 48


class ImageDetections(NamedTuple):
    """Detections in an image, best first."""

    boxes: Floats  # (n, 4): left, top, right, bottom as shares of the image's width and height
    scores: Floats  # (n,)
    labels: list[str]  # n


class Detector:
    """A model that detects objects in images."""

    def __init__(
        self,
        weights: str,
        backend: Literal["torch", "onnx"] = "torch",
        expected_sha256: str | None = None,
    ) -> None:
        """Load weights.

        Parameters
        ----------
        weights : str
            `demo` (bundled), a path, or a name that Ultralytics downloads.
        backend : "torch" or "onnx"
            `onnx` exports the model for ONNX Runtime where there is no GPU: on a CPU it is faster.
        expected_sha256 : str, optional
            SHA-256 of the only file that is loaded.

        Raises
        ------
        WeightsError
            If the weights are not available, belong to no detector, or cannot be exported.
        """
        import torch

        path = available_weights(weights, expected_sha256)
        self.weights = weights
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.batch_size = GPU_BATCH_SIZE if self.device == "cuda" else 1
        # One thread: sums in another order are other numbers, and jobs run side by side anyway.
        torch.set_num_threads(1)
        try:
            self.model = yolo_class()(str(path))
        except Exception as error:
            raise WeightsError(weights, f"no weights that Ultralytics can load ({error})") from None
        if self.model.task not in DETECTOR_TASKS:
            raise WeightsError(weights, f"a model for '{self.model.task}', not a detector")
        self.names = {int(k): str(v) for k, v in self.model.names.items()}
        self.export = backend == "onnx" and self.device == "cpu"

    def __call__(self, images: Sequence[Image], threshold: float) -> list[ImageDetections]:
        """Detect objects in RGB images `(h, w, 3)` of one size; in half precision on CUDA.

        Only boxes with a score above the threshold are returned. A lower one only adds boxes after
        those of a higher one: overlapping boxes are dropped in the order of their scores.
        """
        found = []
        for first in range(0, len(images), self.batch_size):
            for result in self._predict(images[first : first + self.batch_size], threshold):
                boxes = result.boxes.xyxyn.cpu().numpy().astype(float)
                scores = result.boxes.conf.cpu().numpy().astype(float)
                labels = [self.names[int(label)] for label in result.boxes.cls.tolist()]
                found.append(ImageDetections(boxes, scores, labels))
        return found

    def _predict(self, images: Sequence[Image], threshold: float) -> Any:
        """Results of Ultralytics, one for each image."""
        height, width = (-(-n // STRIDE_PIXELS) * STRIDE_PIXELS for n in images[0].shape[:2])
        size = (height, width)
        if self.export:
            self.export = False
            try:
                self.model = export_to_onnx(self.model, size)
            except ExportError as error:
                raise WeightsError(self.weights, str(error)) from None
        return self.model.predict(
            [np.ascontiguousarray(image[..., ::-1]) for image in images],
            imgsz=size,
            conf=threshold,
            device=self.device,
            half=self.device == "cuda",
            verbose=False,
        )
