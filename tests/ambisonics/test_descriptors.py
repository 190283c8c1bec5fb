"""Measures of sound fields against values that follow from theory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt

from foa360 import ambisonics
from foa360.ambisonics import descriptors

RATE = 24000
ANGLE = st.floats(-np.pi, np.pi)


def noise(count: int, length: int = RATE) -> np.ndarray:
    return np.random.default_rng(count).standard_normal((count, length))


def diffuse(seconds: int = 4) -> np.ndarray:
    """Uncorrelated waves from directions spread evenly over the sphere (a Fibonacci spiral)."""
    count = 64
    z = 1 - 2 * (np.arange(count) + 0.5) / count
    azimuth = np.pi * (1 + 5**0.5) * np.arange(count)
    gains = ambisonics.encode(azimuth, np.arcsin(z))
    gains = gains if gains.shape[0] == 4 else gains.T
    return gains @ noise(count, seconds * RATE)


def test_a_diffuse_field_has_ratio_one_and_no_direction():
    cov = descriptors.channel_covariance(diffuse())
    assert descriptors.covariance_to_energy_ratio(cov) == pytest.approx(1, abs=0.03)
    assert np.diag(cov)[1:] / cov[0, 0] == pytest.approx([1 / 3] * 3, abs=0.03)
    assert descriptors.dominant_direction(cov).diffuseness > 0.95
    assert descriptors.w_coherence(cov) < 0.02
    assert descriptors.effective_rank(cov) > 3.4


@given(azimuth=ANGLE, elevation=st.floats(-1.5, 1.5))
def test_a_plane_wave_has_its_direction_and_no_diffuseness(azimuth, elevation):
    x = ambisonics.encode(azimuth, elevation)[:, None] * noise(1, 500)
    cov = descriptors.channel_covariance(x)
    found = descriptors.dominant_direction(cov)
    assert descriptors.covariance_to_energy_ratio(cov) == pytest.approx(1)
    assert np.cos(found.azimuth - azimuth) == pytest.approx(1)
    assert found.elevation == pytest.approx(elevation)
    assert found.diffuseness == pytest.approx(0, abs=1e-9)


@given(st.lists(st.tuples(ANGLE, st.floats(-1.5, 1.5)), min_size=1, max_size=5), st.data())
def test_no_rotation_changes_ratio_rank_or_diffuseness(directions, data):
    angles = [data.draw(ANGLE) for _ in range(3)]
    signals = noise(len(directions), 400)
    x = sum(ambisonics.encode(*d)[:, None] * s for d, s in zip(directions, signals, strict=True))
    rotated = ambisonics.rotate(x, ambisonics.rotation(*angles))
    before, after = descriptors.channel_covariance(x), descriptors.channel_covariance(rotated)
    for measure in (
        descriptors.covariance_to_energy_ratio,
        descriptors.effective_rank,
        descriptors.w_coherence,
    ):
        assert measure(after) == pytest.approx(measure(before), rel=1e-5, abs=1e-6)
    expected = descriptors.dominant_direction(before).diffuseness
    assert descriptors.dominant_direction(after).diffuseness == pytest.approx(expected, abs=1e-6)


def test_coherent_waves_pass_only_within_37_degrees():
    def ratio(apart: float) -> float:
        gains = ambisonics.encode(apart / 2, 0) + ambisonics.encode(-apart / 2, 0)
        return descriptors.covariance_to_energy_ratio(
            descriptors.channel_covariance(gains[:, None] * noise(1))
        )

    assert ratio(np.radians(36)) > 0.9 > ratio(np.radians(38))


def test_aac_51_read_as_it_comes():
    x = diffuse()[[3, 1, 0, 2]]
    cov = descriptors.channel_covariance(x)
    assert descriptors.covariance_to_energy_ratio(cov) == pytest.approx(5, abs=0.2), (
        "W is three times a dipole"
    )


def test_scaling_changes_levels_only():
    x = diffuse(1)
    assert descriptors.energy_ratio(1e-3 * x, RATE) == pytest.approx(
        descriptors.energy_ratio(x, RATE)
    )
    assert descriptors.rms_dbfs(1e-3 * x) == pytest.approx(descriptors.rms_dbfs(x) - 60)


@pytest.mark.parametrize("length", [0, 1, 50])
def test_short_signals_are_measured_without_an_error(length):
    x = noise(4, max(length, 1))[:, :length]
    cov = descriptors.channel_covariance(x)
    assert np.isfinite(cov).all()
    assert descriptors.tile_covariance(descriptors.block_spectra(x, RATE))[0].shape == (0, 21, 4, 4)
    assert descriptors.silent_share(x, RATE, -60) == 1
    assert np.isfinite([descriptors.effective_rank(cov), descriptors.w_coherence(cov)]).all()
    assert descriptors.dominant_direction(cov).diffuseness <= 1


def test_tiles_hold_the_energy_below_the_cutoff():
    t = np.arange(RATE) / RATE
    low, high = np.sin(2 * np.pi * 1000 * t), np.sin(2 * np.pi * 9000 * t)
    cov, hz = descriptors.tile_covariance(
        descriptors.block_spectra(np.stack([low, high, 0 * t, low]), RATE)
    )
    tiles = cov.sum((0, 1))
    assert hz.max() < 4000
    assert tiles[1, 1] < 1e-6 * tiles[0, 0]
    assert tiles[0, 3] == pytest.approx(tiles[0, 0])


def test_the_spectral_low_pass_is_the_filter():
    """Against a Butterworth filter in time."""
    x = noise(4, 5 * RATE) * np.array([[1], [2], [0.5], [1]]) + 0.3
    sos = butter(8, 4000, fs=RATE, output="sos")
    plain = sosfilt(sos, x - x.mean(-1, keepdims=True))
    ours = descriptors.low_passed_covariance(descriptors.block_spectra(x, RATE))
    assert np.diag(ours) == pytest.approx(np.diag(descriptors.channel_covariance(plain)), rel=0.01)
    assert np.diag(
        descriptors.low_passed_covariance(descriptors.block_spectra(x, RATE), 20000)
    ) == (pytest.approx(x.var(-1), rel=0.01))


def test_octaves_hold_the_energy_of_their_frequencies():
    t = np.arange(2 * RATE) / RATE
    tone = np.sin(2 * np.pi * 1000 * t)
    energies = descriptors.octave_energies(descriptors.block_spectra(np.stack([tone, tone]), RATE))
    assert energies[0].argmax() == 4  # 63 125 250 500 1000
    assert descriptors.octave_ratios(energies)[4] == pytest.approx(1)
    assert np.isnan(descriptors.octave_ratios(0 * energies)).all()


def test_correlations_are_those_of_the_pairs():
    x = noise(4, RATE)
    x[3] = -x[0]
    found = descriptors.channel_correlations(descriptors.channel_covariance(x))
    assert found[2] == pytest.approx(-1)
    assert abs(found[[0, 1, 3]]).max() < 0.05
