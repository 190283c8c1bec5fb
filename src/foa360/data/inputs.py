"""Inputs of the audio network, all from the covariance of the audio rotated to a viewpoint."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.covariance import (
    PAIRS,
    covariance_to_beam,
    covariance_to_intensity,
    covariance_to_log_mel,
)
from foa360.ambisonics.field import beam_weights
from foa360.ambisonics.spectra import POWER_FLOOR, decibels

Floats = NDArray[np.floating]

#: ACN of Y, which changes its sign when left and right are exchanged.
Y = 1
WW, YY = PAIRS.index((0, 0)), PAIRS.index((Y, Y))
MIRROR_SIGNS = np.array([(-1.0) ** (pair.count(Y)) for pair in PAIRS], np.float32)[:, None, None]
#: Virtual microphones at 90° to the left and to the right.
LEFT, RIGHT = (beam_weights(azimuth, 0.0, "cardioid") for azimuth in (np.pi / 2, -np.pi / 2))


class FeatureStatistics(NamedTuple):
    """Mean and standard deviation of each group of channels, `(groups, bands)` each."""

    mean: NDArray[np.float32]
    std: NDArray[np.float32]

    def standardise(
        self, audio: NDArray[np.floating], groups: Sequence[int]
    ) -> NDArray[np.floating]:
        """Standardise features `(..., channels, frames, bands)`, whose channels are of `groups`."""
        rows = list(groups)
        return (audio - self.mean[rows][:, None, :]) / self.std[rows][:, None, :]


@dataclass(frozen=True, kw_only=True)
class AudioInput:
    """An input: how its channels are computed, and how they are standardised.

    compute : (..., 10, frames, bands) covariance, viewpoint in front → (..., channels, frames,
        bands).
    groups : statistics that each channel is standardised with: channels of one group share theirs.
    centred : of each group, whether the mean is subtracted. It is not where zero has a meaning that
        must be kept: no direction, or no difference.
    levels : number of the first channels that are log-mel spectra.
    """

    compute: Callable[[Floats], Floats]
    groups: tuple[int, ...]
    centred: tuple[bool, ...]
    levels: int

    @property
    def channels(self) -> int:
        """Number of channels."""
        return len(self.groups)


def mirrored(covariance: Floats) -> Floats:
    """Exchange left and right in a covariance `(..., 10, frames, bands)`."""
    return covariance * MIRROR_SIGNS


def _mono(covariance: Floats) -> Floats:
    """W, which has no direction."""
    return covariance_to_log_mel(covariance)[..., :1, :, :]


def _foa_with_intensity(covariance: Floats) -> Floats:
    log_mel, intensity = covariance_to_log_mel(covariance), covariance_to_intensity(covariance)
    return np.concatenate([log_mel, intensity], -3)


def _beam(covariance: Floats) -> Floats:
    """Beam to the viewpoint, `uᵀx` (Wang et al. 2022)."""
    weights = beam_weights(0.0, 0.0, "basic")
    return decibels(covariance_to_beam(covariance, weights))[..., None, :, :]


def _cardioids(covariance: Floats) -> tuple[Floats, Floats]:
    """Power of two cardioids, to the left and to the right of the viewpoint."""
    return covariance_to_beam(covariance, LEFT), covariance_to_beam(covariance, RIGHT)


def _stereo(covariance: Floats) -> Floats:
    return decibels(np.stack(_cardioids(covariance), -3))


def _stereo_with_differences(covariance: Floats) -> Floats:
    """Stereo, its level difference in dB, and its coherence.

    The microphones coincide: their phase difference is 0 or π, so that the coherence, which is
    real, has all that it tells.
    """
    left, right = _cardioids(covariance)
    # Re(L R*) = (W W - Y Y) / 4, from |L + R|² - |L - R|².
    cross = (
        covariance[..., PAIRS.index((0, 0)), :, :] - covariance[..., PAIRS.index((Y, Y)), :, :]
    ) / 4
    level = decibels(np.stack([left, right], -3))
    difference = level[..., 0, :, :] - level[..., 1, :, :]
    coherence = cross / np.sqrt(np.maximum(left * right, POWER_FLOOR**2))
    return np.concatenate([level, difference[..., None, :, :], coherence[..., None, :, :]], -3)


#: By the name that configurations use. Statistics of W and of the dipoles are apart; the dipoles
#: share theirs, and the components of the intensity too, so that they hold for any rotation.
AUDIO_INPUTS: dict[str, AudioInput] = {
    "mono": AudioInput(compute=_mono, groups=(0,), centred=(True,), levels=1),
    "foa": AudioInput(
        compute=covariance_to_log_mel, groups=(0, 1, 1, 1), centred=(True, True), levels=4
    ),
    "foa_iv": AudioInput(
        compute=_foa_with_intensity,
        groups=(0, 1, 1, 1, 2, 2, 2),
        centred=(True, True, False),
        levels=4,
    ),
    "beamform": AudioInput(compute=_beam, groups=(0,), centred=(True,), levels=1),
    "stereo": AudioInput(compute=_stereo, groups=(0, 0), centred=(True,), levels=2),
    "stereo_icf": AudioInput(
        compute=_stereo_with_differences,
        groups=(0, 0, 1, 2),
        centred=(True, False, True),
        levels=2,
    ),
}
