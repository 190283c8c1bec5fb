"""Models on disk, and the device and threads that they run on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foa360.data.inputs import AUDIO_INPUTS, FeatureStatistics
from foa360.learning.model_file import read_model
from foa360.learning.models.audiovisual import AudioVisual

#: More threads change the order of sums, and with it the last bits of weights.
CPU_THREADS = 2


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """What is stored beside the weights.

    experiment, task, input, crops : of the experiment, as in its configuration.
    seed : random seed of the training.
    width : channels of the first layer.
    context : whether transformers connect the viewpoints.
    steps : optimiser steps taken.
    chosen_step : step of the weights: that with the least loss on the validation videos.
    mean, std : statistics that the input is standardised with, (groups, bands).
    settings : section `train` of the configuration, as JSON.
    clips, videos : what was trained on.
    validation_videos : other videos of the training split, which have chosen the weights.
    """

    experiment: str
    task: str
    input: str
    crops: str
    seed: int
    width: int
    context: bool
    steps: int
    chosen_step: int
    mean: Tensor
    std: Tensor
    settings: str
    clips: int
    videos: int
    validation_videos: int

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


@contextmanager
def single_thread() -> Iterator[None]:
    """Use one CPU thread: in networks of a layer or two several would wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def new_model(info: ModelInfo) -> AudioVisual:
    """Make a network of the same shape, with random weights."""
    return AudioVisual(info.width, info.context, AUDIO_INPUTS[info.input].channels)


def load(path: Path) -> tuple[AudioVisual, ModelInfo]:
    """Read a model onto the best device, with what is stored beside it; see `read_model`."""
    model, info = read_model(path, ModelInfo, new_model)
    return model.to(device()), info


def load_with_untrained(path: Path) -> tuple[list[AudioVisual], ModelInfo]:
    """Read a model, and make one of its shape with random weights; both in evaluation mode.

    The random weights depend on the seed of the model alone. Returns both, the trained one first,
    and what is stored beside the weights.
    """
    trained, info = load(path)
    make_deterministic(info.seed)
    return [trained.eval(), new_model(info).to(device()).eval()], info


def _array(values: Tensor) -> NDArray[np.float32]:
    return np.asarray(values.numpy(), np.float32)
