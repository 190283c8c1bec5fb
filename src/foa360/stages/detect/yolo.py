"""Ultralytics detectors on pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.stages.detect.ultralytics_offline import ExportError, exported, yolo_class
from foa360.stages.detect.weights import demo_weights

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]

#: Kinds of Ultralytics models whose results hold upright boxes.
TASKS = ("detect", "segment", "pose")
#: Networks take pictures of whole strides; smaller ones get a border.
STRIDE = 32
#: Pictures at once on a GPU; a CPU is fastest with one.
BATCH = 48


class WeightsError(OSError):
    """The weights cannot be had or are not a detector."""

    def __init__(self, weights: str, said: str) -> None:
        """Name the weights, so that the message needs no context."""
        super().__init__(0, said, weights)


class Found(NamedTuple):
    """What is found in a picture, best first."""

    boxes: Floats  # (n, 4): left, top, right, bottom as shares of the picture's width and height
    scores: Floats  # (n,)
    labels: list[str]


class Detector:
    """A model that finds boxes in pictures."""

    def __init__(
        self,
        weights: str,
        confidence: float = 0.25,
        backend: Literal["torch", "onnx"] = "torch",
    ) -> None:
        """Load weights: `demo` (bundled), a path, or a name that Ultralytics fetches.

        The backend `onnx` exports them for ONNX Runtime where there is no GPU: on a CPU it is
        faster. Raises WeightsError where weights are not to be had, are no detector, or cannot be
        exported.
        """
        import torch

        path = str(demo_weights()) if weights == "demo" else weights
        self.weights, self.confidence = weights, confidence
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.batch = BATCH if self.device == "cuda" else 1
        # One thread: sums in another order are other numbers, and jobs run side by side anyway.
        torch.set_num_threads(1)
        try:
            self.model = yolo_class(online=not Path(path).exists())(path)
        except Exception as error:
            raise WeightsError(weights, f"no weights that Ultralytics can load ({error})") from None
        if self.model.task not in TASKS:
            raise WeightsError(weights, f"a model for '{self.model.task}', not a detector")
        self.names = {int(k): str(v) for k, v in self.model.names.items()}
        self.export = backend == "onnx" and self.device == "cpu"

    def __call__(self, pictures: Sequence[Image]) -> list[Found]:
        """Find objects in pictures `(h, w, 3)` RGB of one size; in half precision on CUDA."""
        return [
            Found(
                result.boxes.xyxyn.cpu().numpy().astype(float),
                result.boxes.conf.cpu().numpy().astype(float),
                [self.names[int(label)] for label in result.boxes.cls.tolist()],
            )
            for first in range(0, len(pictures), self.batch)
            for result in self._predict(pictures[first : first + self.batch])
        ]

    def _predict(self, pictures: Sequence[Image]) -> Any:
        height, width = (-(-n // STRIDE) * STRIDE for n in pictures[0].shape[:2])
        size = (height, width)
        if self.export:
            self.export = False
            try:
                self.model = exported(self.model, size)
            except ExportError as error:
                raise WeightsError(self.weights, str(error)) from None
        return self.model.predict(
            [np.ascontiguousarray(p[..., ::-1]) for p in pictures],
            imgsz=size,
            conf=self.confidence,
            device=self.device,
            half=self.device == "cuda",
            verbose=False,
        )
