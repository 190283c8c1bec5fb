"""Audio and images of one clip at its viewpoints: what stored features are computed from."""

from collections.abc import Sequence
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.covariance import rotate_covariance, spatial_covariance
from foa360.ambisonics.field import Pattern, look_at, rotate, stereo

Floats = NDArray[np.floating]
#: Lower limit of the scale of 16-bit audio, for clips without signal.
MIN_SCALE = 1e-9


class FeatureSettings(Protocol):
    """Settings that features depend on, as in section `features` of the configuration."""

    @property
    def sample_rate(self) -> int:
        """Sampling rate of the stored audio, Hz."""

    @property
    def n_fft(self) -> int:
        """Window of the STFT, samples."""

    @property
    def hop(self) -> int:
        """Hop size of the STFT, samples."""

    @property
    def n_mels(self) -> int:
        """Number of mel bands."""

    @property
    def beam(self) -> Pattern:
        """Pattern of the mono beam."""

    @property
    def intensity(self) -> Literal["band", "bin"]:
        """Whether intensity is normalised per band or per bin."""

    @property
    def video_fps(self) -> float:
        """Frame rate of the low-resolution video, 1/s."""

    @property
    def video_width(self) -> int:
        """Width of the low-resolution video, pixels."""

    @property
    def store(self) -> Sequence[str]:
        """Names of the features that are stored."""


class ClipSignals:
    """Audio and images of one clip, and intermediate results that features share."""

    def __init__(
        self,
        audio: NDArray[np.float32],
        images: list[bytes],
        viewpoints: NDArray[np.float64],
        settings: FeatureSettings,
    ) -> None:
        """Take the signals of one clip.

        Parameters
        ----------
        audio : (4, n)
            W, Y, Z, X, SN3D, at the sampling rate of the settings.
        images
            Encoded frames of the low-resolution video.
        viewpoints : (K, 2)
            Azimuth and elevation, radians.
        settings
            Settings of the features.
        """
        self.audio = audio
        self.images = images
        self.viewpoints = viewpoints
        self.settings = settings

    @property
    def spectral(self) -> tuple[int, int, int, int]:
        """Arguments of the spectral features: sampling rate, `n_fft`, hop and number of bands."""
        settings = self.settings
        return settings.sample_rate, settings.n_fft, settings.hop, settings.n_mels

    @cached_property
    def scale(self) -> float:
        """Amplitude that no beam and no rotated channel exceeds."""
        loudest = np.abs(self.audio[0]).max() + np.linalg.norm(self.audio[1:], axis=0).max()
        return max(float(loudest), MIN_SCALE)

    @cached_property
    def rotations(self) -> NDArray[np.float64]:
        """Matrices `(K, 3, 3)` that rotate each viewpoint to the front."""
        return np.asarray(look_at(self.viewpoints[:, 0], self.viewpoints[:, 1]))

    @cached_property
    def covariance(self) -> NDArray[np.float32]:
        """Mel-band covariance `(10, frames, bands)`."""
        return np.asarray(spatial_covariance(self.audio, *self.spectral))

    @cached_property
    def rotated_audio(self) -> NDArray[np.float32]:
        """Audio rotated to each viewpoint, `(K, 4, n)`."""
        return np.asarray(rotate(self.audio, self.rotations))

    @cached_property
    def rotated_covariance(self) -> NDArray[np.float32]:
        """Covariance rotated to each viewpoint, `(K, 10, frames, bands)`."""
        return np.asarray(rotate_covariance(self.covariance[None], self.rotations))

    @cached_property
    def stereo(self) -> NDArray[np.float32]:
        """Cardioids to the left and the right of each viewpoint, `(K, 2, n)`."""
        return np.asarray(stereo(self.rotated_audio))
