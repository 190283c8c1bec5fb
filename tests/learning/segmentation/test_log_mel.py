"""Front end of VGGish."""

import librosa
import numpy as np
import pytest

from foa360.learning.segmentation.log_mel import log_mel, patches

NOISE = np.random.default_rng(0).standard_normal(80000).astype(np.float32) / 10


def test_five_seconds_have_498_frames_of_64_bands_and_five_patches():
    frames = log_mel(NOISE)
    assert frames.shape == (498, 64)
    assert patches(frames, 5, "patches").shape == (5, 96, 64)


def test_frames_equal_those_of_librosa_but_for_the_form_of_triangles():
    """librosa's triangles are linear in Hz, those of VGGish in mel: alike, not equal."""
    spectrum = np.abs(librosa.stft(NOISE, n_fft=400, hop_length=160, window="hann", center=False))
    assert spectrum.shape[1] == 498
    power = librosa.stft(
        np.pad(NOISE, (56, 56)), n_fft=512, win_length=400, hop_length=160, center=False
    )
    weights = librosa.filters.mel(
        sr=16000, n_fft=512, n_mels=64, fmin=125, fmax=7500, htk=True, norm=None
    )
    reference = np.log(weights @ np.abs(power) + 0.01).T
    found = log_mel(NOISE)
    assert np.abs(found - reference[: len(found)]).mean() < 0.05
    assert np.corrcoef(found.ravel(), reference[: len(found)].ravel())[0, 1] > 0.98


def test_silence_is_the_logarithm_of_the_offset():
    assert log_mel(np.zeros(400, np.float32)) == pytest.approx(np.log(0.01))


def test_a_tone_is_loudest_in_the_band_of_its_pitch():
    time = np.arange(16000) / 16000
    edges = np.linspace(1127 * np.log1p(125 / 700), 1127 * np.log1p(7500 / 700), 66)
    for band in (5, 30, 60):
        hertz = 700 * np.expm1(edges[band + 1] / 1127)
        frames = log_mel(np.sin(2 * np.pi * hertz * time).astype(np.float32))
        assert np.all(frames.argmax(1) == band)


def test_patches_follow_each_other_or_end_at_their_video_frames():
    frames = np.repeat(np.arange(498, dtype=np.float32)[:, None], 64, 1)
    ends = {kind: patches(frames, 5, kind)[:, -1, 0] + 1 for kind in ("patches", "seconds")}
    assert ends["patches"].tolist() == [96, 192, 288, 384, 480]
    assert ends["seconds"].tolist() == [100, 200, 300, 400, 498]
