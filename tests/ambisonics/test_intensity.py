"""Intensity vectors and diffuseness against analytic values."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.sound_fields import RATE, diffuse_field, plane_wave

from foa360 import ambisonics
from foa360.ambisonics.mel import mel_filters


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (90, 0), (0, 90), (-130, 35)])
def test_intensity_of_a_plane_wave_points_to_it_with_length_one(azimuth, elevation):
    a, e = np.radians([azimuth, elevation])
    vector = ambisonics.intensity_vector(plane_wave(a, e), RATE)
    expected = [np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)]
    np.testing.assert_allclose(vector.mean((1, 2)), expected, atol=1e-5)
    assert (
        ambisonics.diffuseness(ambisonics.spatial_covariance(plane_wave(a, e), RATE)).max() < 1e-4
    )


def test_a_diffuse_field_has_little_intensity_when_averaged():
    s = ambisonics.spatial_covariance(diffuse_field(), RATE)
    total = s.sum(-2, keepdims=True)
    assert np.linalg.norm(ambisonics.covariance_to_intensity(total), axis=0).mean() < 0.1
    assert ambisonics.diffuseness(total).min() > 0.7


def test_intensity_is_never_above_one_and_silence_is_zero():
    x = np.random.default_rng(2).standard_normal((4, RATE)).astype(np.float32)
    assert np.linalg.norm(ambisonics.intensity_vector(x, RATE), axis=0).max() <= 1 + 1e-5
    silent = np.zeros((4, 5000), np.float32)
    assert not ambisonics.intensity_vector(silent, RATE).any()
    np.testing.assert_allclose(ambisonics.log_mel(silent, RATE), -100, atol=1e-4)


@pytest.mark.parametrize(("gap", "norm"), [(60, 0.8660), (90, 0.7071), (120, 0.5), (180, 0)])
def test_intensity_of_two_equal_sources_points_between_them(gap, norm):
    first, second = np.random.default_rng(5).standard_normal((2, 10 * RATE))
    x = ambisonics.encode(0, 0)[:, None] * first
    x = x + ambisonics.encode(np.radians(gap), 0)[:, None] * second
    s = ambisonics.spatial_covariance(x, RATE, hop=512).mean((1, 2), keepdims=True)
    front, left, up = ambisonics.covariance_to_intensity(s)[:, 0, 0]
    assert np.hypot(front, left) == pytest.approx(norm, abs=0.02)
    assert up == 0
    if norm:
        assert np.degrees(np.arctan2(left, front)) == pytest.approx(gap / 2, abs=2)


@given(st.floats(-np.pi, np.pi), st.floats(-1.5, 1.5), st.floats(0, 2), st.integers(0, 99))
def test_intensity_never_exceeds_one(azimuth, elevation, level, seed):
    noise = np.random.default_rng(seed).standard_normal((4, 2000))
    x = plane_wave(azimuth, elevation)[:, :2000] + np.float32(level) * noise
    vector = ambisonics.intensity_vector(x, RATE, n_mels=20)
    assert np.linalg.norm(vector, axis=0).max() <= 1 + 1e-5


def test_intensity_per_bin_is_the_weighted_mean_over_the_bins_of_a_band():
    random = np.random.default_rng(3)
    x = random.normal(size=(4, 4800))
    # By NumPy in double precision.
    padded = np.pad(x, ((0, 0), (256, 256)))
    window = np.hanning(513)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(padded, 512, -1)[:, ::240] * window
    spectra = np.fft.rfft(frames)
    energy = 0.5 * (np.abs(spectra) ** 2).sum(0)
    vectors = (spectra[0].conj() * spectra[[3, 1, 2]]).real / energy
    filters = mel_filters(24000, 512, 32)
    expected = vectors @ filters.T / filters.sum(1)
    found = ambisonics.intensity_vector(x, 24000, 512, 240, 32, per="bin")
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert (np.linalg.norm(found, axis=0) <= 1 + 1e-6).all()
    silent = ambisonics.intensity_vector(np.zeros((4, 4800)), 24000, 512, 240, 32, per="bin")
    assert (silent == 0).all()
    tensor = ambisonics.intensity_vector(torch.from_numpy(x), 24000, 512, 240, 32, per="bin")
    np.testing.assert_allclose(tensor, found, atol=1e-4)


def test_vectors_rotate_as_the_sound_field_does():
    x = np.random.default_rng(1).normal(size=(4, 4800))
    matrix = ambisonics.look_at(0.7, -0.4)
    for per in ("band", "bin"):
        original = ambisonics.intensity_vector(x, 24000, 512, 240, 32, per=per)
        rotated = ambisonics.intensity_vector(
            ambisonics.rotate(x, matrix), 24000, 512, 240, 32, per=per
        )
        np.testing.assert_allclose(ambisonics.rotate_vectors(original, matrix), rotated, atol=1e-4)
