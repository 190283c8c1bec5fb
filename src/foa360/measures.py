"""Measures of a sound field that tell whether, and which kind of, ambisonics four channels are.

Signals are `(4, n)` in WYZX order (or `(C, n)` planes where said), full scale ±1. Everything that
depends on energies and directions follows from a covariance matrix, so a clip is read once.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft
from scipy.signal import butter, sosfilt

Floats = NDArray[np.float64]

#: Channels below this energy relative to the strongest are empty (-50 dB).
EMPTY = 1e-5


class Direction(NamedTuple):
    """Dominant direction in radians, and diffuseness from 0 (plane wave) to 1."""

    azimuth: float
    elevation: float
    diffuseness: float


def low_pass(x: NDArray[np.floating], sample_rate: float, cutoff: float = 4000.0) -> Floats:
    """Signals `(..., n)` without mean and what is above `cutoff` Hz (Butterworth, order 8)."""
    plain = np.array(x, np.float64)
    if plain.shape[-1]:
        plain -= plain.mean(-1, keepdims=True)
    if cutoff >= 0.49 * sample_rate:
        return plain
    return np.asarray(sosfilt(butter(8, cutoff, fs=sample_rate, output="sos"), plain))


def covariance(x: NDArray[np.floating]) -> Floats:
    """Mean of x xᵀ over time, `(C, C)` of signals `(C, n)`; zero for no samples."""
    x = np.asarray(x, float)
    return np.asarray(x @ x.T / max(x.shape[-1], 1))


def energy_ratio(x: NDArray[np.floating], sample_rate: float, cutoff: float = 4000.0) -> float:
    """E_xyz / E_w of `(4, n)` after a low-pass (Wang et al. 2022); NaN where W is silent.

    1 for SN3D, 2 for FuMa, 3 for N3D: for any mix of uncorrelated plane waves, and for a diffuse
    field. Blind to the order and the signs of the dipoles.
    """
    _check(x)
    return ratio_of(covariance(low_pass(x, sample_rate, cutoff)))


def ratio_of(cov: Floats) -> float:
    """The energy ratio from a covariance `(4, 4)`."""
    energy = np.diag(cov)
    return float(energy[1:].sum() / energy[0]) if energy[0] > 0 else float("nan")


def effective_rank(cov: Floats) -> float:
    """exp of the entropy of the eigenvalues (Roy & Vetterli 2007): 1 to C; 0 if silent."""
    values = np.clip(np.linalg.eigvalsh(cov), 0, None)
    if values.sum() <= 0:
        return 0.0
    share = values / values.sum()
    share = share[share > 0]
    return float(np.exp(-np.sum(share * np.log(share))))


def w_coherence(cov: Floats) -> float:
    """Share of W's energy that a linear combination of the dipoles predicts, 0 to 1."""
    w, cross, dipoles = cov[0, 0], cov[0, 1:], cov[1:, 1:]
    if w <= 0 or np.trace(dipoles) <= 0:
        return 0.0
    predicted = cross @ np.linalg.pinv(dipoles, rcond=1e-8, hermitian=True) @ cross
    return float(np.clip(predicted / w, 0, 1))


def direction(cov: Floats) -> Direction:
    """Direction of the summed active intensity Re{W [X, Y, Z]}, and ψ = 1 - |ΣI| / ΣE.

    NaN, NaN, 1 where there is no intensity.
    """
    y, z, x = cov[0, 1:]
    energy = 0.5 * np.trace(cov)
    length = float(np.sqrt(x * x + y * y + z * z))
    if energy <= 0 or length <= 1e-12 * energy:
        return Direction(float("nan"), float("nan"), 1.0)
    psi = float(np.clip(1 - length / energy, 0, 1))
    return Direction(float(np.arctan2(y, x)), float(np.arctan2(z, np.hypot(x, y))), psi)


def silent_share(x: NDArray[np.floating], sample_rate: float, threshold_dbfs: float) -> float:
    """Share of 20 ms chunks whose loudest channel is below a level (RMS, dB re full scale)."""
    size = max(1, round(0.02 * sample_rate))
    count = x.shape[-1] // size
    if count == 0:
        return 1.0
    chunks = x[:, : count * size].reshape(x.shape[0], count, size)
    power = np.einsum("cks,cks->ck", chunks, chunks, dtype=np.float64) / size
    return float(np.mean(power.max(0) < 10 ** (threshold_dbfs / 10)))


def clipped_share(x: NDArray[np.floating]) -> float:
    """Share of samples at full scale in the worst channel."""
    return float(np.mean(np.abs(x) >= 0.9999, axis=-1).max()) if x.size else 0.0


def rms_dbfs(x: NDArray[np.floating]) -> float:
    """RMS of the loudest channel, dB re full scale; -inf for digital silence."""
    return decibels(np.mean(np.square(x, dtype=np.float64), axis=-1).max()) if x.size else -np.inf


def decibels(power: float) -> float:
    """10 log10, with -inf for zero."""
    return float(10 * np.log10(power)) if power > 0 else float("-inf")


def tile_covariance(
    x: NDArray[np.floating], sample_rate: float, cutoff: float = 4000.0
) -> tuple[Floats, Floats]:
    """Real covariances of channels `(C, n)` in tiles of time and frequency, and their frequencies.

    A tile is about 85 ms long and 190 Hz wide; `(times, bands, C, C)` up to `cutoff` Hz, and
    `(bands,)` in Hz. In most tiles of most scenes one source dominates, which makes them tell more
    than the sum over all of them.
    """
    n_fft = int(2 ** np.round(np.log2(sample_rate / 47)))
    channels, step = x.shape[0], sample_rate / n_fft
    times = x.shape[-1] // n_fft // 2
    bands = int((cutoff / step - 1) // 4)
    blocks = np.asarray(x[:, : 2 * times * n_fft], np.float32).reshape(channels, -1, n_fft)
    spectra = rfft(blocks * np.hanning(n_fft).astype(np.float32), axis=-1)[..., 1 : 1 + 4 * bands]
    tiles = spectra.reshape(channels, times, 2, bands, 4).transpose(1, 3, 0, 2, 4)
    tiles = tiles.reshape(times, bands, channels, 8)
    cov = (tiles @ tiles.conj().swapaxes(-1, -2)).real.astype(float)
    return cov, (4 * np.arange(bands) + 2.5) * step


def _check(x: NDArray[np.floating]) -> None:
    if x.ndim != 2 or x.shape[0] != 4:
        hint = "; did you mean x.T?" if x.ndim == 2 and x.shape[1] == 4 else ""
        raise ValueError(f"need (4, n) signals, got {x.shape}{hint}")
