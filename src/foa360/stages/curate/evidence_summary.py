"""The evidence for a convention, reduced to the shares and levels that rules compare."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.descriptors import covariance_to_energy_ratio
from foa360.ambisonics.evidence import LEVELS_DB, Evidence
from foa360.stages.curate.thresholds import THRESHOLDS

Floats = NDArray[np.float64]

#: Level of the dipoles against W in each normalisation, dB.
NORMALISATION_DB = {"SN3D": 0.0, "FuMa": 10 * np.log10(2), "N3D": 10 * np.log10(3)}
#: Pairs among four channels, over which correlations are averaged.
CHANNEL_PAIRS = 6
#: Energies and shares below these are taken as these in divisions.
MIN_ENERGY, MIN_SHARE = 1e-30, 1e-12


@dataclass(frozen=True, kw_only=True)
class EvidenceSummary:
    """Shares and levels of four channels, as decoded, that are not all silent.

    Attributes
    ----------
    energy : (4,)
        Of the channels.
    present : (4,) bool
        Channels that are not empty.
    correlation : (4, 4)
        Correlation coefficients of the channels.
    level_db : (4,)
        Of the channels against the strongest.
    fits : (6, 3)
        See `channel_fits`.
    dipole_levels_db : (bands,)
        See `dipole_levels`.
    ratio : float
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
    """

    energy: Floats
    present: NDArray[np.bool_]
    correlation: Floats
    level_db: Floats
    fits: Floats
    dipole_levels_db: Floats
    ratio: float
    in_phase: float
    out_of_phase: float
    in_phase_tiles: float
    undirected: float
    height_db: float
    stereo_out_of_phase: float
    stereo_excess: float

    @property
    def first_fit(self) -> float:
        """How well the first channel fits as W in any normalisation, share of tiles."""
        return float(self.fits[0].max())

    @property
    def horizontal(self) -> bool:
        """Whether the third channel, the height in ACN order, is weak."""
        return bool(self.energy[2] < THRESHOLDS.horizontal * self.energy[0])

    @property
    def directional(self) -> bool:
        """Whether there are sources behind and beside, which loudspeaker signals do not have."""
        return self.out_of_phase > THRESHOLDS.directional

    @property
    def phase_bonus(self) -> float:
        """Amount by which channels out of phase improve a fit, or their absence worsens it."""
        out_of_phase = min(self.out_of_phase, THRESHOLDS.phase_limit)
        return THRESHOLDS.phase_gain * (out_of_phase - THRESHOLDS.phase_centre)


def summarize(evidence: Evidence) -> EvidenceSummary:
    """Summarize evidence with a signal in at least one channel."""
    energy = np.diag(evidence.cov)
    strongest = energy.max()
    present = energy > THRESHOLDS.empty_channel * strongest
    in_phase, out_of_phase, in_phase_tiles = _phases(evidence, int(present.sum()))
    shares = np.maximum(evidence.means.sum(0), MIN_SHARE)
    floored = np.maximum(energy, MIN_ENERGY)
    scale = np.sqrt(floored)
    stereo_out_of_phase = CHANNEL_PAIRS * evidence.signs[:, 1].sum() / evidence.weight.sum()
    return EvidenceSummary(
        energy=energy,
        present=present,
        correlation=evidence.cov / np.outer(scale, scale),
        level_db=10 * np.log10(floored / strongest),
        fits=channel_fits(evidence),
        dipole_levels_db=dipole_levels(evidence),
        ratio=covariance_to_energy_ratio(evidence.cov),
        in_phase=in_phase,
        out_of_phase=out_of_phase,
        in_phase_tiles=in_phase_tiles,
        undirected=float(evidence.undirected / max(energy[0], MIN_ENERGY)),
        height_db=float(10 * np.log10(shares[2] / shares[3])),
        stereo_out_of_phase=float(stereo_out_of_phase),
        stereo_excess=float(evidence.louder / energy.sum()),
    )


def _phases(evidence: Evidence, channels: int) -> tuple[float, float, float]:
    """Compute correlations in phase and out of phase, and the share of tiles in phase.

    The sums are over all six pairs, but empty channels are in no pair.
    """
    pairs = max(channels * (channels - 1) // 2, 1)
    share = pairs / CHANNEL_PAIRS
    in_phase, out_of_phase, tiles = (
        evidence.signs.sum(0) / evidence.weight.sum() / [share, share, 1]
    )
    return float(in_phase), float(out_of_phase), float(tiles)


def channel_fits(evidence: Evidence) -> Floats:
    """Compute the share of tiles near the level of SN3D, FuMa and N3D, `(6, 3)`.

    Each band has the same weight.

    Rows are candidates for W: the four channels, the capsules' W, and the first channel with the
    energy of the third doubled.
    """
    weights = evidence.levels
    active_bands = weights.sum(-1) > 0
    shares = weights / np.maximum(weights.sum(-1, keepdims=True), MIN_ENERGY)
    expected_db = np.array([*NORMALISATION_DB.values()])[:, None]
    near = np.exp(-0.5 * ((LEVELS_DB - expected_db) / THRESHOLDS.peak_width) ** 2)
    summed = (shares @ near.T).sum(1)
    return np.asarray(summed / np.maximum(active_bands.sum(1), 1)[:, None])


def dipole_levels(evidence: Evidence) -> Floats:
    """Compute the mean level of the other channels against the first in each active band, dB."""
    weights = evidence.levels[0]
    active = weights[weights.sum(-1) > 0]
    return np.asarray(active @ LEVELS_DB / active.sum(-1))
