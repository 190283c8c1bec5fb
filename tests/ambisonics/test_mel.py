"""Mel filters against librosa's, and the bands that stay empty."""

import librosa
import numpy as np
import pytest

from foa360.ambisonics.mel import empty_filters, hz_to_mel, mel_filters, mel_to_hz

SETTINGS = [
    (24000, 1024, 64),
    (48000, 2048, 128),
    (24000, 512, 40),
    (16000, 512, 40),
    (44100, 1023, 64),
]


@pytest.mark.parametrize(("rate", "n_fft", "n_mels"), SETTINGS)
def test_filters_are_those_of_librosa(rate: int, n_fft: int, n_mels: int) -> None:
    ours = mel_filters(rate, n_fft, n_mels)
    theirs = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=n_mels)
    assert ours.dtype == np.float32
    assert ours.shape == (n_mels, n_fft // 2 + 1)
    assert np.abs(ours - theirs).max() < 1e-7


def test_the_scale_is_linear_below_a_kilohertz_and_logarithmic_above() -> None:
    assert hz_to_mel([0, 200, 1000, 6400]) == pytest.approx([0, 3, 15, 42])
    assert mel_to_hz(hz_to_mel([0, 20, 999, 1001, 24000])) == pytest.approx(
        [0, 20, 999, 1001, 24000]
    )


def test_every_band_has_the_area_of_one() -> None:
    filters = mel_filters(24000, 8192, 32)
    assert filters.sum(1) * 24000 / 8192 == pytest.approx(np.ones(32), rel=2e-3)


@pytest.mark.parametrize(
    ("rate", "n_fft", "n_mels", "empty"),
    [(24000, 1024, 64, 0), (24000, 512, 128, 0), (24000, 512, 160, 5), (48000, 512, 128, 13)],
)
def test_empty_bands_are_found(rate: int, n_fft: int, n_mels: int, empty: int) -> None:
    found = empty_filters(rate, n_fft, n_mels)
    assert len(found) == empty
    assert (mel_filters(rate, n_fft, n_mels)[found] == 0).all()
