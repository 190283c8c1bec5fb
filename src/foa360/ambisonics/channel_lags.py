"""Lags of the other channels behind the first, by generalized cross-correlation.

The components of a sound field are in time with each other. Channels of two recorders, or of one
whose channels were exported with different delays, are not, and then all directions are wrong.
"""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.descriptors import SMALLEST_ENERGY

#: Lowest sampling rate at which channels are compared, Hz: a lag is found to a tenth of a sample.
LAG_RATE_HZ = 8000
#: Length of the windows, s, before rounding to a power of two. Lags up to its half are found.
LAG_WINDOW_S = 1.0
#: Frequencies below this are left out: rumble and noise of microphones are there, Hz.
LOWEST_LAG_HZ = 100


class ChannelLags(NamedTuple):
    """Lags of the second to fourth channel behind the first.

    seconds : (3,), lag of the highest peak of the correlation.
    peak : (3,), that peak over the median of the correlation, as power; 0 for a silent channel.
    in_time : (3,), the highest value within half a millisecond, over the peak: 0 to 1.
    """

    seconds: Floats
    peak: Floats
    in_time: Floats


def channel_lags(x: NDArray[np.floating], sample_rate: float) -> ChannelLags:
    """Measure the lags of channels `(4, n)` (Knapp & Carter 1976, phase transform).

    The squares of the correlations in windows are added, so that a source may change its direction,
    and with it the sign of a channel, from window to window.
    """
    step = max(1, int(sample_rate // LAG_RATE_HZ))
    rate = sample_rate / step
    decimated = _decimated(x, step)
    size = int(2 ** np.round(np.log2(rate * LAG_WINDOW_S)))
    count = max(decimated.shape[1] // size, 1)
    if decimated.shape[1] < size:
        decimated = np.pad(decimated, [(0, 0), (0, size - decimated.shape[1])])
    spectra = scipy.fft.rfft(decimated[:, : count * size].reshape(len(x), count, size), axis=-1)
    spectra[..., : int(np.ceil(LOWEST_LAG_HZ * size / rate))] = 0
    power = np.square(spectra.real) + np.square(spectra.imag)
    spectra /= np.sqrt(np.maximum(power, SMALLEST_ENERGY))
    correlation = scipy.fft.irfft(spectra[0].conj() * spectra[1:], size, axis=-1)
    summed = np.asarray(np.square(correlation).sum(1), float)
    return _peaks(summed, rate)


def _decimated(x: NDArray[np.floating], step: int) -> NDArray[np.float32]:
    """Sum `step` successive samples; aliases are the same in all channels."""
    end = x.shape[1] // step * step
    out = np.array(x[:, :end:step], np.float32)
    for first in range(1, step):
        out += x[:, first:end:step]
    return out


def _peaks(power: Floats, rate: float) -> ChannelLags:
    """Peaks of squared correlations `(3, size)`, index 0 for no lag."""
    size = power.shape[1]
    rows = np.arange(len(power))
    top = power.argmax(1)
    before, at, after = power[rows, top - 1], power[rows, top], power[rows, (top + 1) % size]
    # Vertex of the parabola through the peak and its neighbours.
    curvature = before - 2 * at + after
    offset = np.divide(before - after, 2 * curvature, out=np.zeros(len(top)), where=curvature < 0)
    samples = np.where(top < size // 2, top, top - size) + offset
    near = max(1, round(0.0005 * rate))
    around_zero = np.concatenate([power[:, : near + 1], power[:, -near:]], 1).max(1)
    present = at > 0
    median = np.maximum(np.median(power, 1), SMALLEST_ENERGY)
    return ChannelLags(
        seconds=np.where(present, samples / rate, 0.0),
        peak=np.where(present, at / median, 0.0),
        in_time=np.divide(around_zero, at, out=np.ones(len(at)), where=present),
    )
