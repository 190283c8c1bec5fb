"""Fused networks on disk."""

from dataclasses import dataclass
from pathlib import Path

from foa360.data.shifted_samples import ShiftedSettings
from foa360.learning.checkpoint import device
from foa360.learning.model_file import read_model
from foa360.learning.synchronisation.network import FusedNet, Shape


@dataclass(frozen=True, kw_only=True)
class SynchroniserInfo:
    """What is stored beside the weights.

    experiment : of the configuration.
    seed : random seed of the training.
    width : channels of the first layers.
    samples : fields of `ShiftedSettings`, what a sample is.
    steps, chosen_step : optimiser steps taken, and that of the weights.
    clips, videos : what was trained on.
    validation_videos : other videos of the training split, which have chosen the weights.
    too_short : training clips without room for a shift, which are left out.
    """

    experiment: str
    seed: int
    width: int
    samples: dict[str, str | int | float]
    steps: int
    chosen_step: int
    clips: int
    videos: int
    validation_videos: int
    too_short: list[str]

    @property
    def sample_settings(self) -> ShiftedSettings:
        """What a sample is."""
        return ShiftedSettings(**self.samples)  # type: ignore[arg-type]


def new_synchroniser(width: int, samples: ShiftedSettings) -> FusedNet:
    """Make a network for samples, with random weights."""
    return FusedNet(Shape(width, samples.frames, samples.crop, samples.samples))


def load_synchroniser(path: Path) -> tuple[FusedNet, SynchroniserInfo]:
    """Read a network onto the best device, with what is stored beside it; see `read_model`."""
    network, info = read_model(
        path, SynchroniserInfo, lambda of: new_synchroniser(of.width, of.sample_settings)
    )
    return network.to(device()), info
