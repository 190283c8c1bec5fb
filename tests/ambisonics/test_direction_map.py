"""Directions of audio over time, for every candidate convention."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foa360.ambisonics import encode
from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.descriptors import block_spectra, tile_covariance
from foa360.ambisonics.direction_map import (
    CANDIDATES,
    CELLS,
    MIN_TILE_ENERGY,
    candidate_index,
    direction_map,
    interval_count,
)
from foa360.ambisonics.evidence import BAND_EDGES_HZ
from foa360.sphere import to_direction

RATE = 48000


def scene(seed: int, seconds: float = 2.0) -> Floats:
    """Three noises that come and go, and a diffuse rest; W, Y, Z, X, SN3D."""
    random = np.random.default_rng(seed)
    count = round(seconds * RATE)
    x = 0.01 * random.normal(size=(4, count))
    for _ in range(3):
        gate = np.repeat(random.random(8), count // 8)
        direction = encode(random.uniform(-np.pi, np.pi), random.uniform(-1, 1))
        x += 0.1 * direction[:, None] * random.normal(size=count) * gate
    return x


def slow_map(x: Floats, rate: float, intervals: int) -> Floats:
    """Directional audio of W, Y, Z, X, tile by tile."""
    cov, _ = tile_covariance(block_spectra(x, rate))
    found = np.zeros((intervals, len(CELLS)))
    for time, bands in enumerate(cov):
        for tile in bands:
            intensity = tile[0, [3, 1, 2]]
            energy = 0.5 * np.trace(tile)
            if energy > MIN_TILE_ENERGY:
                directivity = min(np.linalg.norm(intensity) / energy, 1)
                cell = int((CELLS @ intensity).argmax())
                found[time * intervals // len(cov), cell] += np.sqrt(energy) * directivity**2
    return found


@pytest.mark.parametrize("rate", [RATE, 44100])
@pytest.mark.parametrize("number", range(len(CANDIDATES)))
def test_a_candidate_has_the_map_of_the_converted_audio(number, rate):
    x = scene(number)
    planes, gains = CANDIDATES[number]
    tiles = tile_covariance(block_spectra(x, rate), BAND_EDGES_HZ[-1])
    found = direction_map(*tiles, 3)[number]
    converted = x[list(planes)] * np.array(gains)[:, None]
    expected = slow_map(converted, rate, 3)
    # A direction on the border of two cells may fall into either.
    assert np.abs(found - expected).sum() < 1e-3 * expected.sum()


def test_a_source_is_found_where_it_is_in_each_interval():
    noise = np.random.default_rng(0).normal(size=(2, RATE))
    left, behind = encode(np.pi / 2, 0.0), encode(np.pi, 0.0)
    x = np.concatenate([left[:, None] * noise[0], behind[:, None] * noise[1]], axis=1)
    in_wxyz = x[[0, 3, 1, 2]].astype(np.float32)
    maps = direction_map(*tile_covariance(block_spectra(in_wxyz, RATE)), 2)
    found = maps[candidate_index([0, 2, 3, 1], [1, 1, 1, 1])]
    azimuths = np.degrees(to_direction(found @ CELLS)[0])
    assert azimuths[0] == pytest.approx(90, abs=8)
    assert abs(azimuths[1]) == pytest.approx(180, abs=8)


@settings(max_examples=20, deadline=None)
@given(scale=st.floats(1e-3, 1e3), intervals=st.integers(1, 30))
def test_maps_grow_with_the_amplitude_and_add_up_over_intervals(scale, intervals):
    cov, hz = tile_covariance(block_spectra(scene(0, 1.0), RATE))
    whole = direction_map(cov, hz, 1)
    parts = direction_map(scale**2 * cov, hz, intervals)
    assert parts.shape == (len(CANDIDATES), intervals, len(CELLS))
    np.testing.assert_allclose(parts.sum(1), scale * whole[:, 0], rtol=1e-3, atol=scale * 1e-3)


def test_no_audio_has_an_empty_map():
    empty = tile_covariance(block_spectra(np.zeros((4, 100)), RATE))
    assert direction_map(*empty, 2).sum() == 0


def test_conversions_that_are_no_candidate_are_an_error():
    for number, (planes, gains) in enumerate(CANDIDATES):
        assert candidate_index(planes, gains) == number
    with pytest.raises(ValueError, match="no candidate"):
        candidate_index([3, 2, 1, 0], [1, 1, 1, 1])


def test_a_clip_has_at_least_one_interval():
    assert [interval_count(d, 1.0) for d in (0.2, 1.4, 10.0)] == [1, 1, 10]
