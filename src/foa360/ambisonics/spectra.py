"""Short-time spectra, log-mel spectra and inter-channel features.

Spectra: periodic Hann window, centred frames (zeros beyond the ends), `1 + n // hop` frames.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy
from array_api_compat import array_namespace, device, is_torch_namespace
from numpy.typing import NDArray

from foa360.ambisonics.arrays import Array, as_float32, like
from foa360.ambisonics.mel import mel_filters

#: Power below which a band is silent; -100 dB.
POWER_FLOOR = 1e-10
#: Groups of bands that are computed together: a third of the time of one matrix, mostly zeros.
BAND_GROUPS = 6
#: Frames, over all channels, that are transformed at once.
BLOCK_FRAMES = 256


class BandGroup(NamedTuple):
    """Neighbouring mel bands, and the bins that they use."""

    bins: slice
    filters: NDArray[np.float32]  # (bins, bands)


def spectrum(x: Array, n_fft: int = 1024, hop: int = 240) -> Array:
    """Short-time spectrum `(..., frames, n_fft // 2 + 1)`, complex64, of signals `(..., n)`."""
    frames = _frames(x, n_fft, hop)
    return _real_fft(frames * _window(frames))


def spectrum_in_blocks(
    x: Array, n_fft: int, hop: int, function: Callable[[Array, Array], Array]
) -> Array:
    """Apply a function to the short-time spectrum, block by block.

    NumPy arrays go through it in blocks that stay in the processor's cache: half the time. Tensors
    go in one block, which suits a GPU.

    Parameters
    ----------
    x : (..., C, n)
        Signals.
    n_fft : int
        Window length and FFT size, samples.
    hop : int
        Distance between frames, samples.
    function : (real, imaginary) -> (..., frames, bands)
        Takes the real and imaginary parts `(..., C, frames, n_fft // 2 + 1)` of a block.

    Returns
    -------
    (..., frames, bands)
        Results of all blocks in order.
    """
    xp = array_namespace(x)
    frames = _frames(x, n_fft, hop)
    window = _window(frames)
    count = frames.shape[-2]
    size = count
    if not is_torch_namespace(xp):
        signals = int(np.prod(frames.shape[:-2]))
        size = max(1, BLOCK_FRAMES // max(1, signals))
    blocks = []
    for first in range(0, count, size):
        block = frames[..., first : first + size, :]
        blocks.append(function(*_parts(_real_fft(block * window))))
    return blocks[0] if len(blocks) == 1 else xp.concat(blocks, axis=-2)


def log_mel(
    x: Array, sample_rate: float, n_fft: int = 1024, hop: int = 240, n_mels: int = 64
) -> Array:
    """Log-mel spectra.

    Parameters
    ----------
    x : (..., C, n)
        Signals.
    sample_rate : float
        In Hz.
    n_fft : int
        Window length and FFT size, samples.
    hop : int
        Distance between frames, samples.
    n_mels : int
        Number of mel bands.

    Returns
    -------
    (..., C, frames, bands)
        In dB of power, not below `POWER_FLOOR`.
    """

    def band_powers(real: Array, imaginary: Array) -> Array:
        return to_mel(real**2 + imaginary**2, sample_rate, n_fft, n_mels)

    return decibels(spectrum_in_blocks(x, n_fft, hop, band_powers))


def interchannel(
    stereo: Array, sample_rate: float, n_fft: int = 1024, hop: int = 240, n_mels: int = 64
) -> Array:
    """Level and phase differences between two channels.

    Parameters
    ----------
    stereo : (..., 2, n)
        Left and right.
    sample_rate : float
        In Hz.
    n_fft : int
        Window length and FFT size, samples.
    hop : int
        Distance between frames, samples.
    n_mels : int
        Number of mel bands.

    Returns
    -------
    (..., 3, frames, bands)
        Level of left over right in dB; cosine and sine of the phase of Σ L R* in the band. 0, 1, 0
        for silence.
    """
    if stereo.shape[-2] != 2:
        raise ValueError(f"need (..., 2, n) signals, got {tuple(stereo.shape)}")
    xp = array_namespace(stereo)
    real, imaginary = _parts(spectrum(stereo, n_fft, hop))
    left, right = real[..., 0, :, :], real[..., 1, :, :]
    left_i, right_i = imaginary[..., 0, :, :], imaginary[..., 1, :, :]

    def band_sums(values: Array) -> Array:
        return to_mel(values, sample_rate, n_fft, n_mels)

    left_power = band_sums(left**2 + left_i**2)
    right_power = band_sums(right**2 + right_i**2)
    cross = band_sums(left * right + left_i * right_i)
    cross_i = band_sums(left_i * right - left * right_i)
    magnitude = (cross**2 + cross_i**2) ** 0.5
    silent = magnitude <= POWER_FLOOR
    divisor = magnitude * ~silent + silent
    rows = [
        decibels(left_power) - decibels(right_power),
        (cross * ~silent + silent) / divisor,
        cross_i * ~silent / divisor,
    ]
    return xp.stack(rows, axis=-3)


def to_mel(values: Array, sample_rate: float, n_fft: int, n_mels: int) -> Array:
    """Weighted sums over the bins of each mel band.

    Parameters
    ----------
    values : (..., n_fft // 2 + 1)
        One value per bin, such as a power.
    sample_rate : float
        In Hz.
    n_fft : int
        FFT size, samples.
    n_mels : int
        Number of mel bands.

    Returns
    -------
    (..., n_mels)
    """
    sums = []
    for group in _band_groups(sample_rate, n_fft, n_mels):
        sums.append(values[..., group.bins] @ like(group.filters, values))
    return array_namespace(values).concat(sums, axis=-1)


def decibels(power: Array) -> Array:
    """10 log10 of power, not below `POWER_FLOOR`."""
    return 10 * array_namespace(power).log10(power.clip(min=POWER_FLOOR))


def _frames(x: Array, n_fft: int, hop: int) -> Array:
    """Frames `(..., frames, n_fft)` in single precision, as views of one padded signal."""
    xp = array_namespace(x)
    x = as_float32(x)
    before, after = n_fft // 2, n_fft - n_fft // 2
    silence = xp.zeros((*x.shape[:-1], after), dtype=x.dtype, device=device(x))
    padded = xp.concat([silence[..., :before], x, silence], axis=-1)
    # The array standard has no sliding windows.
    if is_torch_namespace(xp):
        return xp.Tensor.unfold(padded, -1, n_fft, hop)
    return xp.lib.stride_tricks.sliding_window_view(padded, n_fft, -1)[..., ::hop, :]


def _window(frames: Array) -> Array:
    """Periodic Hann window for frames `(..., n_fft)`."""
    return like(np.hanning(frames.shape[-1] + 1)[:-1], frames)


def _real_fft(frames: Array) -> Array:
    xp = array_namespace(frames)
    # The real FFT of NumPy's own namespace takes seven times as long as SciPy's.
    transform = xp.fft.rfft if is_torch_namespace(xp) else scipy.fft.rfft
    return transform(frames)


def _parts(spectra: Array) -> tuple[Array, Array]:
    """Real and imaginary parts, each contiguous: arithmetic on them is twice as fast."""
    xp = array_namespace(spectra)
    # The array standard does not cover memory layout.
    contiguous = xp.Tensor.contiguous if is_torch_namespace(xp) else xp.ascontiguousarray
    return contiguous(spectra.real), contiguous(spectra.imag)


@lru_cache(maxsize=16)
def _band_groups(sample_rate: float, n_fft: int, n_mels: int) -> list[BandGroup]:
    filters = mel_filters(sample_rate, n_fft, n_mels).T
    groups = []
    for bands in np.array_split(np.arange(n_mels), min(BAND_GROUPS, n_mels)):
        used = np.flatnonzero(filters[:, bands].any(axis=1))
        bins = slice(int(used[0]), int(used[-1]) + 1) if len(used) else slice(1)
        groups.append(BandGroup(bins, np.ascontiguousarray(filters[bins, bands])))
    return groups
