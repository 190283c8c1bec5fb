"""The evidence for a convention, reduced to the shares and levels that rules compare."""

from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.descriptors import covariance_to_energy_ratio
from foa360.ambisonics.evidence import LEVELS_DB
from foa360.stages.judge.channel_fits import MIN_ENERGY, channel_fits
from foa360.stages.judge.evidence_stack import EvidenceStack
from foa360.stages.judge.hypotheses import Weighed, weigh
from foa360.stages.judge.medians import masked_median
from foa360.stages.judge.thresholds import THRESHOLDS

Floats = NDArray[np.float64]

#: Pairs among four channels, over which correlations are averaged.
CHANNEL_PAIRS = 6
#: First and second channel of each pair.
FIRST, SECOND = np.triu_indices(4, 1)
#: Pairs with the first channel, and for each of them the pair of the two other channels.
FIRST_PAIRS, OTHER_PAIRS = slice(0, 3), slice(5, 2, -1)
#: Shares below this are taken as this in divisions.
MIN_SHARE = 1e-12
#: Signs of the dipoles in the capsules of both tetrahedra, and for each capsule the three others.
SIGNS = np.array(list(product((1.0, -1.0), repeat=3)))
OTHER_CAPSULES = (SIGNS.prod(1)[:, None] == SIGNS.prod(1)) & ~np.eye(len(SIGNS), dtype=bool)
#: Gains of the dipoles in a cardioid capsule: N3D less 3 dB to SN3D and 3 dB.
CAPSULE_GAINS = (0.236, 0.816)


class EvidenceSummary(NamedTuple):
    """Shares and levels of four channels, as decoded, of one clip or video.

    Plain numbers and lists: rules compare them one by one.

    Attributes
    ----------
    has_signal : bool
        Whether any channel carries a signal; otherwise nothing else has a meaning.
    energy : [4]
        Of the channels.
    present : [4]
        Whether the channels are not empty.
    present_count : int
        Number of channels that are not empty.
    highest_correlation, lowest_correlation : float
        Of a pair of channels.
    strongest_correlation : float
        Of the first channel with another, without its sign.
    all_equal, equal_in_pairs : bool
        Whether all channels are equal, or two and the two others are.
    sn3d_fits, best_fits : [6]
        Fit of each candidate for W in SN3D, and in its best normalisation, see `channel_fits`.
    second_fit : float
        Fit of the first channel in its second best normalisation.
    dipole_level_db, dipole_deviation_db : float
        Median over bands of the level of the other channels against the first, and its standard
        deviation, see `dipole_levels`.
    ratio, ratio_db : float
        Energy of the second to fourth channel over that of the first.
    in_phase, out_of_phase : float
        Positive and negative part of the correlations, mean over pairs and tiles, 0 to 1.
    in_phase_tiles : float
        Share of tiles without a pair out of phase.
    undirected : float
        Share of the first channel's energy in tiles without a direction.
    height_db : float
        Level of the third channel above the fourth, mean over bands.
    stereo_out_of_phase : float
        `out_of_phase` of the first two channels, where the others are empty.
    stereo_excess : float
        Energy of the second channel above the first, over the energy of all.
    capsule_null, capsule_rank : float
        Level of the weakest of a tetrahedron's capsules, see `capsule_nulls`, dB.
    weighed : Weighed
        Probabilities of the hypotheses on the convention.
    """

    has_signal: bool
    energy: list[float]
    present: list[bool]
    present_count: int
    highest_correlation: float
    lowest_correlation: float
    strongest_correlation: float
    all_equal: bool
    equal_in_pairs: bool
    sn3d_fits: list[float]
    best_fits: list[float]
    second_fit: float
    dipole_level_db: float
    dipole_deviation_db: float
    ratio: float
    ratio_db: float
    in_phase: float
    out_of_phase: float
    in_phase_tiles: float
    undirected: float
    height_db: float
    stereo_out_of_phase: float
    stereo_excess: float
    capsule_null: float
    capsule_rank: float
    weighed: Weighed

    @property
    def first_fit(self) -> float:
        """How well the first channel fits as W in any normalisation, share of tiles."""
        return self.best_fits[0]

    @property
    def horizontal(self) -> bool:
        """Whether the third channel, the height in ACN order, is weak."""
        return self.energy[2] < THRESHOLDS.horizontal * self.energy[0]

    @property
    def directional(self) -> bool:
        """Whether there are sources behind and beside, which loudspeaker signals do not have."""
        return self.out_of_phase > THRESHOLDS.directional

    @property
    def phase_bonus(self) -> float:
        """Amount by which channels out of phase improve a fit, or their absence worsens it."""
        out_of_phase = min(self.out_of_phase, THRESHOLDS.phase_limit)
        return THRESHOLDS.phase_gain * (out_of_phase - THRESHOLDS.phase_centre)


class Channels(NamedTuple):
    """Channels of n clips or videos against each other; pairs are WY WZ WX YZ YX ZX in ACN order.

    energy : (n, 4).
    present : (n, 4), channels that are not empty.
    correlations : (n, 6), of the pairs.
    equal : (n, 6), whether the pairs are equal, in correlation and level.
    """

    energy: Floats
    present: NDArray[np.bool_]
    correlations: Floats
    equal: NDArray[np.bool_]


def compare_channels(cov: Floats) -> Channels:
    """Compare channels by their covariances `(n, 4, 4)`."""
    energy = np.diagonal(cov, axis1=1, axis2=2)
    strongest = energy.max(1, keepdims=True)
    floored = np.maximum(energy, MIN_ENERGY)
    with np.errstate(divide="ignore", invalid="ignore"):
        level_db = 10 * np.log10(floored / strongest)
        level_differences = np.abs(level_db[:, FIRST] - level_db[:, SECOND])
    scale = np.sqrt(floored)
    correlations = cov[:, FIRST, SECOND] / (scale[:, FIRST] * scale[:, SECOND])
    correlated = correlations > THRESHOLDS.equal_correlation
    return Channels(
        energy=energy,
        present=energy > THRESHOLDS.empty_channel * strongest,
        correlations=correlations,
        equal=correlated & (level_differences < THRESHOLDS.equal_level),
    )


def summarize(
    evidence: EvidenceStack, order_proven: NDArray[np.bool_], distributed: NDArray[np.bool_]
) -> list[EvidenceSummary]:
    """Summarize the evidence of each clip or video; for the others see `convention.decide_each`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = _columns(evidence)
    values = [columns[name].tolist() for name in EvidenceSummary._fields[:-1]]
    values.append(weigh(evidence, order_proven, distributed))
    return [EvidenceSummary._make(row) for row in zip(*values, strict=True)]


def _columns(evidence: EvidenceStack) -> dict[str, NDArray[Any]]:
    """Fields of `EvidenceSummary`, with an axis in front."""
    channels = compare_channels(evidence.cov)
    energy = channels.energy
    present_count = channels.present.sum(1)
    equal = channels.equal
    fits = channel_fits(evidence.levels)
    levels_db, active = dipole_levels(evidence.levels[:, 0])
    ratio = covariance_to_energy_ratio(evidence.cov)
    shares = np.maximum(evidence.means.sum(1), MIN_SHARE)
    weight = evidence.weight.sum(1)
    in_phase, out_of_phase, in_phase_tiles = _phases(evidence, weight, present_count)
    capsule_null, capsule_rank = capsule_nulls(evidence.cov)
    return {
        "has_signal": evidence.cov.max((1, 2)) > 0,
        "energy": energy,
        "present": channels.present,
        "present_count": present_count,
        "highest_correlation": channels.correlations.max(1),
        "lowest_correlation": channels.correlations.min(1),
        "strongest_correlation": np.abs(channels.correlations[:, FIRST_PAIRS]).max(1),
        "all_equal": equal[:, FIRST_PAIRS].all(1),
        "equal_in_pairs": (equal[:, FIRST_PAIRS] & equal[:, OTHER_PAIRS]).any(1),
        "sn3d_fits": fits[..., 0],
        "best_fits": fits.max(2),
        "second_fit": np.sort(fits[:, 0])[:, 1],
        "dipole_level_db": masked_median(levels_db, active),
        "dipole_deviation_db": _masked_deviation(levels_db, active),
        "ratio": ratio,
        "ratio_db": 10 * np.log10(np.maximum(ratio, THRESHOLDS.min_ratio)),
        "in_phase": in_phase,
        "out_of_phase": out_of_phase,
        "in_phase_tiles": in_phase_tiles,
        "undirected": evidence.undirected / np.maximum(energy[:, 0], MIN_ENERGY),
        "height_db": 10 * np.log10(shares[:, 2] / shares[:, 3]),
        "stereo_out_of_phase": CHANNEL_PAIRS * evidence.signs[..., 1].sum(1) / weight,
        "stereo_excess": evidence.louder / energy.sum(1),
        "capsule_null": capsule_null,
        "capsule_rank": capsule_rank,
    }


def _phases(evidence: EvidenceStack, weight: Floats, channels: NDArray[np.int_]) -> Floats:
    """Compute correlations in phase and out of phase, and the share of tiles in phase, `(3, n)`.

    The sums are over all six pairs, but empty channels are in no pair.
    """
    pairs = np.maximum(channels * (channels - 1) // 2, 1)
    share = pairs / CHANNEL_PAIRS
    whole = np.ones(len(share))
    signs = evidence.signs.sum(1) / weight[:, None] / np.stack([share, share, whole], 1)
    return np.asarray(signs.T)


def capsule_nulls(cov: Floats) -> tuple[Floats, Floats]:
    """Level of the weakest capsule of a tetrahedron, were covariances `(n, 4, 4)` made from it.

    A cardioid capsule is W + g (±Y ±Z ±X), g depending on the gains, which are not known. A dead
    one leaves a null at one choice of signs, whatever the directions of the sources.

    Returns
    -------
    null : (n,)
        Level against the mean of the three other capsules, dB.
    rank : (n,)
        Level against the second smallest eigenvalue, dB: a single dry source leaves more nulls.
    """
    w, cross, dipoles = cov[:, 0, 0, None], cov[:, 0, 1:] @ SIGNS.T, _quadratic(cov[:, 1:, 1:])
    gain = np.clip(-cross / np.maximum(dipoles, MIN_ENERGY), *CAPSULE_GAINS)
    power = w + 2 * gain * cross + gain**2 * dipoles
    weakest = power.argmin(1)[:, None]
    null = np.maximum(np.take_along_axis(power, weakest, 1)[:, 0], MIN_ENERGY)
    gain = np.take_along_axis(gain, weakest, 1)
    others = (w + 2 * gain * cross + gain**2 * dipoles) * OTHER_CAPSULES[weakest[:, 0]]
    scale = np.concatenate([np.ones((len(cov), 1)), np.repeat(gain, 3, 1)], 1)
    scaled = cov * scale[:, :, None] * scale[:, None, :]
    second = np.maximum(np.linalg.eigvalsh(scaled)[:, 1], MIN_ENERGY)
    mean = np.maximum(others.sum(1) / 3, MIN_ENERGY)
    return 10 * np.log10(null / mean), 10 * np.log10(null / len(SIGNS[0]) / second)


def _quadratic(dipoles: Floats) -> Floats:
    """Energy of the sum of the dipoles with each choice of signs, `(n, 8)`."""
    return np.asarray(np.einsum("si,nij,sj->ns", SIGNS, dipoles, SIGNS))


def dipole_levels(levels: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Compute the mean level of the other channels against the first in each band, dB.

    `(n, bands)` of histograms `(n, bands, 41)`, and which bands are active; 0 where they are not.
    """
    weights = levels.sum(-1)
    active = weights > 0
    mean_db = np.divide(levels @ LEVELS_DB, weights, out=np.zeros(weights.shape), where=active)
    return mean_db, active


def _masked_deviation(values: Floats, mask: NDArray[np.bool_]) -> Floats:
    """Compute the standard deviation along the last axis in a mask; NaN for no value."""
    count = mask.sum(-1, keepdims=True)
    mean = np.where(mask, values, 0).sum(-1, keepdims=True) / count
    squares = np.where(mask, (values - mean) ** 2, 0).sum(-1, keepdims=True)
    return np.asarray(np.sqrt(squares / count)[..., 0])
