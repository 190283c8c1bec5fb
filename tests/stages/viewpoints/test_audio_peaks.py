"""Peaks of the directions of audio."""

import numpy as np

from foa360.ambisonics import encode
from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.descriptors import block_spectra, tile_covariance
from foa360.ambisonics.direction_map import direction_map
from foa360.sphere import angular_distance
from foa360.stages.viewpoints.audio_peaks import audio_peaks


def directions_of(x: Floats, rate: int) -> Floats:
    """Directional audio of W, Y, Z, X in ten intervals."""
    return direction_map(*tile_covariance(block_spectra(x, rate)), 10)[0].astype(float)


def test_two_sources_are_two_peaks():
    random = np.random.default_rng(0)
    gates = np.repeat(random.integers(0, 2, 40), 12000)
    sources = [(np.radians(60), np.radians(20)), (np.radians(-150), 0.0)]
    x = sum(
        encode(*source)[:, None] * (random.normal(size=480000) * gate)
        for source, gate in zip(sources, (gates, 1 - gates), strict=True)
    )
    found = audio_peaks(directions_of(x.astype(np.float32), 48000), 4, np.radians(36))
    assert len(found) == 2
    for peak in found:
        distances = [angular_distance(peak.azimuth, peak.elevation, *source) for source in sources]
        assert min(distances) < np.radians(8)
        assert 0.3 < peak.share < 0.7


def test_diffuse_noise_and_silence_have_no_peak():
    random = np.random.default_rng(0)
    x = random.normal(size=(4, 240000)) * np.array([1, *[3**-0.5] * 3])[:, None]
    assert audio_peaks(directions_of(x, 24000), 4, 0.6) == []
    silent = directions_of(np.zeros((4, 240000)), 24000)
    assert silent.sum() == 0
    assert audio_peaks(silent, 4, 0.6) == []
