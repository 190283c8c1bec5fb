"""Measures of a sound field that tell whether, and which kind of, ambisonics four channels are.

Signals are `(4, n)` in WYZX order (or `(C, n)` planes where said), full scale ±1. Everything that
depends on energies and directions follows from a covariance matrix, so a clip is read once.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

Floats = NDArray[np.float64]

#: Samples from here on are clipped.
FULL_SCALE = 0.9999
#: Channels below this energy relative to the strongest are empty (-50 dB).
EMPTY = 1e-5


class Direction(NamedTuple):
    """Dominant direction in radians, and diffuseness from 0 (plane wave) to 1."""

    azimuth: float
    elevation: float
    diffuseness: float


class Spectra(NamedTuple):
    """Spectra of blocks of 21 ms without overlap: `(C, blocks, bins)`, and the bins' Hz."""

    values: NDArray[np.complex64]
    hz: Floats


def spectra(x: NDArray[np.floating], sample_rate: float) -> Spectra:
    """Spectra of signals `(C, n)`, from which all other measures of a clip follow.

    Energies are kept (Parseval), but for the mean and for samples that do not fill a block.
    """
    size = int(2 ** np.round(np.log2(sample_rate / 47)))
    count = max(x.shape[-1] // size, 1)
    x = np.asarray(x[:, : count * size], np.float32)
    if x.shape[-1] < size:
        x = np.pad(x, [(0, 0), (0, size - x.shape[-1])])
    values = rfft(x.reshape(x.shape[0], count, size), axis=-1, norm="ortho")
    values[..., 0] -= values[..., 0].mean(1, keepdims=True)
    return Spectra(values, np.arange(values.shape[-1]) * sample_rate / size)


def low_passed_covariance(of: Spectra, cutoff: float = 4000.0) -> Floats:
    """Covariance `(C, C)` after a low-pass (Butterworth of order 8, -3 dB at `cutoff` Hz)."""
    nyquist = of.hz[-1]
    keep = int(np.searchsorted(of.hz, 1.6 * cutoff))  # 33 dB below
    gain = np.ones(len(of.hz[:keep]))
    if cutoff < 0.98 * nyquist:
        warped = np.tan(np.pi / 2 * np.minimum(of.hz[:keep] / nyquist, 0.999))
        gain = 1 / (1 + (warped / np.tan(np.pi / 2 * cutoff / nyquist)) ** 16)
    gain[0] /= 2  # all other bins stand for two
    filtered = of.values[..., :keep] * np.sqrt(gain).astype(np.float32)
    flat = np.ascontiguousarray(filtered).reshape(len(filtered), -1).view(np.float32)
    size = 2 * (len(of.hz) - 1) * of.values.shape[1]
    return np.asarray(2 * (flat @ flat.T).astype(float) / size)


def octave_energies(of: Spectra) -> Floats:
    """Energy `(C, 9)` in octaves around 63 Hz to 16 kHz."""
    power = (np.square(of.values.real) + np.square(of.values.imag)).sum(1)
    edges = np.searchsorted(of.hz, 63 * 2.0 ** (np.arange(10) - 0.5))
    return np.array([power[:, a:b].sum(1) for a, b in pairwise(edges)], float).T


def octave_ratios(energies: Floats) -> Floats:
    """E_xyz / E_w of WYZX `(4, 9)` in each octave; NaN where W has nothing.

    A wrong gain is the same in all of them; wind and the noise of small differences in the dipoles
    raise the low ones, capsules too far apart change the high ones.
    """
    w, dipoles = energies[0], energies[1:].sum(0)
    audible = w > 1e-9 * max(float(w.max()), 1e-30)
    return np.divide(dipoles, w, out=np.full(len(w), np.nan), where=audible)


def correlations(cov: Floats) -> Floats:
    """Correlation of the pairs WY WZ WX YZ YX ZX `(6,)` of a covariance; 0 for silent channels."""
    scale = np.sqrt(np.maximum(np.diag(cov), 1e-30))
    return np.asarray((cov / np.outer(scale, scale))[np.triu_indices(len(cov), 1)])


def covariance(x: NDArray[np.floating]) -> Floats:
    """Mean of x xᵀ over time, `(C, C)` of signals `(C, n)`; zero for no samples."""
    return np.asarray((x @ x.T).astype(float) / max(x.shape[-1], 1))


def energy_ratio(x: NDArray[np.floating], sample_rate: float, cutoff: float = 4000.0) -> float:
    """E_xyz / E_w of `(4, n)` after a low-pass (Wang et al. 2022); NaN where W is silent.

    1 for SN3D, 2 for FuMa, 3 for N3D: for any mix of uncorrelated plane waves, and for a diffuse
    field. Blind to the order and the signs of the dipoles.
    """
    _check(x)
    return ratio_of(low_passed_covariance(spectra(x, sample_rate), cutoff))


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
    if not x.size or max(x.max(), -x.min()) < FULL_SCALE:
        return 0.0
    return float(np.mean(np.abs(x) >= FULL_SCALE, axis=-1).max())


def rms_dbfs(x: NDArray[np.floating]) -> float:
    """RMS of the loudest channel, dB re full scale; -inf for digital silence."""
    return decibels(np.mean(np.square(x, dtype=np.float64), axis=-1).max()) if x.size else -np.inf


def decibels(power: float) -> float:
    """10 log10, with -inf for zero."""
    return float(10 * np.log10(power)) if power > 0 else float("-inf")


def tile_covariance(of: Spectra, cutoff: float = 4000.0) -> tuple[Floats, Floats]:
    """Real covariances of channels in tiles of time and frequency, and the tiles' frequencies.

    A tile is about 43 ms long and 190 Hz wide; `(times, bands, C, C)` up to `cutoff` Hz, and
    `(bands,)` in Hz. In most tiles of most scenes one source dominates, which makes them tell more
    than the sum over all of them.
    """
    step = of.hz[1]
    channels, blocks = of.values.shape[:2]
    times, bands = blocks // 2, int((min(cutoff, of.hz[-2]) / step - 1) // 4)
    part = of.values[:, : 2 * times, : 4 * bands + 2]
    # Hann windows, as they are between spectra of blocks without one.
    shaped = part[..., 1:-1] - 0.5 * (part[..., :-2] + part[..., 2:])
    tiles = shaped.reshape(channels, times, 2, bands, 4).transpose(1, 3, 0, 2, 4)
    tiles = tiles.reshape(times, bands, channels, 8)
    cov = (tiles @ tiles.conj().swapaxes(-1, -2)).real.astype(float)
    return cov, (4 * np.arange(bands) + 2.5) * step


def _check(x: NDArray[np.floating]) -> None:
    if x.ndim != 2 or x.shape[0] != 4:
        hint = "; did you mean x.T?" if x.ndim == 2 and x.shape[1] == 4 else ""
        raise ValueError(f"need (4, n) signals, got {x.shape}{hint}")
