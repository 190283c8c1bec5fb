"""Inputs of the audio network, compared with features of rotated audio."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from foa360.ambisonics import (
    beamform,
    encode,
    intensity_vector,
    log_mel,
    look_at,
    rotate,
    rotate_covariance,
    spatial_covariance,
    stereo,
)
from foa360.ambisonics.field import rotation
from foa360.data.inputs import AUDIO_INPUTS, mirrored

RATE = 24000
SETTINGS = {"n_fft": 1024, "hop": 480, "n_mels": 32}
Signal = NDArray[np.float64]


def sound_field(seed: int) -> Signal:
    """Three sources, and a little of everything (4, n)."""
    random = np.random.default_rng(seed)
    directions = random.uniform(-1, 1, (3, 2)) * [np.pi, np.pi / 2]
    sources = random.standard_normal((3, RATE // 2))
    field: Signal = encode(*directions.T).T @ sources
    return field + 0.1 * random.standard_normal(field.shape)


def spectra(x: Signal) -> Signal:
    """Log-mel spectra of every channel."""
    return np.asarray(log_mel(x, RATE, **SETTINGS))


def foa_iv(x: Signal) -> Signal:
    return np.concatenate([spectra(x), intensity_vector(x, RATE, **SETTINGS)])


def stereo_icf(x: Signal) -> Signal:
    left, right = stereo(x)
    level = spectra(np.stack([left, right]))
    # As four channels, of which the covariance has the product of the first two.
    pair = spatial_covariance(np.stack([left, right, left, right]), RATE, **SETTINGS)
    coherence = pair[1] / np.sqrt(pair[0] * pair[4])
    return np.concatenate([level, (level[0] - level[1])[None], coherence[None]])


EXPECTED: dict[str, Callable[[Signal], Signal]] = {
    "mono": lambda x: spectra(x[:1]),
    "foa": spectra,
    "foa_iv": foa_iv,
    "beamform": lambda x: spectra(beamform(x, 0.0, 0.0, "basic")[None]),
    "stereo": lambda x: spectra(np.stack(stereo(x))),
    "stereo_icf": stereo_icf,
}


@pytest.mark.parametrize("name", AUDIO_INPUTS)
def test_inputs_are_the_features_of_rotated_audio(name: str) -> None:
    x = sound_field(1)
    rotation = look_at(0.7, -0.4)
    covariance = rotate_covariance(spatial_covariance(x, RATE, **SETTINGS), rotation)
    found = AUDIO_INPUTS[name].compute(covariance)
    assert len(found) == AUDIO_INPUTS[name].channels
    expected = EXPECTED[name](rotate(x, rotation))
    assert found == pytest.approx(expected, rel=1e-4, abs=2e-3)


@pytest.mark.parametrize("name", AUDIO_INPUTS)
def test_a_mirrored_covariance_is_that_of_the_mirrored_field(name: str) -> None:
    x = sound_field(2)
    covariance = spatial_covariance(x, RATE, **SETTINGS)
    mirrored_x = x * [[1], [-1], [1], [1]]
    found = AUDIO_INPUTS[name].compute(mirrored(covariance))
    expected = AUDIO_INPUTS[name].compute(spatial_covariance(mirrored_x, RATE, **SETTINGS))
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)
    same = np.allclose(found, AUDIO_INPUTS[name].compute(covariance))
    # These cannot tell left from right.
    assert same == (name in ("mono", "foa", "beamform"))


@pytest.mark.parametrize("name", AUDIO_INPUTS)
def test_silence_is_finite(name: str) -> None:
    found = AUDIO_INPUTS[name].compute(np.zeros((2, 10, 5, 8), np.float32))
    assert found.shape == (2, AUDIO_INPUTS[name].channels, 5, 8)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("name", AUDIO_INPUTS)
def test_a_choice_against_mirrored_audio_is_an_exact_tie_without_left_and_right(name: str) -> None:
    """Levels of W, Y, Z and X are the same bytes, so that any network scores both alike."""
    covariance = spatial_covariance(sound_field(3), RATE, **SETTINGS)
    true, false = (AUDIO_INPUTS[name].compute(c) for c in (covariance, mirrored(covariance)))
    assert np.array_equal(true, false) == (name in ("mono", "foa", "beamform"))


@pytest.mark.parametrize("name", AUDIO_INPUTS)
def test_a_scene_that_is_rotated_with_its_viewpoint_sounds_the_same(name: str) -> None:
    x, yaw = sound_field(4), 1.3
    rotated = rotate(x, rotation(yaw, 0.0, 0.0))
    before, after = (
        AUDIO_INPUTS[name].compute(
            rotate_covariance(spatial_covariance(field, RATE, **SETTINGS), look_at(azimuth, 0.3))
        )
        for field, azimuth in ((x, 0.5), (rotated, 0.5 + yaw))
    )
    assert after == pytest.approx(before, rel=1e-4, abs=2e-3)
