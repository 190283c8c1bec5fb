"""Ultralytics detectors on whole equirectangular frames (the way of Wang et al. 2022)."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foa360.detect import demo_weights
from foa360.detect.boxes import box_to_direction
from foa360.detect.ultralytics_offline import yolo_class

Image = NDArray[np.uint8]
Box = dict[str, Any]

#: Kinds of Ultralytics models whose results hold upright boxes.
TASKS = ("detect", "segment", "pose")


class WeightsError(OSError):
    """The weights cannot be had or are not a detector."""

    def __init__(self, weights: str, said: str) -> None:
        """Name the weights, so that the message needs no context."""
        super().__init__(0, said, weights)


class Detector:
    """A model that finds boxes in frames."""

    def __init__(self, weights: str, image_size: int = 640, confidence: float = 0.25) -> None:
        """Load weights: `demo` (bundled), a path, or a name that Ultralytics fetches.

        Raises WeightsError where they are not to be had, or are no detector.
        """
        import torch

        path = str(demo_weights()) if weights == "demo" else weights
        self.image_size, self.confidence = image_size, confidence
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        # One thread: sums in another order are other numbers, and jobs run side by side anyway.
        torch.set_num_threads(1)
        try:
            self.model = yolo_class(online=not Path(path).exists())(path)
        except Exception as error:
            raise WeightsError(weights, f"no weights that Ultralytics can load ({error})") from None
        if self.model.task not in TASKS:
            raise WeightsError(weights, f"a model for '{self.model.task}', not a detector")
        self.names = {int(k): str(v) for k, v in self.model.names.items()}

    def __call__(self, frame: Image) -> list[Box]:
        """Boxes in an ERP frame `(H, W, 3)` RGB, best first: columns of `tables.DETECTIONS`."""
        (result,) = self.model.predict(
            np.ascontiguousarray(frame[..., ::-1]),
            imgsz=self.image_size,
            conf=self.confidence,
            device=self.device,
            verbose=False,
        )
        boxes = result.boxes.xyxyn.cpu().numpy().astype(float)
        azimuth, elevation, h_fov, v_fov = np.degrees(box_to_direction(*boxes.T))
        return [
            {
                "label": self.names[int(label)], "score": float(score),
                "azimuth": azimuth[i], "elevation": elevation[i],
                "h_fov": h_fov[i], "v_fov": v_fov[i],
                "left": boxes[i, 0], "top": boxes[i, 1],
                "right": boxes[i, 2], "bottom": boxes[i, 3],
            }
            for i, (label, score) in enumerate(
                zip(result.boxes.cls.tolist(), result.boxes.conf.tolist(), strict=True)
            )
        ]  # fmt: skip
