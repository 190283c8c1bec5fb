"""Directions of audio and their peaks."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile
from support.clips import curated_clip

from foa360.ambisonics import encode
from foa360.ambisonics.descriptors import block_spectra
from foa360.sphere import angular_distance, to_direction
from foa360.stages.viewpoints.audio_directions import (
    CELLS,
    audio_directions,
    audio_peaks,
    read_audio_directions,
)


def test_two_sources_are_two_peaks():
    random = np.random.default_rng(0)
    gates = np.repeat(random.integers(0, 2, 40), 12000)
    sources = [(np.radians(60), np.radians(20)), (np.radians(-150), 0.0)]
    x = sum(
        encode(*source)[:, None] * (random.normal(size=480000) * gate)
        for source, gate in zip(sources, (gates, 1 - gates), strict=True)
    )
    directions = audio_directions(block_spectra(x.astype(np.float32), 48000), 10)
    found = audio_peaks(directions, 4, np.radians(36))
    assert len(found) == 2
    for peak in found:
        distances = [angular_distance(peak.azimuth, peak.elevation, *source) for source in sources]
        assert min(distances) < np.radians(8)
        assert 0.3 < peak.share < 0.7


def test_diffuse_noise_and_silence_have_no_peak():
    random = np.random.default_rng(0)
    x = random.normal(size=(4, 240000)) * np.array([1, *[3**-0.5] * 3])[:, None]
    diffuse = audio_directions(block_spectra(x, 24000), 10)
    assert audio_peaks(diffuse, 4, 0.6) == []
    silent = audio_directions(block_spectra(np.zeros((4, 240000)), 24000), 10)
    assert silent.sum() == 0
    assert audio_peaks(silent, 4, 0.6) == []


@pytest.fixture
def recording(tmp_path) -> str:
    """Four seconds of noise: from the left, then from behind; in the order W, X, Y, Z."""
    random = np.random.default_rng(0)
    wave = random.normal(size=(2, 96000)) * 0.05
    left = encode(np.pi / 2, 0.0)[:, None] * wave[0]
    behind = encode(np.pi, 0.0)[:, None] * wave[1]
    foa = np.concatenate([left, behind], axis=1)
    path = tmp_path / "recording.wav"
    soundfile.write(path, foa[[0, 3, 1, 2]].T, 48000, subtype="FLOAT")
    return str(path)


def test_the_audio_of_a_file_is_counted_in_intervals(recording):
    planes = [0, 2, 3, 1]
    clips = [
        curated_clip("v", 0.0, 4.0, planes=planes),
        curated_clip("v", 2.0, 2.0, planes=planes),
    ]
    both, second = read_audio_directions(recording, clips, 1.0)
    assert both.shape == (4, len(CELLS))
    assert second.shape == (2, len(CELLS))
    azimuths = np.degrees(to_direction(both @ CELLS)[0])
    assert azimuths[:2] == pytest.approx([90, 90], abs=8)
    assert np.abs(azimuths[2:]) == pytest.approx([180, 180], abs=8)


def test_audio_with_too_few_channels_has_no_directions(recording):
    clip = curated_clip("v", 0.0, 4.0, planes=[0, 1, 2, 7])
    assert list(read_audio_directions(recording, [clip], 1.0)) == [None]


def test_a_kept_clip_without_planes_is_an_error(recording):
    clip = replace(curated_clip("v", 0.0, 4.0), planes=None)
    with pytest.raises(ValueError, match="v_0"):
        list(read_audio_directions(recording, [clip], 1.0))
