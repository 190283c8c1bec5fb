"""What the evidence says for each channel as W: the numbers that hypotheses are weighed by.

All are functions of the channels in any order: exchanged channels exchange the candidates for W.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.descriptors import level_db
from foa360.ambisonics.evidence import CAPSULES_ROW, LEVELS_DB
from foa360.stages.judge.channel_fits import MIN_ENERGY, channel_fits
from foa360.stages.judge.evidence_stack import EvidenceStack

Floats = NDArray[np.float64]

#: Levels of a channel below this, against the strongest one, count as this, dB.
EMPTY_DB = -60.0
#: Channels below this, against the strongest of the three, have no height to tell by, dB.
NO_HEIGHT_DB = -45.0
#: Levels of the dipoles against W are compared up to this, dB.
HIGHEST_DB = 15.0
#: Below this level of the dipoles against W a tile has no direction, dB.
UNDIRECTED_DB = -7.0
#: Ridge of the regression of W's share on those of the dipoles.
RIDGE = 1e-3
#: Names of the features, in their order.
CANDIDATE = (
    "fit_sn3d",
    "fit_fuma",
    "fit_n3d",
    "level",
    "level_squared",
    "width",
    "deviation",
    "undirected",
    "ratio",
    "ratio_squared",
    "gain",
    "gain_highest",
    "gain_lowest",
    "gain_range",
    "gain_squared",
    "misfit",
    "level_less_ratio",
    "steady",
    "level_if_steady",
    "level_squared_if_steady",
)
FIELD = (
    "in_phase",
    "out_of_phase",
    "in_phase_tiles",
    "fit_capsules",
    "weakest",
    "second_weakest",
    "best_fit",
)
HEIGHT = ("level", "level_squared", "empty")
#: For each channel, the three others.
OTHERS = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])


class Features(NamedTuple):
    """Features of n clips or videos.

    candidates : (n, 4, k), of each channel as W.
    field : (n, g), of all channels together.
    heights : (n, 4, 3, h), of each of the three other channels as the height, for each W.
    """

    candidates: Floats
    field: Floats
    heights: Floats


def features(evidence: EvidenceStack) -> Features:
    """Compute the features of each clip or video, scaled to about 1."""
    levels = evidence.levels
    weights = levels.sum(-1)
    active = weights > 0
    count = np.maximum(active.sum(-1), 1)
    shares = levels / np.maximum(weights, MIN_ENERGY)[..., None]
    mean = shares @ LEVELS_DB
    spread = np.sqrt(np.maximum(shares @ LEVELS_DB**2 - mean**2, 0))
    of_bands = np.where(active, mean, 0).sum(-1) / count
    deviation = np.where(active, (mean - of_bands[..., None]) ** 2, 0).sum(-1) / count
    undirected = np.where(active, shares[..., LEVELS_DB < UNDIRECTED_DB].sum(-1), 0)
    energy = np.maximum(np.diagonal(evidence.cov, axis1=1, axis2=2), MIN_ENERGY)
    rest = energy.sum(1, keepdims=True) - energy
    ratio = np.clip(level_db(rest / energy), -HIGHEST_DB, HIGHEST_DB)
    fits = channel_fits(levels)
    gains, misfit = dipole_gains(evidence)
    bands_db, ratio_db, mean_gain = of_bands[:, :4] / 5, ratio / 10, gains.mean(2) / 5
    steady = 4 / level_deviation(np.sqrt(deviation[:, :4])) ** 2
    columns = {
        "fit_sn3d": fits[:, :4, 0],
        "fit_fuma": fits[:, :4, 1],
        "fit_n3d": fits[:, :4, 2],
        "level": bands_db,
        "level_squared": bands_db**2,
        "width": np.where(active, spread, 0).sum(-1)[:, :4] / count[:, :4] / 5,
        "deviation": np.sqrt(deviation[:, :4]) / 2,
        "undirected": undirected.sum(-1)[:, :4] / count[:, :4],
        "ratio": ratio_db,
        "ratio_squared": ratio_db**2,
        "gain": mean_gain,
        "gain_highest": gains.max(2) / 5,
        "gain_lowest": gains.min(2) / 5,
        "gain_range": (gains.max(2) - gains.min(2)) / 5,
        "gain_squared": mean_gain**2,
        "misfit": misfit,
        "level_less_ratio": np.abs(of_bands[:, :4] - ratio) / 5,
        "steady": steady / 10,
        "level_if_steady": bands_db * steady,
        "level_squared_if_steady": bands_db**2 * steady,
    }
    weight = np.maximum(evidence.weight.sum(1), MIN_ENERGY)[:, None]
    signs = evidence.signs.sum(1) / weight
    strongest = energy.max(1, keepdims=True)
    below = np.maximum(level_db(energy / strongest), EMPTY_DB)
    ordered = np.sort(below, axis=1)
    whole = {
        "in_phase": signs[:, 0] * 3,
        "out_of_phase": signs[:, 1] * 6,
        "in_phase_tiles": signs[:, 2],
        "fit_capsules": fits[:, CAPSULES_ROW].max(1),
        "weakest": ordered[:, 0] / 30,
        "second_weakest": ordered[:, 1] / 30,
        "best_fit": fits[:, :4].max((1, 2)),
    }
    return Features(
        np.stack([columns[name] for name in CANDIDATE], -1),
        np.stack([whole[name] for name in FIELD], -1),
        _heights(below),
    )


def level_deviation(of_bands: Floats) -> Floats:
    """Return the standard deviation of a microphone's level, dB, by that of its bands.

    A microphone whose bands agree is calibrated, so that its level tells the gains.
    """
    return np.asarray(0.4 + 1.4 * np.minimum(of_bands, 2.5))


def dipole_gains(evidence: EvidenceStack) -> tuple[Floats, Floats]:
    """Estimate the gain of each other channel against SN3D, were a channel W.

    In a tile that one source dominates, the energy of W is a sum of those of the dipoles, with
    weights of 1 in SN3D, 1/3 in N3D; a regression finds them, for each dipole by itself.

    Returns
    -------
    gains : (n, 4, 3)
        In dB; 0 for channels with hardly a signal.
    misfit : (n, 4)
        Root of the share of W's variation that the sum leaves, 0 to 1.
    """
    weight = np.maximum(evidence.weight, MIN_ENERGY)
    moments = (evidence.moments / weight[..., None, None]).mean(1)
    gains, misfits = [], []
    for channel, others in enumerate(OTHERS):
        dipoles = moments[:, others[:, None], others]
        cross = moments[:, others, channel]
        weights = np.linalg.solve(dipoles + RIDGE * np.eye(3), cross[..., None])[..., 0]
        left = moments[:, channel, channel] - (weights * cross).sum(1)
        misfits.append(
            np.sqrt(np.clip(left / np.maximum(moments[:, channel, channel], 1e-9), 0, 1))
        )
        gain = -level_db(np.clip(weights, 10 ** (-HIGHEST_DB / 10), 10 ** (HIGHEST_DB / 10)))
        sounding = np.sqrt(np.diagonal(dipoles, axis1=1, axis2=2)) > 10 * RIDGE
        gains.append(np.where(sounding, gain, 0))
    return np.stack(gains, 1), np.stack(misfits, 1)


def _heights(below: Floats) -> Floats:
    """Level of each other channel below the strongest of the three, and whether it is empty."""
    of_others = below[:, OTHERS]
    level = of_others - of_others.max(2, keepdims=True)
    empty = level < NO_HEIGHT_DB
    shown = np.where(empty, 0, level)
    return np.stack([shown / 10, (shown / 20) ** 2, empty], -1)
