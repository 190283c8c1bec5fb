"""Mel filters: Slaney's scale and area normalisation, as librosa's default."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Slaney's scale (Auditory Toolbox, 1998) is linear below this frequency, logarithmic above it, Hz.
BREAK_HZ = 1000.0
#: Width of a mel below the break, Hz.
LINEAR_STEP_HZ = 200 / 3
#: Natural logarithm of the frequency ratio of a mel above the break.
LOG_STEP = np.log(6.4) / 27


def hz_to_mel(hz: ArrayLike) -> NDArray[np.float64]:
    """Mel of frequencies in Hz."""
    hz = np.asarray(hz, float)
    above = BREAK_HZ / LINEAR_STEP_HZ + np.log(np.maximum(hz, 1e-9) / BREAK_HZ) / LOG_STEP
    return np.where(hz < BREAK_HZ, hz / LINEAR_STEP_HZ, above)


def mel_to_hz(mel: ArrayLike) -> NDArray[np.float64]:
    """Frequencies in Hz of mel values."""
    mel = np.asarray(mel, float)
    above = BREAK_HZ * np.exp(LOG_STEP * (mel - BREAK_HZ / LINEAR_STEP_HZ))
    return np.where(mel < BREAK_HZ / LINEAR_STEP_HZ, mel * LINEAR_STEP_HZ, above)


def mel_filters(sample_rate: float, n_fft: int, n_mels: int) -> NDArray[np.float32]:
    """Triangular filters `(n_mels, n_fft // 2 + 1)` on power spectra, from 0 to half the rate.

    Each triangle has the area of one band (Slaney's norm): 2 / (width in Hz) at its peak.
    """
    bins_hz = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    edges_hz = mel_to_hz(np.linspace(0, hz_to_mel(sample_rate / 2), n_mels + 2))
    width_hz = np.diff(edges_hz)
    rising = (bins_hz - edges_hz[:-2, None]) / width_hz[:-1, None]
    falling = (edges_hz[2:, None] - bins_hz) / width_hz[1:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    peaks = 2 / (edges_hz[2:] - edges_hz[:-2])
    return (triangles * peaks[:, None]).astype(np.float32)


def empty_filters(sample_rate: float, n_fft: int, n_mels: int) -> NDArray[np.intp]:
    """List the indices of the bands that no bin of the spectrum falls into."""
    return np.flatnonzero(mel_filters(sample_rate, n_fft, n_mels).max(axis=1) == 0)
