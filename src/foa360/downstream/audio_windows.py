"""Inputs of the audio network from ambisonics that no shard holds: towards the front."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from foa360.ambisonics.covariance import spatial_covariance
from foa360.config.features import Features
from foa360.config.train import Train
from foa360.data.inputs import AUDIO_INPUTS
from foa360.learning.checkpoint import ModelInfo, device
from foa360.learning.models.audiovisual import AudioVisual
from foa360.media.resampling import resampled


@dataclass(frozen=True)
class AudioWindows:
    """Windows as long as the samples that a network was trained with.

    info : of the network.
    features : section `features` of the configuration, by which the shards were made that it was
        trained with.
    """

    info: ModelInfo
    features: Features

    def __post_init__(self) -> None:
        """Raise ValueError for a network that was trained with other features."""
        bands = self.info.mean.shape[1]
        if bands not in (1, self.features.n_mels):
            raise ValueError(f"the network has {bands} mel bands, features {self.features.n_mels}")

    @property
    def seconds(self) -> float:
        """Duration of a window, s."""
        return Train.model_validate_json(self.info.settings).audio_seconds

    def __call__(self, foa: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
        """Return the inputs of all whole windows, one after the other; one if there is none.

        Parameters
        ----------
        foa : (4, n)
            W, Y, Z, X, SN3D.
        sample_rate : int
            Hz.

        Returns
        -------
        (windows, C, frames, bands)
            Standardised.
        """
        features = self.features
        target = features.sample_rate
        at_rate = resampled(foa, sample_rate, target)
        covariance = spatial_covariance(
            at_rate, target, features.n_fft, features.hop, features.n_mels
        )
        frames = round(self.seconds * target / features.hop)
        missing = frames - covariance.shape[1]
        if missing > 0:
            covariance = np.pad(covariance, ((0, 0), (0, missing), (0, 0)))
        audio_input = AUDIO_INPUTS[self.info.input]
        values = audio_input.compute(np.asarray(covariance))
        values = self.info.statistics.standardise(values, audio_input.groups)
        count = values.shape[1] // frames
        cut = values[:, : count * frames].reshape(len(values), count, frames, -1)
        return np.ascontiguousarray(cut.transpose(1, 0, 2, 3), np.float32)


def audio_features(network: AudioVisual, windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compute features `(windows, F)` of a frozen network."""
    with torch.no_grad():
        inputs = torch.from_numpy(windows)[:, None].to(device())
        return np.asarray(network.audio_features(inputs)[:, 0].float().cpu().numpy(), np.float32)
