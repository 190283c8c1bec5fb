"""Covariances in float16: error bounds, nulls, and levels from silence to full scale."""

import numpy as np
import pytest
from support.sound_fields import NOISE, RATE, diffuse_field, plane_wave, two_sources

from foa360 import ambisonics
from foa360.shards.packing import pack_covariance, unpack_covariance


def test_packing_for_storage_keeps_its_error_bounds():
    s = ambisonics.spatial_covariance(diffuse_field(1) * np.float32(0.01), RATE)
    back = unpack_covariance(pack_covariance(s))
    trace = s[ambisonics.DIAGONAL].sum(0)
    unpacked_trace = back[ambisonics.DIAGONAL].sum(0)
    assert np.abs(10 * np.log10(unpacked_trace / trace)).max() < 0.05
    assert np.abs(back / unpacked_trace - s / trace).max() < 1e-3
    silence = np.zeros((10, 3, 4), np.float32)
    assert not unpack_covariance(pack_covariance(silence)).any()


@pytest.mark.parametrize(
    "x",
    [
        two_sources(),
        plane_wave(0.5, 0.2),
        plane_wave(0.5, 0),
        diffuse_field(0.5),
        np.stack([NOISE] * 4),
        1e-4 * plane_wave(2, 1),
    ],
    ids=["scene", "plane wave", "horizontal", "diffuse", "four times mono", "quiet"],
)
def test_nulls_survive_packing(x):
    """A beam away from a plane wave, a dipole across it: 0.05 dB, plus 1e-5 of the trace."""
    s = ambisonics.spatial_covariance(x, RATE)
    back = unpack_covariance(pack_covariance(s))
    random = np.random.default_rng(0)
    weights = np.concatenate(
        [
            ambisonics.beam_weights(random.uniform(-3, 3, 20), random.uniform(-1, 1, 20)),
            ambisonics.beam_weights([0.5 - np.pi], [-0.2]),
            [[0, np.cos(0.5), 0, -np.sin(0.5)]],
        ]
    )
    expected, found = (ambisonics.covariance_to_beam(c.astype(float), weights) for c in (s, back))
    excess = np.abs(found - expected) - (10**0.005 - 1) * np.abs(expected)
    trace = s[ambisonics.DIAGONAL].sum(0)
    loud = trace > 1e3 * ambisonics.POWER_FLOOR
    assert loud.mean() > 0.9
    assert (excess / np.maximum(trace, ambisonics.POWER_FLOOR))[:, loud].max() < 1e-5
    assert np.linalg.norm(ambisonics.covariance_to_intensity(back), axis=0).max() <= 1 + 1e-5


def test_a_stored_covariance_is_negative_in_no_direction():
    s = ambisonics.spatial_covariance(two_sources(), RATE)
    back = unpack_covariance(pack_covariance(s))
    full = np.empty((*back.shape[1:], 4, 4))
    for position, (i, j) in enumerate(ambisonics.PAIRS):
        full[..., i, j] = full[..., j, i] = back[position]
    values = np.linalg.eigvalsh(full)
    assert (values[..., 0] >= -2e-6 * values[..., 3]).all()


@pytest.mark.parametrize("level", [1e-12, 1e-3, 1.0, 30.0])
def test_packing_neither_overflows_nor_underflows(level):
    s = ambisonics.spatial_covariance(np.float32(level) * two_sources(), RATE)
    packed = pack_covariance(s)
    assert packed.dtype == np.float16
    assert np.isfinite(packed).all()
    back = unpack_covariance(packed)
    if level < 1e-6:
        assert (back == 0).all()
    else:
        np.testing.assert_allclose(
            ambisonics.decibels(back[0]), ambisonics.decibels(s[0]), atol=0.05
        )
