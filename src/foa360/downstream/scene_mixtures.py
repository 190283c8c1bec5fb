"""Acoustic scenes by mixtures of Gaussians, without a network.

One mixture for each class describes the frames of its recordings, and a segment is of the class
whose mixture makes all its frames together likeliest (Green and Murphy 2017).
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from foa360.ambisonics.covariance import (
    covariance_to_intensity,
    covariance_to_log_mel,
    spatial_covariance,
)
from foa360.ambisonics.intensity import diffuseness
from foa360.config.features import Features

Frames = NDArray[np.float32]

#: Gaussians of a class.
COMPONENTS = 10
#: Mel bands in which directions are measured.
DIRECTION_BANDS = 20
#: Cepstral coefficients, the level among them.
COEFFICIENTS = 20
#: Time over which a frame averages, s: diffuseness is no property of a moment.
FRAME_SECONDS = 0.1


def direction_frames(foa: Frames, features: Features) -> Frames:
    """Direction and diffuseness in 20 mel bands.

    The direction is a unit vector, since azimuths jump behind the listener; 0 for silence.

    Parameters
    ----------
    foa : (4, n)
        W, Y, Z, X, SN3D, at the sampling rate of the features.
    features : Features
        Sampling rate, window and distance of the spectra.

    Returns
    -------
    (frames, 80)
        One each 0.1 s: X, Y, Z and diffuseness, each in all bands.
    """
    covariance = _mean_covariance(foa, features, DIRECTION_BANDS)
    vectors = np.asarray(covariance_to_intensity(covariance))
    lengths = np.linalg.norm(vectors, axis=0)
    units = vectors / np.where(lengths > 0, lengths, 1)
    found = np.concatenate([units, np.asarray(diffuseness(covariance))[None]])
    return np.ascontiguousarray(found.transpose(1, 0, 2).reshape(found.shape[1], -1), np.float32)


def cepstral_frames(foa: Frames, features: Features) -> Frames:
    """Mel-frequency cepstral coefficients of W, `(frames, 20)`, one frame each 0.1 s.

    The orthonormal DCT-II of levels in dB; see `direction_frames` for the parameters.
    """
    covariance = _mean_covariance(foa, features, features.n_mels)
    levels = np.asarray(covariance_to_log_mel(covariance))[0]
    return np.asarray(dct(levels, norm="ortho", axis=-1)[:, :COEFFICIENTS], np.float32)


#: What frames are described by.
DESCRIPTIONS = {"direction": direction_frames, "MFCC": cepstral_frames}


def _mean_covariance(foa: Frames, features: Features, bands: int) -> NDArray[np.float32]:
    """Covariance of each 0.1 s, `(10, frames, bands)`."""
    rate, hop = features.sample_rate, features.hop
    moments = np.asarray(spatial_covariance(foa, rate, features.n_fft, hop, bands))
    together = max(1, round(FRAME_SECONDS * rate / hop))
    count = max(1, moments.shape[1] // together)
    whole = moments[:, : count * together]
    return whole.reshape(len(moments), count, -1, bands).mean(2)


class MixtureBank:
    """A mixture of Gaussians for each class, of standardised frames."""

    def __init__(self, frames: Mapping[str, Sequence[Frames]], seed: int) -> None:
        """Fit the mixtures to the segments `(frames, features)` of each class."""
        self._scaler = StandardScaler()
        joined = {name: np.concatenate(list(parts)) for name, parts in frames.items()}
        for values in joined.values():
            self._scaler.partial_fit(values)
        self._mixtures: dict[str, GaussianMixture] = {}
        # The start of a mixture sums over threads: other bytes on other machines.
        with threadpool_limits(1):
            for name, values in joined.items():
                components = min(COMPONENTS, len(values))
                mixture = GaussianMixture(components, covariance_type="diag", random_state=seed)
                scaled = self._scaler.transform(values).astype(float)
                self._mixtures[name] = mixture.fit(scaled)

    def classify(self, frames: Frames) -> str:
        """Return the class of a segment `(frames, features)`."""
        scaled = self._scaler.transform(frames).astype(float)
        scores = {name: mixture.score(scaled) for name, mixture in self._mixtures.items()}
        return max(scores, key=lambda name: scores[name])
