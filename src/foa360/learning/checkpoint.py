"""Models on disk, and the device and threads that they run on."""

import io
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foa360.core.files import atomic
from foa360.data.statistics import FeatureStatistics
from foa360.learning.models.audiovisual import AudioVisual

#: More threads change the order of sums, and with it the last bits of weights.
CPU_THREADS = 2


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """What is stored beside the weights.

    experiment : name of the experiment.
    width : channels of the first layer.
    context : whether transformers connect the viewpoints.
    steps : optimiser steps taken.
    mean, std : statistics that the input is standardised with, (2, bands) in dB.
    settings : section `train` of the configuration, as JSON.
    clips, videos : size of the training split.
    """

    experiment: str
    width: int
    context: bool
    steps: int
    mean: Tensor
    std: Tensor
    settings: str
    clips: int
    videos: int

    @property
    def statistics(self) -> FeatureStatistics:
        """Mean and standard deviation as arrays."""
        return FeatureStatistics(_array(self.mean), _array(self.std))


def device() -> torch.device:
    """Choose CUDA where it is available."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def make_deterministic(seed: int) -> None:
    """Fix the number of CPU threads and seed the weights."""
    torch.set_num_threads(CPU_THREADS)
    torch.manual_seed(seed)


def save(path: Path, model: AudioVisual, info: ModelInfo) -> None:
    """Write weights with all that is needed to use them; loads with `weights_only=True`."""
    weights = {name: value.cpu() for name, value in model.state_dict().items()}
    # Written to a file directly, PyTorch would store the random temporary name.
    buffer = io.BytesIO()
    torch.save({"model": weights, **asdict(info)}, buffer)
    with atomic(path) as temporary:
        temporary.write_bytes(buffer.getvalue())


def load(path: Path) -> tuple[AudioVisual, ModelInfo]:
    """Read a model onto the best device, with what is stored beside it."""
    stored = torch.load(path, map_location="cpu", weights_only=True)
    weights = stored.pop("model")
    info = ModelInfo(**stored)
    model = AudioVisual(info.width, info.context)
    model.load_state_dict(weights)
    return model.to(device()), info


def _array(values: Tensor) -> NDArray[np.float32]:
    return np.asarray(values.numpy(), np.float32)
