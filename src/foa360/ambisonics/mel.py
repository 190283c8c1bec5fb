"""Mel filters: Slaney's scale and area normalisation, as librosa's default."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Below this frequency (Hz) Slaney's scale is linear, above it logarithmic.
BREAK_HZ = 1000.0
LINEAR_STEP = 200 / 3
LOG_STEP = np.log(6.4) / 27


def hz_to_mel(hz: ArrayLike) -> NDArray[np.float64]:
    """Mel (Slaney, Auditory Toolbox, 1998) of frequencies in Hz."""
    hz = np.asarray(hz, float)
    above = BREAK_HZ / LINEAR_STEP + np.log(np.maximum(hz, 1e-9) / BREAK_HZ) / LOG_STEP
    return np.where(hz < BREAK_HZ, hz / LINEAR_STEP, above)


def mel_to_hz(mel: ArrayLike) -> NDArray[np.float64]:
    """Inverse of `hz_to_mel`."""
    mel = np.asarray(mel, float)
    above = BREAK_HZ * np.exp(LOG_STEP * (mel - BREAK_HZ / LINEAR_STEP))
    return np.where(mel < BREAK_HZ / LINEAR_STEP, mel * LINEAR_STEP, above)


def mel_filters(sample_rate: float, n_fft: int, n_mels: int) -> NDArray[np.float32]:
    """Triangular filters `(n_mels, n_fft // 2 + 1)` on power spectra, from 0 to half the rate.

    Each triangle has the area of one band (Slaney's norm): 2 / (width in Hz) at its peak.
    """
    bins = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    edges = mel_to_hz(np.linspace(0, hz_to_mel(sample_rate / 2), n_mels + 2))
    width = np.diff(edges)
    rising = (bins - edges[:-2, None]) / width[:-1, None]
    falling = (edges[2:, None] - bins) / width[1:, None]
    filters = np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return filters.astype(np.float32)


def empty_filters(sample_rate: float, n_fft: int, n_mels: int) -> NDArray[np.intp]:
    """Indices of bands that no bin of the spectrum falls into."""
    return np.flatnonzero(mel_filters(sample_rate, n_fft, n_mels).max(axis=1) == 0)
