"""Spatial covariance against its definition, and features from it against those of audio."""

import numpy as np
import pytest
import torch
from support.sound_fields import RATE, diffuse_field, plane_wave, two_sources

from foa360 import ambisonics
from foa360.ambisonics.mel import mel_filters


def test_covariance_is_the_sum_over_the_bins_of_each_band():
    spectra = ambisonics.spectrum(two_sources(), 512, 200).astype(complex)
    filters = mel_filters(RATE, 512, 20)
    found = ambisonics.spatial_covariance(two_sources(), RATE, 512, 200, 20)
    for position, name in enumerate(["WW", "WY", "WZ", "WX", "YY", "YZ", "YX", "ZZ", "ZX", "XX"]):
        i, j = ("WYZX".index(letter) for letter in name)
        expected = (spectra[i] * spectra[j].conj()).real @ filters.T
        np.testing.assert_allclose(found[position], expected, atol=1e-5 * np.abs(expected).max())


def test_features_from_the_covariance_equal_those_of_rotated_audio():
    x = diffuse_field(1) + plane_wave(1.0, 0.3)[:, :RATE]
    s = ambisonics.spatial_covariance(x, RATE)
    matrix = ambisonics.look_at(1.1, -0.4)
    rotated = ambisonics.rotate(x, matrix)
    derived = ambisonics.rotate_covariance(s, matrix)
    direct = ambisonics.spatial_covariance(rotated, RATE)
    np.testing.assert_allclose(derived, direct, atol=2e-4 * np.abs(direct).max())
    np.testing.assert_allclose(
        ambisonics.covariance_to_log_mel(derived), ambisonics.log_mel(rotated, RATE), atol=0.01
    )
    weights = ambisonics.beam_weights(0.5, 0.2, "max_re")
    beam = ambisonics.beamform(x, 0.5, 0.2, "max_re")[None]
    power = ambisonics.decibels(ambisonics.covariance_to_beam(s, weights))
    np.testing.assert_allclose(power, ambisonics.log_mel(beam, RATE)[0], atol=0.05)


def test_several_views_at_once():
    s = ambisonics.spatial_covariance(diffuse_field(0.5), RATE)
    matrices = ambisonics.look_at(np.array([0.1, 2.0]), np.array([0.5, -0.3]))
    both = ambisonics.rotate_covariance(s[None], matrices)
    np.testing.assert_allclose(
        both[1], ambisonics.rotate_covariance(s, matrices[1]), rtol=1e-4, atol=1e-3
    )


def test_tensors_give_the_same_as_arrays_and_carry_gradients():
    x = diffuse_field(0.3)
    t = torch.from_numpy(x).requires_grad_()
    s, st = ambisonics.spatial_covariance(x, RATE), ambisonics.spatial_covariance(t, RATE)
    np.testing.assert_allclose(st.detach().numpy(), s, rtol=1e-3, atol=1e-4 * s.max())
    matrix = ambisonics.look_at(0.4, 0.2)
    for function in (
        ambisonics.covariance_to_log_mel,
        ambisonics.covariance_to_intensity,
        lambda a: ambisonics.rotate_covariance(a, matrix),
    ):
        np.testing.assert_allclose(
            function(st).detach().numpy(),
            function(s),
            rtol=2e-3,
            atol=2e-4 * np.abs(function(s)).max(),
        )
    ambisonics.covariance_to_log_mel(ambisonics.rotate_covariance(st, matrix)).sum().backward()
    assert torch.isfinite(t.grad).all()


def test_clips_shorter_than_a_window_and_wrong_shapes():
    assert ambisonics.log_mel(np.ones((4, 100), np.float32), RATE).shape == (4, 1, 64)
    with pytest.raises(ValueError, match=r"\(\.\.\., 4, n\)"):
        ambisonics.spatial_covariance(np.zeros((100, 3)), RATE)
