"""What a sound tells about its own convention, as sums over tiles of time and frequency.

A plane wave has the same level in W from every direction, and its dipoles together are 0 dB (SN3D),
3 dB (FuMa) or 4.8 dB (N3D) above it; no dipole has that. In a tile one source often dominates, so a
histogram over tiles of "all other channels against this one" has a narrow peak for W, at the place
of its normalisation, and wide ones for all else. Sums of several clips of a video add up.
"""

from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.descriptors import Spectra, tile_covariance

Floats = NDArray[np.float64]

#: Bands in which every one counts the same, Hz: microphones differ between them.
BANDS = (100, 300, 700, 1500, 2700, 4100)
#: Levels of the histograms, dB.
LEVELS = np.arange(-20.0, 21.0)
#: Tetrahedral capsules FLU, FRD, BLD, BRU to WYZX.
A_TO_B = 0.5 * np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, -1, -1, 1], [1, 1, -1, -1]])
A_TO_B[1:] *= 3**0.5
#: Rows of `levels` after the four channels: W of capsules, and W where Z was halved in energy.
CAPSULES, HALF_Z = 4, 5
#: A tile in which W is louder than the dipoles by this factor has no direction.
UNDIRECTED = 6.0
#: A pair of channels this far below zero, relative to the tile's energy, is out of phase.
OUT_OF_PHASE = -0.02


@dataclass(frozen=True)
class Evidence:
    """Sums over tiles, each weighted with the root of its energy unless said otherwise.

    cov : (4, 4), real covariance, by energy.
    levels : (6, bands, 41), weights of tiles by the level of the rest against one channel.
    means : (bands, 4), shares of the channels in a tile's energy.
    signs : (bands, 3), positive and negative parts of the mean correlation of the six pairs, and
        the tiles in which no pair is out of phase.
    weight : (bands,), the weights.
    louder, undirected : energy of the second channel above the first's; energy of the first in
        tiles without a direction.
    """

    cov: Floats
    levels: Floats
    means: Floats
    signs: Floats
    weight: Floats
    louder: float
    undirected: float

    def __add__(self, other: "Evidence") -> "Evidence":
        """Evidence of two clips together."""
        return Evidence(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def evidence(of: Spectra) -> Evidence:
    """What the spectra of one clip with four channels tell, in any order of its channels."""
    cov, hz = tile_covariance(of, BANDS[-1])
    energy = np.einsum("tfii->tfi", cov)
    whole = np.maximum(energy.sum(-1), 1e-30)
    rest = whole[..., None] - energy
    w, dipoles = energy[..., 0], rest[..., 0]
    # Coherent sums of capsules: W of the tetrahedron, and what is left of the energy in B-format.
    capsules = np.einsum("j,tfjk,k->tf", A_TO_B[0], cov, A_TO_B[0])
    others = np.einsum("ij,tfjk,ik->tf", A_TO_B[1:], cov, A_TO_B[1:])
    against = np.stack(
        [
            *np.moveaxis(rest / np.maximum(energy, 1e-30), -1, 0),
            others / np.maximum(capsules, 1e-30),
            (dipoles + energy[..., 2]) / np.maximum(w, 1e-30),
        ]
    )
    level = 10 * np.log10(np.clip(against, 1e-2, 1e2))
    index = np.round(level - LEVELS[0]).astype(int)
    weight = np.sqrt(energy.sum(-1))
    scale = np.sqrt(np.maximum(energy, 1e-30))
    pair = np.triu_indices(4, 1)
    crossed = cov[..., pair[0], pair[1]]
    correlation = crossed / (scale[..., pair[0]] * scale[..., pair[1]])
    signs = np.stack(
        [
            np.clip(correlation, 0, None).mean(-1),
            np.clip(-correlation, 0, None).mean(-1),
            (crossed / whole[..., None] > OUT_OF_PHASE).all(-1),
        ]
    )
    bands = [(hz >= low) & (hz < high) for low, high in pairwise(BANDS)]
    size = len(LEVELS)
    return Evidence(
        cov.sum((0, 1)),
        np.array(
            [
                [np.bincount(i[:, b].ravel(), weight[:, b].ravel(), size) for b in bands]
                for i in index
            ]
        ),
        np.array([np.einsum("tf,tfi->i", weight[:, b] / whole[:, b], energy[:, b]) for b in bands]),
        np.array([(signs[:, :, b] * weight[:, b]).sum((1, 2)) for b in bands]),
        np.array([weight[:, b].sum() for b in bands]),
        float(np.clip(energy[..., 1] - w, 0, None).sum()),
        float(w[w > UNDIRECTED * dipoles].sum()),
    )
