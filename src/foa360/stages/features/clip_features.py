"""Spectral features of one clip at its viewpoints."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics import (
    beam_weights,
    covariance_to_beam,
    covariance_to_intensity,
    covariance_to_log_mel,
    decibels,
    intensity_vector,
    interchannel,
    rotate,
    rotate_covariance,
    rotate_vectors,
    stereo,
)
from foa360.config.features import Features


class Spectra:
    """Spectral features of one clip at its viewpoints, in float16; all but one from covariances."""

    def __init__(
        self,
        sound: NDArray[np.float32],
        covariance: NDArray[np.float32],
        matrices: NDArray[np.float64],
        angles: NDArray[np.float64],
        settings: Features,
    ) -> None:
        """Of sound `(4, n)` and its covariance, at viewpoints as matrices and angles, radians."""
        self.sound, self.matrices, self.settings = sound, matrices, settings
        self.covariance, self.angles = covariance, angles
        self.how = (settings.sample_rate, settings.n_fft, settings.hop, settings.n_mels)

    @cached_property
    def rotated(self) -> NDArray[np.float32]:
        """The sound turned to each viewpoint, `(K, 4, n)`."""
        return np.asarray(rotate(self.sound, self.matrices))

    @cached_property
    def turned(self) -> NDArray[np.float32]:
        """The covariance of that, `(K, 10, frames, bands)`."""
        return np.asarray(rotate_covariance(self.covariance[None], self.matrices))

    def log_mel(self) -> Any:
        """Of the rotated W, Y, Z, X, `(K, 4, frames, bands)` in dB."""
        return covariance_to_log_mel(self.turned).astype(np.float16)

    def intensity(self) -> Any:
        """Of the rotated field, `(K, 3, frames, bands)`."""
        if self.settings.intensity == "band":
            return covariance_to_intensity(self.turned).astype(np.float16)
        per_bin = intensity_vector(self.sound, *self.how, per="bin")
        return rotate_vectors(per_bin[None], self.matrices).astype(np.float16)

    def beam_log_mel(self) -> Any:
        """Of the beam, `(K, frames, bands)` in dB."""
        weights = beam_weights(self.angles[:, 0], self.angles[:, 1], self.settings.beam)
        return decibels(covariance_to_beam(self.covariance[None], weights)).astype(np.float16)

    def stereo_log_mel(self) -> Any:
        """Of left and right, `(K, 2, frames, bands)` in dB."""
        ears = [covariance_to_beam(self.turned, [0.5, side, 0, 0]) for side in (0.5, -0.5)]
        return decibels(np.stack(ears, 1)).astype(np.float16)

    def interchannel(self) -> Any:
        """Of left and right, `(K, 3, frames, bands)`, see `foa360.ambisonics`."""
        # The phase needs imaginary parts, which the covariance does not hold.
        return interchannel(stereo(self.rotated), *self.how).astype(np.float16)
