"""Import Ultralytics without its side effects.

By default it accesses the network, installs packages, writes to the home folder and runs code that
a file of weights contains. Environment variables, which it reads while it is imported, prevent
that.
"""

import atexit
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np


def yolo_class(online: bool = False) -> Any:
    """Return `ultralytics.YOLO`; `online` allows it to download weights by name."""
    if "YOLO_CONFIG_DIR" not in os.environ:
        # A new folder that only this user can write to: its settings decide what is loaded.
        os.environ["YOLO_CONFIG_DIR"] = tempfile.mkdtemp(prefix="foa360-ultralytics-")
        atexit.register(shutil.rmtree, os.environ["YOLO_CONFIG_DIR"], ignore_errors=True)
    os.environ.setdefault("ULTRALYTICS_SAFE_LOAD", "true")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_OFFLINE", "false" if online else "true")
    os.environ.setdefault("YOLO_VERBOSE", "false")
    # PyTorch is slow to import, and rules import this module.
    from foa360.learning.torchvision_ops import define_missing_operators

    define_missing_operators()
    from ultralytics import YOLO
    from ultralytics.utils.events import events

    events.enabled = False  # it would report each use, with facts about the machine
    return YOLO


def download_weights(name: str) -> str:
    """Download published weights into the working directory; return their path.

    Raises OSError if there are none of this name; other errors are those of Ultralytics.
    """
    yolo_class(online=True)
    from ultralytics.utils.downloads import attempt_download_asset

    path = str(attempt_download_asset(name))
    if not Path(path).is_file():
        raise FileNotFoundError(f"no published weights are called {name}")
    return path


def _one_thread_session(path: str) -> Any:
    """Load an exported model for one thread: jobs run side by side, and threads that wait spin."""
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class ExportError(RuntimeError):
    """A model cannot be exported; the message gives the reason."""


def export_to_onnx(model: Any, size: tuple[int, int]) -> Any:
    """Export a model for ONNX Runtime and inputs of (height, width); leaves no file behind.

    Raises ExportError.
    """
    yolo = yolo_class()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's, about its own exporter
        copy = Path(shutil.copy(model.ckpt_path, Path(folder) / "model.pt"))
        try:
            path = yolo(copy).export(format="onnx", imgsz=size, simplify=False, verbose=False)
            exported = yolo(path, task=model.task)
            # The file is loaded when the model is first used.
            blank = np.zeros((*size, 3), np.uint8)
            exported.predict(blank, imgsz=size, device="cpu", verbose=False)
            exported.predictor.model.backend.session = _one_thread_session(path)
        except Exception as error:
            raise ExportError(
                f"cannot be exported for ONNX Runtime ({error}); it needs the packages onnx and "
                "onnxruntime: pip install 'foa360[onnx]'"
            ) from None
    return exported
