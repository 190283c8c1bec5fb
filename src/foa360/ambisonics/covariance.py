"""Spatial features: log-mel spectra, intensity vectors, and the mel-band spatial covariance.

The covariance holds everything else: the log-mel spectrum of any beam or rotated channel and the
band-wise intensity vector follow from it without touching sound again. Signals are `(..., 4, n)` in
WYZX order, SN3D. All functions take NumPy arrays and PyTorch tensors alike, and give back the same.

Spectra: periodic Hann window, centred frames (zeros beyond the ends), `1 + n // hop` frames.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from foa360.ambisonics.field import channel_rotation
from foa360.ambisonics.mel import mel_filters

#: Channel pairs of the covariance: WW WY WZ WX YY YZ YX ZZ ZX XX.
PAIRS = [(i, j) for i in range(4) for j in range(i, 4)]
DIAGONAL = [PAIRS.index((i, i)) for i in range(4)]
#: Groups that mel bands are computed in: a third of the time of one matrix, which is mostly zeros.
GROUPS = 6
#: Frames, over all channels, that are transformed at once.
BLOCK = 256
#: Power below which a band is silent; -100 dB.
FLOOR = 1e-10


def spectrum(x: Any, n_fft: int = 1024, hop: int = 240) -> Any:
    """Short-time spectrum `(..., frames, n_fft // 2 + 1)`, complex64, of signals `(..., n)`."""
    frames, window = _frames(x, n_fft, hop)
    return _transform(frames * window)


def _frames(x: Any, n_fft: int, hop: int) -> tuple[Any, Any]:
    """Frames `(..., frames, n_fft)` without a copy, and the window."""
    window = np.hanning(n_fft + 1)[:-1].astype(np.float32)
    if isinstance(x, np.ndarray):
        pad = [(0, 0)] * (x.ndim - 1) + [(n_fft // 2, n_fft - n_fft // 2)]
        padded = np.pad(np.asarray(x, np.float32), pad)
        return np.lib.stride_tricks.sliding_window_view(padded, n_fft, -1)[..., ::hop, :], window
    import torch

    longer = torch.nn.functional.pad(x.float(), (n_fft // 2, n_fft - n_fft // 2))
    return longer.unfold(-1, n_fft, hop), longer.new_tensor(window)


def _transform(frames: Any) -> Any:
    if isinstance(frames, np.ndarray):
        return rfft(frames, axis=-1)
    import torch

    return torch.fft.rfft(frames, dim=-1)


def _per_block(x: Any, n_fft: int, hop: int, rows: Callable[[Any, Any], Any]) -> Any:
    """What `rows` makes of real and imaginary parts, `(..., rows, frames, bands)`.

    Arrays go through it in blocks that stay in the processor's cache: half the time.
    """
    frames, window = _frames(x, n_fft, hop)
    if not isinstance(frames, np.ndarray):
        return rows(*_parts(_transform(frames * window)))
    count = frames.shape[-2]
    size = max(1, BLOCK // max(1, int(np.prod(frames.shape[:-2]))))
    blocks = [frames[..., at : at + size, :] for at in range(0, count, size)]
    return np.concatenate([rows(*_parts(_transform(b * window))) for b in blocks], -2)


def spatial_covariance(
    x: Any, sample_rate: float, n_fft: int = 1024, hop: int = 240, n_mels: int = 64
) -> Any:
    """Mel-band covariance S_ij(t, m) = Σ_f M(m, f) Re{X_i X_j*}, `(..., 10, frames, bands)`."""
    if x.shape[-2] != 4:
        raise ValueError(f"need (..., 4, n) signals, got {tuple(x.shape)}")

    def rows(real: Any, imaginary: Any) -> Any:
        products = [
            real[..., i, :, :] * real[..., j, :, :]
            + imaginary[..., i, :, :] * imaginary[..., j, :, :]
            for i, j in PAIRS
        ]
        return to_mel(_stack(products), sample_rate, n_fft, n_mels)

    return _per_block(x, n_fft, hop, rows)


def log_mel(x: Any, sample_rate: float, n_fft: int = 1024, hop: int = 240, n_mels: int = 64) -> Any:
    """Log-mel spectra of signals `(..., C, n)` in dB of power, `(..., C, frames, bands)`."""

    def rows(real: Any, imaginary: Any) -> Any:
        return to_mel(real**2 + imaginary**2, sample_rate, n_fft, n_mels)

    return decibels(_per_block(x, n_fft, hop, rows))


def intensity_vector(
    x: Any, sample_rate: float, n_fft: int = 1024, hop: int = 240, n_mels: int = 64,
    per: Literal["band", "bin"] = "band",
) -> Any:  # fmt: skip
    """Normalised active intensity per band, `(..., 3, frames, bands)` as X, Y, Z.

    I = Re{W* [X, Y, Z]} / (½ (|W|² + |X|² + |Y|² + |Z|²)): norm 1 for one plane wave, less for
    several or diffuse sound, 0 for silence. Per `band`, numerator and denominator are summed in mel
    bands first; per `bin`, the vectors of the bins are averaged with the mel weights, loud or not
    (as in the DCASE baselines, whose sums depend on the width of the band).
    """
    if per == "band":
        return covariance_to_intensity(spatial_covariance(x, sample_rate, n_fft, hop, n_mels))

    def rows(real: Any, imaginary: Any) -> Any:
        energy = 0.5 * (real**2 + imaginary**2).sum(-3)
        silent = energy <= FLOOR
        scale = ~silent / (energy + silent)
        w, w_imaginary = real[..., 0, :, :], imaginary[..., 0, :, :]
        weights = to_mel(energy[..., :1, :] * 0 + 1, sample_rate, n_fft, n_mels)
        vectors = [
            (w * real[..., i, :, :] + w_imaginary * imaginary[..., i, :, :]) * scale
            for i in (3, 1, 2)
        ]
        return to_mel(_stack(vectors), sample_rate, n_fft, n_mels) / weights[..., None, :, :]

    return _per_block(x, n_fft, hop, rows)


def rotate_vectors(vectors: Any, matrix: Any) -> Any:
    """Vectors `(..., 3, frames, bands)` as X, Y, Z, rotated by `(..., 3, 3)`."""
    return _mix(matrix, vectors)


def rotate_covariance(s: Any, matrix: Any) -> Any:
    """Covariance `(..., 10, frames, bands)` of the sound field rotated by `(..., 3, 3)`: Q S Qᵀ."""
    q = channel_rotation(matrix if hasattr(matrix, "new_tensor") else np.asarray(matrix, float))
    (a, b), (i, j) = np.array(PAIRS).T[:, :, None], np.array(PAIRS).T[:, None, :]
    crossed = (i != j) * 1.0
    if not isinstance(q, np.ndarray):
        crossed = q.new_tensor(crossed)
    return _mix(q[..., a, i] * q[..., b, j] + crossed * q[..., a, j] * q[..., b, i], s)


def covariance_to_beam(s: Any, weights: Any) -> Any:
    """Power `(..., frames, bands)` of a beam with weights `(..., 4)` on WYZX: gᵀ S g."""
    g = weights if hasattr(weights, "new_tensor") else np.asarray(weights, float)
    i, j = np.array(PAIRS).T
    twice = 1.0 + (i != j)
    twice = twice if isinstance(g, np.ndarray) else g.new_tensor(twice)
    return _mix((twice * g[..., i] * g[..., j])[..., None, :], s)[..., 0, :, :]


def covariance_to_log_mel(s: Any) -> Any:
    """Log-mel spectra of W, Y, Z, X in dB, `(..., 4, frames, bands)`."""
    return decibels(s[..., DIAGONAL, :, :])


def covariance_to_intensity(s: Any) -> Any:
    """Band-wise normalised intensity as X, Y, Z, `(..., 3, frames, bands)`; see the other."""
    energy = 0.5 * s[..., DIAGONAL, :, :].sum(-3)[..., None, :, :]
    cross = s[..., [3, 1, 2], :, :]
    silent = energy <= FLOOR
    return cross * ~silent / (energy + silent)


def diffuseness(s: Any) -> Any:
    """ψ = 1 - |I| / E of each band, `(..., frames, bands)`; 1 for silence."""
    return 1 - (covariance_to_intensity(s) ** 2).sum(-3) ** 0.5


def interchannel(
    stereo: Any, sample_rate: float, n_fft: int = 1024, hop: int = 240, n_mels: int = 64
) -> Any:
    """Level difference in dB, cosine and sine of the phase difference, of signals `(..., 2, n)`.

    Returns
    -------
    (..., 3, frames, bands)
        Left over right, phase of Σ L R* in the band; 0, 1, 0 for silence.
    """
    if stereo.shape[-2] != 2:
        raise ValueError(f"need (..., 2, n) signals, got {tuple(stereo.shape)}")
    parts = _parts(spectrum(stereo, n_fft, hop))
    (left, right), (left_i, right_i) = ((p[..., 0, :, :], p[..., 1, :, :]) for p in parts)
    powers_and_cross = (
        left**2 + left_i**2,
        right**2 + right_i**2,
        left * right + left_i * right_i,
        left_i * right - left * right_i,
    )
    *powers, real, imaginary = (
        to_mel(part, sample_rate, n_fft, n_mels) for part in powers_and_cross
    )
    size = (real**2 + imaginary**2) ** 0.5
    silent = size <= FLOOR
    rows = [
        decibels(powers[0]) - decibels(powers[1]),
        (real * ~silent + silent) / (size * ~silent + silent),
        imaginary * ~silent / (size * ~silent + silent),
    ]
    return _stack(rows)


def to_mel(power: Any, sample_rate: float, n_fft: int, n_mels: int) -> Any:
    """Mel bands `(..., n_mels)` of values per bin `(..., n_fft // 2 + 1)`."""
    parts = []
    for bins, filters in _filters(sample_rate, n_fft, n_mels):
        like = filters if isinstance(power, np.ndarray) else power.new_tensor(filters)
        parts.append(power[..., bins] @ like)
    if isinstance(power, np.ndarray):
        return np.concatenate(parts, -1)
    import torch

    return torch.cat(parts, -1)


def decibels(power: Any) -> Any:
    """10 log10 of power, not below `FLOOR`."""
    if isinstance(power, np.ndarray):
        return 10 * np.log10(np.maximum(power, FLOOR))
    return 10 * power.clamp(min=FLOOR).log10()


def pack_covariance(s: NDArray[np.floating[Any]]) -> NDArray[np.float16]:
    """Covariance `(..., 10, frames, bands)` for storage in float16.

    Each matrix becomes its Cholesky factor L (S = trace · L Lᵀ), in the order of `PAIRS`: L_ji in
    place of S_ij. The squares of L sum to one, so channel 0 holds the level of the trace in dB
    instead of L_WW. Shares of the trace in float16 would leave ±5e-4 of it where channels cancel
    (-33 dB: a beam's null, a dipole turned away, at times below zero); the factor leaves the square
    of that. Error of a beam or rotated channel: 0.05 dB, plus 1e-5 of the trace
    (-50 dB; 1e-3 in a field without W).
    """
    trace = s[..., DIAGONAL, :, :].sum(-3)
    packed = _factor(s / np.maximum(trace, FLOOR)[..., None, :, :])
    packed[..., 0, :, :] = decibels(trace)
    return packed.astype(np.float16)


def unpack_covariance(packed: Any) -> Any:
    """Inverse of `pack_covariance` in float32; silence (the floor) comes back as zero."""
    values = packed.astype(np.float32) if isinstance(packed, np.ndarray) else packed.float()
    level, others = values[..., 0, :, :], values[..., 1:, :, :]
    trace = 10 ** (level / 10)
    trace = trace * (trace > 1.02 * FLOOR)
    first = (1 - (others**2).sum(-3)).clip(min=0) ** 0.5
    rows = [first, *(values[..., place, :, :] for place in range(1, 10))]
    return _stack(
        [
            trace * sum(rows[PAIRS.index((k, i))] * rows[PAIRS.index((k, j))] for k in range(i + 1))
            for i, j in PAIRS
        ]
    )


def _factor(s: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Cholesky factors of positive semidefinite matrices; directions without energy become 0."""
    out = np.zeros_like(s)
    for i in range(4):
        rest = s[..., DIAGONAL[i] : DIAGONAL[i] + 4 - i, :, :].copy()
        for k in range(i):
            place = PAIRS.index((k, i))
            row = out[..., place : place + 4 - i, :, :]
            rest -= row[..., :1, :, :] * row
        # Below this the pivot is rounding of float32.
        full = rest[..., :1, :, :] > 1e-8 * s[..., DIAGONAL[i], None, :, :]
        pivot = np.where(full, rest[..., :1, :, :], 1)
        out[..., DIAGONAL[i] : DIAGONAL[i] + 4 - i, :, :] = np.where(full, rest / pivot**0.5, 0)
    return out


def _mix(matrix: Any, s: Any) -> Any:
    """Matrix `(..., r, n)` times the rows of `(..., n, frames, bands)`."""
    flat = s.reshape(*s.shape[:-2], -1)
    if isinstance(s, np.ndarray):
        m = np.asarray(matrix.tolist() if hasattr(matrix, "new_tensor") else matrix, s.dtype)
    else:
        m = matrix.to(s) if hasattr(matrix, "new_tensor") else s.new_tensor(np.asarray(matrix))
    out = m @ flat
    return out.reshape(*out.shape[:-1], *s.shape[-2:])


def _parts(spectra: Any) -> tuple[Any, Any]:
    """Real and imaginary parts, each in one piece: arithmetic on them is twice as fast."""
    if isinstance(spectra, np.ndarray):
        return np.ascontiguousarray(spectra.real), np.ascontiguousarray(spectra.imag)
    return spectra.real.contiguous(), spectra.imag.contiguous()


def _stack(rows: list[Any]) -> Any:
    """Rows `(..., frames, bands)` as one array or tensor `(..., rows, frames, bands)`."""
    if isinstance(rows[0], np.ndarray):
        return np.stack(rows, -3)
    import torch

    return torch.stack(rows, -3)


@lru_cache(maxsize=16)
def _filters(
    sample_rate: float, n_fft: int, n_mels: int
) -> list[tuple[slice, NDArray[np.float32]]]:
    """Mel filters in groups of neighbouring bands, each with the bins that it uses."""
    filters = mel_filters(sample_rate, n_fft, n_mels).T
    groups = []
    for bands in np.array_split(np.arange(n_mels), min(GROUPS, n_mels)):
        used = np.flatnonzero(filters[:, bands].any(axis=1))
        bins = slice(int(used[0]), int(used[-1]) + 1) if len(used) else slice(1)
        groups.append((bins, np.ascontiguousarray(filters[bins, bands])))
    return groups
