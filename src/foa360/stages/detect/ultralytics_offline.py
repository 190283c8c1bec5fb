"""Import Ultralytics so that it stays at home.

Unless told otherwise it goes online, installs packages and writes to the home folder. This is said
by environment variables that it reads while it is imported.
"""

import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from foa360.stages.detect import torchvision_ops


def yolo_class(online: bool = False) -> Any:
    """`ultralytics.YOLO`; `online` allows it to fetch weights by name."""
    folder = Path(tempfile.gettempdir()) / f"foa360-ultralytics-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    os.environ.setdefault("YOLO_CONFIG_DIR", str(folder))
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_OFFLINE", "false" if online else "true")
    os.environ.setdefault("YOLO_VERBOSE", "false")
    torchvision_ops.ensure()
    from ultralytics import YOLO

    return YOLO


class ExportError(RuntimeError):
    """A model cannot be exported; the message says why."""


def exported(model: Any, size: tuple[int, int]) -> Any:
    """The model for ONNX Runtime, for inputs of (height, width); written to no place that lasts."""
    yolo = yolo_class()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's, about its own exporter
        copy = Path(shutil.copy(model.ckpt_path, Path(folder) / "model.pt"))
        try:
            path = yolo(copy).export(format="onnx", imgsz=size, simplify=False, verbose=False)
            made = yolo(path, task=model.task)
            # It is loaded when it is used for the first time.
            made.predict(np.zeros((*size, 3), np.uint8), imgsz=size, device="cpu", verbose=False)
        except Exception as error:
            raise ExportError(
                f"cannot be exported for ONNX Runtime ({error}); it needs the packages onnx and "
                "onnxruntime: pip install 'foa360[onnx]'"
            ) from None
    return made
