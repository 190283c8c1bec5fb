"""Front end of VGGish (Hershey et al. 2017): log-mel patches of mono audio."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import get_window

SAMPLE_RATE = 16000
#: Window of 25 ms, hop of 10 ms, samples.
WINDOW, HOP, N_FFT = 400, 160, 512
BANDS, LOWEST_HZ, HIGHEST_HZ = 64, 125.0, 7500.0
#: Added to the mel magnitudes before the logarithm.
OFFSET = 0.01
#: Frames of a patch: 0.96 s.
FRAMES = 96
FRAMES_PER_SECOND = SAMPLE_RATE // HOP


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return log mel magnitudes, `(frames, 64)`, of mono audio `(n,)` at 16 kHz, full scale ±1.

    Frames are whole: 5 s have 498. Magnitudes, not powers, are weighted by triangles that are
    linear in mel (HTK), without normalisation.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    magnitudes = np.abs(np.fft.rfft(frames * get_window("hann", WINDOW), N_FFT))
    return np.log(magnitudes @ _mel_weights() + OFFSET).astype(np.float32)


def patches(frames: NDArray[np.float32], count: int, alignment: str) -> NDArray[np.float32]:
    """Cut log-mel frames into a patch of 0.96 s for each video frame, `(count, 96, 64)`.

    Parameters
    ----------
    frames : (n, 64)
        At least `count` · 96 frames.
    count : int
        Number of video frames; each is the last of its second.
    alignment : {"patches", "seconds"}
        `patches`: one after the other, as published, so that the fifth ends 0.2 s before its
        video frame. `seconds`: each ends at its video frame, or at the end of the audio.
    """
    numbers = np.arange(1, count + 1)
    ends = FRAMES * numbers if alignment == "patches" else FRAMES_PER_SECOND * numbers
    ends = np.minimum(ends, len(frames))
    return np.stack([frames[end - FRAMES : end] for end in ends.tolist()])


@cache
def _mel_weights() -> NDArray[np.float64]:
    """Weights of the bins of the spectrum in each band, `(257, 64)`; none of the constant."""
    edges = np.linspace(_mel(LOWEST_HZ), _mel(HIGHEST_HZ), BANDS + 2)
    bins = _mel(np.linspace(0, SAMPLE_RATE / 2, N_FFT // 2 + 1))[:, None]
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    weights = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    weights = np.maximum(weights, 0)
    weights[0] = 0
    return weights


def _mel(hertz: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1127 * np.log1p(np.asarray(hertz) / 700))
