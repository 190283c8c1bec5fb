"""Models on disk."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import torch

from foa360.core.files import atomic
from foa360.learning.models.audiovisual import AudioVisual


def device() -> torch.device:
    """CUDA where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def prepare(seed: int) -> None:
    """Same numbers every time: fixed threads on the CPU, seeded weights."""
    torch.set_num_threads(2)
    torch.manual_seed(seed)


def save(path: Path, model: AudioVisual, about: dict[str, Any]) -> None:
    """Write weights with all that is needed to use them; loads with `weights_only=True`."""
    state = {k: v.cpu() for k, v in model.state_dict().items()}
    # Into a file, PyTorch would write the file's random temporary name.
    buffer = io.BytesIO()
    torch.save({"model": state, **about}, buffer)
    with atomic(path) as temporary:
        temporary.write_bytes(buffer.getvalue())


def load(path: Path) -> tuple[AudioVisual, dict[str, Any]]:
    """The model, on the best device, and what is known about it."""
    about: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    model = AudioVisual(about["width"], about["context"])
    model.load_state_dict(about.pop("model"))
    return model.to(device()), about


def statistics_of(about: dict[str, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Mean and spread that the model's input is standardised with."""
    return about["mean"].numpy(), about["spread"].numpy()
