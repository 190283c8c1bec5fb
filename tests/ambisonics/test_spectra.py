"""Spectra, log-mel and inter-channel features against analytic values and librosa."""

import librosa
import numpy as np
import pytest
import torch
from support.sound_fields import NOISE, RATE, plane_wave

from foa360 import ambisonics
from foa360.ambisonics.mel import mel_filters


def test_log_mel_is_that_of_librosa():
    x = plane_wave(0.3, 0.1)
    theirs = librosa.feature.melspectrogram(
        y=x, sr=RATE, n_fft=1024, hop_length=240, n_mels=64, pad_mode="constant"
    )
    ours = ambisonics.log_mel(x, RATE)
    np.testing.assert_allclose(
        ours, 10 * np.log10(np.maximum(theirs, 1e-10)).swapaxes(-1, -2), atol=2e-3
    )


def test_frames_are_centred():
    x = np.zeros(4800, np.float32)
    x[2400] = 1
    power = (np.abs(ambisonics.spectrum(x)) ** 2).sum(-1)
    assert power.argmax() == 10
    assert power[9] == pytest.approx(power[11], rel=1e-4)


@pytest.mark.parametrize(
    ("n_fft", "n"), [(1023, 4800), (1023, 4799), (1024, 4800), (64, 63), (64, 0)]
)
def test_there_are_as_many_frames_as_documented(n_fft, n):
    shape = (1 + n // 60, n_fft // 2 + 1)
    assert ambisonics.spectrum(NOISE[:n], n_fft, 60).shape == shape
    assert ambisonics.spectrum(torch.from_numpy(NOISE[:n]), n_fft, 60).shape == shape


@pytest.mark.parametrize("level", [0, 1e-30])
@pytest.mark.parametrize("n", [0, 1, 100, 1024])
def test_silent_and_short_clips_have_values(n, level):
    x = np.full((4, n), level, np.float32)
    np.testing.assert_allclose(ambisonics.log_mel(x, RATE), -100, atol=1e-4)
    assert (ambisonics.intensity_vector(x, RATE) == 0).all()
    assert (ambisonics.diffuseness(ambisonics.spatial_covariance(x, RATE)) == 1).all()


def test_interchannel_level_and_phase():
    stereo = np.stack([2 * NOISE, NOISE])
    level, cosine, sine = ambisonics.interchannel(stereo, RATE)
    np.testing.assert_allclose(level, 20 * np.log10(2), atol=1e-3)
    np.testing.assert_allclose(cosine, 1, atol=1e-4)
    np.testing.assert_allclose(sine, 0, atol=1e-4)
    silent = ambisonics.interchannel(np.zeros((2, 3000), np.float32), RATE)
    assert (silent[0] == 0).all()
    assert (silent[1] == 1).all()


def test_a_delay_rotates_the_phase_between_the_channels():
    t = np.arange(12000) / RATE
    # A quarter of a period of 1 kHz later on the right.
    pair = np.stack([np.cos(2000 * np.pi * t), np.cos(2000 * np.pi * t - np.pi / 2)])
    _, cosine, sine = ambisonics.interchannel(pair, RATE)[:, 5:-5, :]
    band = mel_filters(RATE, 1024, 64)[:, round(1000 * 1024 / RATE)].argmax()
    np.testing.assert_allclose(sine[:, band], 1, atol=1e-3)
    np.testing.assert_allclose(cosine[:, band], 0, atol=1e-3)
