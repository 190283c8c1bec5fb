"""Measures of a sound field, from which stages judge whether, and which, ambisonics it is.

Signals are `(4, n)` in WYZX order (or `(C, n)` planes where said), full scale ±1. Everything that
depends on energies and directions follows from a covariance matrix, so a clip is read once; such
functions take one matrix or many. Nothing here judges.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from foa360.ambisonics.arrays import Floats

#: Cut-off of the low-pass before an energy ratio, Hz: above it, capsules of microphones alias
#: (Wang et al. 2022).
CUTOFF_HZ = 4000.0
#: Order of that Butterworth low-pass.
LOW_PASS_ORDER = 8
#: Multiple of the cut-off above which its output is left out (33 dB below the pass-band).
STOP_BAND = 1.6
#: Blocks of a power of two of samples per second, before rounding: 21.3 ms at 24 and 48 kHz.
BLOCK_RATE_HZ = 47
#: Centre of the lowest octave, Hz, and number of octaves (up to 16 kHz).
LOWEST_OCTAVE_HZ, OCTAVES = 63, 9
#: An octave with less than this share of the strongest octave's energy in W has no ratio.
AUDIBLE_SHARE = 1e-9
#: Energies below this are taken as this in divisions.
SMALLEST_ENERGY = 1e-30
#: Eigenvalues of the dipoles below this share of the largest are zero.
RANK_TOLERANCE = 1e-8
#: Intensities below this share of the energy have no direction: they are rounding.
INTENSITY_TOLERANCE = 1e-12
#: Length of the chunks that are silent or not, s.
CHUNK_S = 0.02
#: Chunks in an interval in which the levels of all channels are kept: 0.5 s.
INTERVAL_CHUNKS = 25
#: Amplitude from which a sample is clipped, re full scale.
CLIPPED_AMPLITUDE = 0.9999
#: A tile of time and frequency is so many blocks long and so many bins wide.
TILE_BLOCKS, TILE_BINS = 2, 4


class Direction(NamedTuple):
    """Dominant direction in radians, and diffuseness from 0 (plane wave) to 1.

    Numbers for one covariance, arrays `(...)` for many.
    """

    azimuth: Floats
    elevation: Floats
    diffuseness: Floats


class BlockSpectra(NamedTuple):
    """Spectra of blocks of 21 ms without overlap and window: `(C, blocks, bins)`."""

    values: NDArray[np.complex64]
    hz: Floats  # (bins,), frequencies


def block_spectra(x: NDArray[np.floating], sample_rate: float) -> BlockSpectra:
    """Spectra of signals `(C, n)`, from which all other measures of a clip follow.

    Energies are kept (Parseval), but for the mean and for samples that do not fill a block.
    """
    size = int(2 ** np.round(np.log2(sample_rate / BLOCK_RATE_HZ)))
    count = max(x.shape[-1] // size, 1)
    x = np.asarray(x[:, : count * size], np.float32)
    if x.shape[-1] < size:
        x = np.pad(x, [(0, 0), (0, size - x.shape[-1])])
    values = scipy.fft.rfft(x.reshape(x.shape[0], count, size), axis=-1, norm="ortho")
    values[..., 0] -= values[..., 0].mean(1, keepdims=True)
    return BlockSpectra(values, np.arange(values.shape[-1]) * sample_rate / size)


def low_passed_covariance(spectra: BlockSpectra, cutoff: float = CUTOFF_HZ) -> Floats:
    """Covariance `(C, C)` after a low-pass (Butterworth of order 8, -3 dB at `cutoff` Hz)."""
    hz = spectra.hz
    nyquist = hz[-1]
    count = int(np.searchsorted(hz, STOP_BAND * cutoff))
    gain = np.ones(len(hz[:count]))
    if cutoff < 0.98 * nyquist:
        # The bilinear transform of the analogue filter.
        warped = np.tan(np.pi / 2 * np.minimum(hz[:count] / nyquist, 0.999))
        warped_cutoff = np.tan(np.pi / 2 * cutoff / nyquist)
        gain = 1 / (1 + (warped / warped_cutoff) ** (2 * LOW_PASS_ORDER))
    gain[0] /= 2  # all other bins stand for two
    filtered = spectra.values[..., :count] * np.sqrt(gain).astype(np.float32)
    parts = np.ascontiguousarray(filtered).reshape(len(filtered), -1).view(np.float32)
    samples = 2 * (len(hz) - 1) * spectra.values.shape[1]
    return np.asarray(2 * (parts @ parts.T).astype(float) / samples)


def octave_energies(spectra: BlockSpectra) -> Floats:
    """Energy `(C, 9)` in octaves around 63 Hz to 16 kHz."""
    values = spectra.values
    power = (np.square(values.real) + np.square(values.imag)).sum(1)
    edges_hz = LOWEST_OCTAVE_HZ * 2.0 ** (np.arange(OCTAVES + 1) - 0.5)
    edges = np.searchsorted(spectra.hz, edges_hz)
    octaves = [power[:, first:last].sum(1) for first, last in pairwise(edges)]
    return np.array(octaves, float).T


def octave_ratios(energies: Floats) -> Floats:
    """E_xyz / E_w of WYZX `(..., 4, 9)` in each octave, `(..., 9)`; NaN where W is silent.

    A wrong gain is the same in all of them; wind and the noise of small differences in the dipoles
    raise the low ones, capsules too far apart change the high ones.
    """
    w = energies[..., 0, :]
    dipoles = energies[..., 1:, :].sum(-2)
    strongest = np.maximum(w.max(-1, keepdims=True), SMALLEST_ENERGY)
    return np.divide(dipoles, w, out=np.full(w.shape, np.nan), where=w > AUDIBLE_SHARE * strongest)


def channel_correlations(cov: Floats) -> Floats:
    """Correlation of the pairs WY WZ WX YZ YX ZX `(..., 6)` of covariances `(..., 4, 4)`.

    0 for silent channels.
    """
    scale = np.sqrt(np.maximum(_diagonal(cov), SMALLEST_ENERGY))
    matrix = cov / (scale[..., :, None] * scale[..., None, :])
    first, second = np.triu_indices(cov.shape[-1], 1)
    return np.asarray(matrix[..., first, second])


def channel_covariance(x: NDArray[np.floating]) -> Floats:
    """Mean of x xᵀ over time, `(C, C)` of signals `(C, n)`; zero for no samples."""
    return np.asarray((x @ x.T).astype(float) / max(x.shape[-1], 1))


def energy_ratio(x: NDArray[np.floating], sample_rate: float, cutoff: float = CUTOFF_HZ) -> float:
    """E_xyz / E_w of `(4, n)` after a low-pass at `cutoff` Hz (Wang et al. 2022).

    NaN if W is silent.

    1 for SN3D, 2 for FuMa, 3 for N3D: for any mix of uncorrelated plane waves, and for a diffuse
    field. Blind to the order and the signs of the dipoles.
    """
    _check_channels(x)
    cov = low_passed_covariance(block_spectra(x, sample_rate), cutoff)
    return float(covariance_to_energy_ratio(cov))


def covariance_to_energy_ratio(cov: Floats) -> Floats:
    """E_xyz / E_w of covariances `(..., 4, 4)`, a number each; NaN if W is silent."""
    energy = _diagonal(cov)
    w = energy[..., 0]
    dipoles = energy[..., 1:].sum(-1)
    return np.divide(dipoles, w, out=np.full(w.shape, np.nan), where=w > 0)[()]


def effective_rank(cov: Floats) -> Floats:
    """exp of the entropy of the eigenvalues (Roy & Vetterli 2007): 1 to C; 0 if silent.

    A number for each of `(..., C, C)`.
    """
    values = np.clip(np.linalg.eigvalsh(cov), 0, None)
    total = values.sum(-1, keepdims=True)
    share = np.divide(values, total, out=np.zeros(values.shape), where=total > 0)
    logarithm = np.log(share, out=np.zeros(share.shape), where=share > 0)
    rank = np.exp(-np.sum(share * logarithm, axis=-1))
    return np.where(total[..., 0] > 0, rank, 0.0)[()]


def w_coherence(cov: Floats) -> Floats:
    """Share of W's energy that a linear combination of the dipoles predicts, 0 to 1.

    A number for each of `(..., 4, 4)`.
    """
    w = cov[..., 0, 0]
    cross = cov[..., None, 0, 1:]
    dipoles = cov[..., 1:, 1:]
    inverse = np.linalg.pinv(dipoles, rcond=RANK_TOLERANCE, hermitian=True)
    predicted = (cross @ inverse @ cross.swapaxes(-1, -2))[..., 0, 0]
    present = (w > 0) & (np.trace(dipoles, axis1=-2, axis2=-1) > 0)
    share = np.divide(predicted, w, out=np.zeros(w.shape), where=present)
    return np.clip(share, 0, 1)[()]


def dominant_direction(cov: Floats) -> Direction:
    """Direction of the summed active intensity Re{W [X, Y, Z]}, and ψ = 1 - |ΣI| / ΣE.

    Numbers for each of `(..., 4, 4)`; NaN, NaN, 1 where there is no intensity.
    """
    y, z, x = np.moveaxis(cov[..., 0, 1:], -1, 0)
    energy = np.asarray(0.5 * np.trace(cov, axis1=-2, axis2=-1))
    intensity = np.sqrt(x * x + y * y + z * z)
    directed = (energy > 0) & (intensity > INTENSITY_TOLERANCE * energy)
    share = np.divide(intensity, energy, out=np.zeros(energy.shape), where=directed)
    return Direction(
        np.where(directed, np.arctan2(y, x), np.nan)[()],
        np.where(directed, np.arctan2(z, np.hypot(x, y)), np.nan)[()],
        np.clip(1 - share, 0, 1)[()],
    )


def chunk_powers(x: NDArray[np.floating], sample_rate: float) -> Floats:
    """Mean square of each channel in each chunk of 20 ms, `(C, chunks)`."""
    size = max(1, round(CHUNK_S * sample_rate))
    count = x.shape[-1] // size
    chunks = x[:, : count * size].reshape(x.shape[0], count, size)
    return np.asarray(np.einsum("cks,cks->ck", chunks, chunks, dtype=np.float64) / size)


def chunk_levels(powers: Floats) -> NDArray[np.float32]:
    """Level of the loudest channel in each chunk (RMS, dB re full scale), `(chunks,)`.

    `powers` are those of `chunk_powers`.
    """
    return np.asarray(level_db(powers.max(0)), np.float32)


def interval_levels(powers: Floats) -> NDArray[np.float32]:
    """Level of each channel in intervals of 0.5 s (RMS, dB re full scale), `(C, intervals)`.

    `powers` are those of `chunk_powers`; what is shorter than an interval at the end is left out.
    """
    channels, count = len(powers), powers.shape[1] // INTERVAL_CHUNKS
    intervals = powers[:, : count * INTERVAL_CHUNKS].reshape(channels, count, INTERVAL_CHUNKS)
    return np.asarray(level_db(intervals.mean(-1)), np.float32)


def silent_share(x: NDArray[np.floating], sample_rate: float, threshold_dbfs: float) -> float:
    """Share of 20 ms chunks whose loudest channel is below a level (RMS, dB re full scale)."""
    levels = chunk_levels(chunk_powers(x, sample_rate))
    return float(np.mean(levels < threshold_dbfs)) if len(levels) else 1.0


def clipped_share(x: NDArray[np.floating], full_scale: float = 1.0) -> float:
    """Share of samples at full scale in the worst channel."""
    limit = CLIPPED_AMPLITUDE * full_scale
    if not x.size or max(x.max(), -x.min()) < limit:
        return 0.0
    return float(np.mean(np.abs(x) >= limit, axis=-1).max())


def rms_dbfs(x: NDArray[np.floating]) -> float:
    """RMS of the loudest channel, dB re full scale; -inf for digital silence."""
    if not x.size:
        return float("-inf")
    return float(level_db(np.mean(np.square(x, dtype=np.float64), axis=-1).max()))


def level_db(power: Floats | float) -> Floats:
    """10 log10 of powers `(...)`, with -inf for zero."""
    power = np.asarray(power, float)
    logarithm = np.log10(power, out=np.full(power.shape, -np.inf), where=power > 0)
    return (10 * logarithm)[()]


def tile_covariance(spectra: BlockSpectra, cutoff: float = CUTOFF_HZ) -> tuple[Floats, Floats]:
    """Real covariances of channels in tiles of time and frequency, and the tiles' frequencies.

    A tile is about 43 ms long and 190 Hz wide; `(times, bands, C, C)` up to `cutoff` Hz, and
    `(bands,)` in Hz. In most tiles of most scenes one source dominates, so that tiles carry more
    information than the sum over all of them.
    """
    values, hz = spectra
    step_hz = hz[1]
    channels, blocks = values.shape[:2]
    times = blocks // TILE_BLOCKS
    bands = int((min(cutoff, hz[-2]) / step_hz - 1) // TILE_BINS)
    part = values[:, : TILE_BLOCKS * times, : TILE_BINS * bands + 2]
    # A Hann window of the blocks, applied to their spectra.
    windowed = part[..., 1:-1] - 0.5 * (part[..., :-2] + part[..., 2:])
    tiles = windowed.reshape(channels, times, TILE_BLOCKS, bands, TILE_BINS)
    tiles = tiles.transpose(1, 3, 0, 2, 4)
    tiles = tiles.reshape(times, bands, channels, TILE_BLOCKS * TILE_BINS)
    cov = (tiles @ tiles.conj().swapaxes(-1, -2)).real.astype(float)
    centre_bins = TILE_BINS * np.arange(bands) + (TILE_BINS + 1) / 2
    return cov, centre_bins * step_hz


def _diagonal(matrix: Floats) -> Floats:
    """Diagonal of each of `(..., n, n)`."""
    return np.diagonal(matrix, axis1=-2, axis2=-1)


def _check_channels(x: NDArray[np.floating]) -> None:
    if x.ndim != 2 or x.shape[0] != 4:
        hint = "; did you mean x.T?" if x.ndim == 2 and x.shape[1] == 4 else ""
        raise ValueError(f"need (4, n) signals, got {x.shape}{hint}")
