"""Evidence for the convention of four channels, as sums over tiles of time and frequency.

A plane wave has the same level in W from every direction, and its dipoles together are 0 dB (SN3D),
3 dB (FuMa) or 4.8 dB (N3D) above it; no dipole has that. In a tile one source often dominates, so a
histogram over tiles of "all other channels against this one" has a narrow peak for W, at the level
of its normalisation, and wide ones for all else. Sums of several clips of a video add up.
"""

from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.descriptors import SMALLEST_ENERGY, BlockSpectra, tile_covariance

#: Parts of a clip that are told apart, at most, and the least duration of each, s.
MAX_PARTS, PART_S = 4, 2.0
#: Edges of the bands that are counted separately, Hz: microphones differ between them.
BAND_EDGES_HZ = (100, 300, 700, 1500, 2700, 4100)
#: Levels of the histograms, dB.
LEVELS_DB = np.arange(-20.0, 21.0)
#: Tetrahedral capsules FLU, FRD, BLD, BRU to WYZX.
A_TO_B = 0.5 * np.array(
    [
        [1, 1, 1, 1],
        [1, -1, 1, -1],
        [1, -1, -1, 1],
        [1, 1, -1, -1],
    ]
)
A_TO_B[1:] *= 3**0.5
#: Rows of `levels` after the four channels: W of capsules, and W where Z was halved in energy.
CAPSULES_ROW, HALF_Z_ROW = 4, 5
#: A tile in which W has more than this many times the energy of the dipoles has no direction.
UNDIRECTED_RATIO = 6.0
#: A pair of channels is out of phase below this covariance, as a share of the tile's energy.
OUT_OF_PHASE_SHARE = -0.02


@dataclass(frozen=True)
class Evidence:
    """Sums over tiles, each weighted with the root of its energy unless said otherwise.

    cov : (4, 4), real covariance, by energy.
    levels : (6, bands, 41), weights of tiles by the level of the rest against one channel.
    energies : (bands, 4), of the channels, by energy.
    means : (bands, 4), shares of the channels in a tile's energy.
    moments : (bands, 4, 4), products of these shares.
    signs : (bands, 3), positive and negative parts of the mean correlation of the six pairs, and
        the tiles in which no pair is out of phase.
    weight : (bands,), the weights.
    louder, undirected : energy of the second channel above the first's; energy of the first in
        tiles without a direction.
    """

    cov: Floats
    levels: Floats
    energies: Floats
    means: Floats
    moments: Floats
    signs: Floats
    weight: Floats
    louder: float
    undirected: float

    def __add__(self, other: "Evidence") -> "Evidence":
        """Evidence of two clips together."""
        return Evidence(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def evidence(spectra: BlockSpectra) -> Evidence:
    """Collect the evidence in the spectra of one clip: four channels, in any order."""
    return tile_evidence(*tile_covariance(spectra, BAND_EDGES_HZ[-1]))


def tile_evidence(cov: Floats, hz: Floats) -> Evidence:
    """Collect the evidence in tiles `(times, bands, 4, 4)` with centres at `hz` `(bands,)`.

    The tiles reach up to the last of `BAND_EDGES_HZ`.
    """
    bands = [(hz >= low) & (hz < high) for low, high in pairwise(BAND_EDGES_HZ)]
    energy = np.einsum("tfii->tfi", cov)
    total = np.maximum(energy.sum(-1), SMALLEST_ENERGY)
    weight = np.sqrt(energy.sum(-1))
    w = energy[..., 0]
    dipoles = total - w
    signs = _signs(cov, total)
    means = [np.einsum("tf,tfi->i", weight[:, b] / total[:, b], energy[:, b]) for b in bands]
    moments = _share_moments(energy / total[..., None], weight, bands)
    return Evidence(
        cov=cov.sum((0, 1)),
        levels=_histograms(_levels(cov, total), weight, bands),
        energies=np.array([energy[:, b].sum((0, 1)) for b in bands]),
        means=np.array(means),
        moments=moments,
        signs=np.array([(signs[:, :, b] * weight[:, b]).sum((1, 2)) for b in bands]),
        weight=np.array([weight[:, b].sum() for b in bands]),
        louder=float(np.clip(energy[..., 1] - w, 0, None).sum()),
        undirected=float(w[w > UNDIRECTED_RATIO * dipoles].sum()),
    )


def part_evidence(cov: Floats, hz: Floats, seconds: float) -> list[Evidence]:
    """Collect the evidence in equal parts of a clip of a duration; tiles as in `tile_evidence`.

    Their sum is that of the clip. A short clip is one part.
    """
    count = min(MAX_PARTS, max(int(seconds / PART_S), 1))
    return [tile_evidence(tiles, hz) for tiles in np.array_split(cov, count)]


def _share_moments(shares: Floats, weight: Floats, bands: list[NDArray[np.bool_]]) -> Floats:
    """Weighted products of the shares `(times, bands, 4)` of pairs of channels, `(bands, 4, 4)`."""
    moments = []
    for band in bands:
        of_band = shares[:, band].reshape(-1, shares.shape[-1])
        weighted = of_band * weight[:, band].reshape(-1, 1)
        moments.append(weighted.T @ of_band)
    return np.array(moments)


def _levels(cov: Floats, total: Floats) -> Floats:
    """Level of the rest of the energy against each candidate for W, `(6, times, bands)` in dB."""
    energy = np.einsum("tfii->tfi", cov)
    rest = total[..., None] - energy
    channels = rest / np.maximum(energy, SMALLEST_ENERGY)
    # Coherent sums of capsules: W of the tetrahedron, and its dipoles.
    capsules_w = np.einsum("j,tfjk,k->tf", A_TO_B[0], cov, A_TO_B[0])
    capsules_dipoles = np.einsum("ij,tfjk,ik->tf", A_TO_B[1:], cov, A_TO_B[1:])
    capsules = capsules_dipoles / np.maximum(capsules_w, SMALLEST_ENERGY)
    half_z = (rest[..., 0] + energy[..., 2]) / np.maximum(energy[..., 0], SMALLEST_ENERGY)
    ratios = np.stack([*np.moveaxis(channels, -1, 0), capsules, half_z])
    return 10 * np.log10(np.clip(ratios, 1e-2, 1e2))


def _histograms(levels_db: Floats, weight: Floats, bands: list[NDArray[np.bool_]]) -> Floats:
    """Weights of the tiles at each of `LEVELS_DB`, `(6, bands, 41)`."""
    indices = np.round(levels_db - LEVELS_DB[0]).astype(int)
    out = np.empty((len(indices), len(bands), len(LEVELS_DB)))
    for row, index in enumerate(indices):
        for column, band in enumerate(bands):
            tiles = index[:, band].ravel()
            out[row, column] = np.bincount(tiles, weight[:, band].ravel(), len(LEVELS_DB))
    return out


def _signs(cov: Floats, total: Floats) -> Floats:
    """Signs of the correlations of the six pairs, `(3, times, bands)`; see `Evidence.signs`."""
    first, second = np.triu_indices(4, 1)
    scale = np.sqrt(np.maximum(np.einsum("tfii->tfi", cov), SMALLEST_ENERGY))
    cross = cov[..., first, second]
    correlation = cross / (scale[..., first] * scale[..., second])
    positive = np.clip(correlation, 0, None).mean(-1)
    negative = np.clip(-correlation, 0, None).mean(-1)
    in_phase = (cross / total[..., None] > OUT_OF_PHASE_SHARE).all(-1)
    return np.stack([positive, negative, in_phase])
