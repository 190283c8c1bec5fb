"""Relation of an audio file to the audio of the video that it is given for: lag, take, order."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.optimize import linear_sum_assignment
from scipy.signal import resample_poly

from foa360.media.audio import Samples, clip_audio
from foa360.media.order import PlaneOrder

#: Longest span that is compared, s.
MAX_SPAN_S = 20.0
#: Sampling rate at which both are compared, Hz.
PAIR_RATE_HZ = 8000
#: Highest over median correlation above which both hold one recording. Noise has at most 8.
MIN_PEAK = 15.0
#: Frequencies below this are left out: rumble, Hz.
LOWEST_HZ = 100
SMALLEST_POWER = 1e-20
#: Mean square above which both have a signal that can be compared: -60 dB re full scale.
MIN_POWER = 1e-6
#: Sum of the four correlations by which another assignment of channels must be better.
MIN_GAIN = 0.5
#: Correlation below which a channel has the other sign.
INVERTED = -0.5

Relation = Literal["same", "other_take", "other_order"]


class PairLag(NamedTuple):
    """How an audio file relates to the video's own audio.

    seconds : lag of the audio file, s; None if both have no common signal.
    relation : None where they cannot be compared; `other_take` if both have a signal, but none in
        common; `other_order` if the channels have another order or sign.
    """

    seconds: float | None = None
    relation: Relation | None = None


def pair_lag(
    audio_path: str,
    video_path: str,
    span: tuple[float, float],
    orders: tuple[PlaneOrder | None, PlaneOrder | None] = (None, None),
) -> PairLag:
    """Compare an audio file with the audio of a video in one span, by phase transform.

    Files that cannot be read have no lag and no relation.

    Parameters
    ----------
    audio_path, video_path
        The two files.
    span
        Start and duration, s.
    orders
        Planes that hold W, Y, Z, X in each; None with fewer than four channels.
    """
    start, duration = span
    shorter = [(start, min(duration, MAX_SPAN_S))]
    (given,), (own,) = clip_audio(audio_path, shorter), clip_audio(video_path, shorter)
    if not given.samples.size or not own.samples.size:
        return PairLag()
    # One channel of each: the sum of several may cancel.
    first = _resampled(_loudest(given.samples), given.sample_rate)
    second = _resampled(_loudest(own.samples), own.sample_rate)
    powers = np.square(first).mean(), np.square(second).mean()
    if not np.isfinite(powers).all():
        return PairLag()
    lag = _lag(first, second)
    if lag is None:
        return PairLag(None, "other_take" if min(powers) > MIN_POWER else None)
    if orders[0] is None or orders[1] is None:
        return PairLag(lag / PAIR_RATE_HZ, "same")
    channels = [
        _resampled(clip.samples[list(order.planes)], clip.sample_rate)
        for clip, order in zip((given, own), orders, strict=True)
        if order is not None and len(clip.samples) > max(order.planes)
    ]
    is_other = len(channels) == len(orders) and _have_other_order(channels[0], channels[1], lag)
    return PairLag(lag / PAIR_RATE_HZ, "other_order" if is_other else "same")


def _lag(first: Samples, second: Samples) -> int | None:
    """Return the lag of the first signal, samples; None without a common signal."""
    size = next_fast_len(first.size + second.size, real=True)
    cross = rfft(first, size) * rfft(second, size).conj()
    cross[: int(LOWEST_HZ * size / PAIR_RATE_HZ)] = 0
    cross /= np.maximum(np.abs(cross), SMALLEST_POWER)
    correlation = np.abs(irfft(cross, size))
    peak = int(correlation.argmax())
    if correlation[peak] < MIN_PEAK * max(float(np.median(correlation)), SMALLEST_POWER):
        return None
    return peak if peak < first.size else peak - size


def _have_other_order(given: Samples, own: Samples, lag: int) -> bool:
    """Return whether W, Y, Z, X `(4, n)` of two files are rather other channels, or inverted.

    Where one source makes all channels alike, nothing can be told.
    """
    given, own = given[:, max(0, lag) :], own[:, max(0, -lag) :]
    count = min(given.shape[1], own.shape[1])
    both = np.concatenate([given[:, :count], own[:, :count]]).astype(float)
    both -= both.mean(1, keepdims=True)
    both /= np.sqrt(np.maximum(np.square(both).sum(1, keepdims=True), SMALLEST_POWER))
    signed: NDArray[np.float64] = both[:4] @ both[4:].T
    alike = np.abs(signed)
    rows, columns = linear_sum_assignment(alike, maximize=True)
    better = alike[rows, columns].sum() - np.trace(alike) > MIN_GAIN
    relative = np.diag(signed) * np.sign(signed[0, 0])
    return bool(better or relative.min() < INVERTED)


def _loudest(samples: Samples) -> Samples:
    return np.asarray(samples[int(np.argmax(np.square(samples).mean(-1)))])


def _resampled(samples: Samples, sample_rate: int) -> Samples:
    """Return samples `(…, n)` at `PAIR_RATE_HZ`."""
    divisor = int(np.gcd(PAIR_RATE_HZ, sample_rate))
    factors = PAIR_RATE_HZ // divisor, sample_rate // divisor
    return np.asarray(resample_poly(samples, *factors, axis=-1), np.float32)
