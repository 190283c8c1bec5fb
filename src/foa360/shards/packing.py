"""Storage of audio in 16-bit integers, and of mel-band covariances in float16."""

import numpy as np
from array_api_compat import array_namespace
from numpy.typing import NDArray

from foa360.ambisonics.arrays import Array, as_float32
from foa360.ambisonics.covariance import DIAGONAL, PAIRS
from foa360.ambisonics.spectra import POWER_FLOOR, decibels
from foa360.shards.format import INT16_FULL_SCALE

#: A pivot below this share of its matrix's diagonal is rounding of float32.
PIVOT_SHARE = 1e-8
#: Traces up to this many times the floor are silence: float16 rounds the level of the floor.
SILENCE_MARGIN = 1.02


def pack_audio(x: NDArray[np.floating], scale: float) -> NDArray[np.int16]:
    """Pack audio for storage in 16 bits; `scale` is the amplitude of full scale."""
    integers = np.round(x * np.float32(INT16_FULL_SCALE / scale))
    return integers.clip(-INT16_FULL_SCALE, INT16_FULL_SCALE).astype(np.int16)


def unpack_audio(packed: NDArray[np.int16], scale: np.float32) -> NDArray[np.float32]:
    """Invert `pack_audio`."""
    return np.asarray(packed, np.float32) * np.float32(scale / INT16_FULL_SCALE)


def pack_covariance(s: NDArray[np.floating]) -> NDArray[np.float16]:
    """Pack a covariance `(..., 10, frames, bands)` for storage in float16.

    Each matrix becomes its Cholesky factor L (S = trace · L Lᵀ), in the order of `PAIRS`: L_ji in
    place of S_ij. The squares of L sum to one, so channel 0 holds the level of the trace in dB
    instead of L_WW. Shares of the trace in float16 would leave ±5e-4 of it where channels cancel
    (-33 dB: a beam's null, a dipole across a plane wave, at times below zero); the factor leaves
    the square of that. Error of a beam or rotated channel: 0.05 dB, plus 1e-5 of the trace
    (-50 dB; 1e-3 in a field without W).
    """
    trace = s[..., DIAGONAL, :, :].sum(-3)
    packed = _cholesky(s / np.maximum(trace, POWER_FLOOR)[..., None, :, :])
    packed[..., 0, :, :] = decibels(trace)
    return packed.astype(np.float16)


def unpack_covariance(packed: Array) -> Array:
    """Invert `pack_covariance`, in float32; silence (the floor) comes back as zero."""
    xp = array_namespace(packed)
    values = as_float32(packed)
    level = values[..., 0, :, :]
    others = values[..., 1:, :, :]
    trace = 10 ** (level / 10)
    trace = trace * (trace > SILENCE_MARGIN * POWER_FLOOR)
    first = (1 - (others**2).sum(-3)).clip(min=0) ** 0.5
    factor = [first]
    for position in range(1, len(PAIRS)):
        factor.append(values[..., position, :, :])
    products = []
    for i, j in PAIRS:
        terms = [factor[PAIRS.index((k, i))] * factor[PAIRS.index((k, j))] for k in range(i + 1)]
        products.append(trace * sum(terms))
    return xp.stack(products, axis=-3)


def _cholesky(s: NDArray[np.floating]) -> NDArray[np.floating]:
    """Cholesky factors of positive semidefinite matrices; directions without energy become 0."""
    out = np.zeros_like(s)
    for i in range(4):
        row = slice(DIAGONAL[i], DIAGONAL[i] + 4 - i)
        rest = s[..., row, :, :].copy()
        for k in range(i):
            position = PAIRS.index((k, i))
            above = out[..., position : position + 4 - i, :, :]
            rest -= above[..., :1, :, :] * above
        pivot = rest[..., :1, :, :]
        has_energy = pivot > PIVOT_SHARE * s[..., DIAGONAL[i], None, :, :]
        safe_pivot = np.where(has_energy, pivot, 1)
        out[..., row, :, :] = np.where(has_energy, rest / safe_pivot**0.5, 0)
    return out
