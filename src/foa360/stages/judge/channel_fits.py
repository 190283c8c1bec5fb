"""How well each channel fits as W, from histograms of levels."""

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.evidence import LEVELS_DB
from foa360.stages.judge.thresholds import THRESHOLDS

Floats = NDArray[np.float64]

#: Level of the dipoles against W in each normalisation, dB.
NORMALISATION_DB = {"SN3D": 0.0, "FuMa": float(10 * np.log10(2)), "N3D": float(10 * np.log10(3))}
#: Energies below this are taken as this in divisions.
MIN_ENERGY = 1e-30


def channel_fits(levels: Floats) -> Floats:
    """Compute the share of tiles near the level of SN3D, FuMa and N3D, `(n, 6, 3)`.

    Each band of the histograms `(n, 6, bands, 41)` has the same weight.

    Rows are candidates for W: the four channels, the capsules' W, and the first channel with the
    energy of the third doubled.
    """
    weights = levels.sum(-1)
    active_bands = (weights > 0).sum(-1)
    shares = levels / np.maximum(weights, MIN_ENERGY)[..., None]
    expected_db = np.array([*NORMALISATION_DB.values()])[:, None]
    near = np.exp(-0.5 * ((LEVELS_DB - expected_db) / THRESHOLDS.peak_width) ** 2)
    summed = (shares @ near.T).sum(2)
    return np.asarray(summed / np.maximum(active_bands, 1)[..., None])
