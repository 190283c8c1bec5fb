"""Which planes are W, Y, Z and X, with which gains, or why they cannot be.

Decided from `foa360.evidence`; thresholds are from simulated scenes (docs/curation.md). What no
sound can tell (which way is left, and often which dipole is which) is left as the codec has it.
"""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics import CONVENTIONS
from foa360.ambisonics.descriptors import EMPTY, ratio_of, spectra
from foa360.ambisonics.evidence import (
    CAPSULES,
    HALF_Z,
    LEVELS,
    Evidence,
    evidence,
)

Floats = NDArray[np.float64]

#: Level of the dipoles against W, dB.
GAINS_DB = {"SN3D": 0.0, "FuMa": 10 * np.log10(2), "N3D": 10 * np.log10(3)}
#: Where W, Y, Z, X are when AAC 5.1 or 4.0 are read as they come; unknown ones put W first.
KNOWN_ORDERS = [[2, 1, 3, 0], [2, 0, 1, 3]]

#: Width of the peak that W should have, dB; and the share of tiles in it that is enough.
PEAK_DB, FITS, FITS_HORIZONTAL = 3.0, 0.55, 0.45
#: Channels out of phase are what directions behind and beside make; loudspeakers do not.
#: Their share around which, and how much, it moves the fit; and where it is telling.
PHASE_MIDDLE, PHASE_MOST, PHASE_GAIN, PHASE_SEEN = 0.1, 0.25, 1.5, 0.115
#: Lead that another channel must have to be W, and to be it for sure; more where the dipoles are
#: weak, dB, or a container speaks for the first. Z against W that makes a field horizontal.
LEAD, LEAD_SURE, LEAD_TRUSTED, LEAD_WEAK, WEAK, HORIZONTAL = 0.04, 0.1, 0.15, 0.21, 0.5, 0.05
#: Capsules are about as loud, alike, hardly ever out of phase,
CAPSULES_LEVEL, CAPSULES_ALIKE, CAPSULES_OUT = 0.005, 0.62, 0.05
#: and their W fits about as well as any; but a first channel that fits SN3D like this is W.
CAPSULES_IN_PHASE, CAPSULES_BEHIND, PLAIN = 0.8, 0.15, 0.9
#: Share of W's energy without direction, and a fit, that mean head-locked sound.
HEAD_LOCKED, HEAD_LOCKED_FIT = 0.25, 0.6
#: An energy ratio below which one of four loudspeakers and head-locked sound look the same.
NOT_MIXED = 0.6
#: Gains: dB that are not SN3D's any more; spread of bands, dB, that agree (very) well or nearly.
NOT_SN3D, VERY_STEADY, STEADY, NEARLY_STEADY = 2.0, 0.45, 0.75, 1.5
#: Levels, dB, half way between SN3D, FuMa and N3D; how near to them is unsure; and what is none.
BETWEEN, UNSURE, NO_GAIN = (2.0, 3.9), 0.5, 8.0
#: How much higher, dB, the third channel is than the fourth, where the fourth is the height, and
#: where it cannot be.
HEIGHT_LAST, HEIGHT_THIRD = 0.3, -4.0
#: By how much the peak of W must grow where the energy of the height is doubled.
HALVED = 0.08
#: W elsewhere has SN3D gains, in a known order, if they fit nearly as well as the best; and is not
#: ruled out by channels in phase if it fits this well.
SN3D_BEHIND, FITS_WELL = 0.15, 0.75
#: L and R are hardly ever out of phase, their sum and difference are.
PAIR_OUT = 0.06


class Convention(NamedTuple):
    """What was decided.

    name : order/normalisation, such as ACN/SN3D, or undecided.
    planes, gains : which planes are W, Y, Z, X, and their factors to SN3D.
    reasons : codes of `foa360.reasons`.
    confidence : 0 to 1, that W and the gains are as named rather than the next best.
    undecided : what the sound does not tell: w, gains, height, or horizontal (left, front).
    """

    name: str
    planes: list[int]
    gains: list[float]
    reasons: list[str]
    confidence: float = 0.0
    undecided: tuple[str, ...] = ("w", "gains", "height", "horizontal")


def unusable(*reasons: str, confidence: float = 0.0) -> Convention:
    """A decision that the channels are no sound field that could be used."""
    return Convention("undecided", [0, 1, 2, 3], [1.0] * 4, list(reasons), confidence)


def identify_convention(x: NDArray[np.floating], sample_rate: float) -> Convention:
    """Convention of one clip `(4, n)` from its sound alone.

    See `decide` for several clips of one video. Raises ValueError for another shape.
    """
    if x.ndim != 2 or x.shape[0] != 4:
        raise ValueError(f"need (4, n) signals, got {x.shape}")
    return decide(evidence(spectra(x, sample_rate)))


def total(parts: Sequence[Evidence]) -> Evidence | None:
    """Evidence of several clips together; None for no clip."""
    return reduce(add, parts) if parts else None


class Traits(NamedTuple):
    """What decisions are made from, see `traits`."""

    energy: Floats  # of the channels
    there: NDArray[np.bool_]  # channels that are not empty
    fits: Floats  # see `peaks`
    levels: Floats  # see `band_levels`
    ratio: float
    positive: float  # mean correlation of pairs, its positive and negative part
    negative: float
    in_phase: float  # share of tiles without a pair out of phase
    undirected: float  # share of W's energy in tiles without a direction
    height: float  # how much higher the third channel is than the fourth, dB

    @property
    def first(self) -> float:
        """How well the first channel fits as W."""
        return float(self.fits[0].max())

    @property
    def flat(self) -> bool:
        """Whether the height, if it is the third channel, is weak."""
        return bool(self.energy[2] < HORIZONTAL * self.energy[0])

    @property
    def field(self) -> bool:
        """Whether there are directions behind and beside, as loudspeakers do not have them."""
        return self.negative > PHASE_SEEN


def traits(found: Evidence) -> Traits:
    """Sums over tiles as shares and levels."""
    energy = np.diag(found.cov)
    there = energy > EMPTY * energy.max()
    # Empty channels are in no pair.
    pairs = {4: 6, 3: 3}.get(int(there.sum()), 1) / 6
    signs = found.signs.sum(0) / found.weight.sum() / [pairs, pairs, 1]
    share = np.maximum(found.means.sum(0), 1e-12)
    positive, negative, in_phase = map(float, signs)
    return Traits(
        energy, there, peaks(found), band_levels(found), ratio_of(found.cov),
        positive, negative, in_phase,
        undirected=float(found.undirected / max(energy[0], 1e-30)),
        height=float(10 * np.log10(share[2] / share[3])),
    )  # fmt: skip


def decide(found: Evidence, trusted: bool = False) -> Convention:
    """Convention of a clip, or of a whole video from the sum of its clips' evidence.

    `trusted` says that codec and container speak for W as the first channel: another one must then
    fit much better to be believed.
    """
    if found.cov.max() <= 0:
        return unusable()
    t = traits(found)
    wrong = _degenerate(found, t)
    if wrong:
        return unusable(wrong, confidence=1.0)
    return (
        _head_locked(t) or _capsules(t) or _elsewhere(t, trusted) or _no_w(t)
        or _with_gains(t, trusted)
    )  # fmt: skip


def _head_locked(t: Traits) -> Convention | None:
    """Much of W has no direction: sound was added to it, or it is one of four loudspeakers."""
    limit = HEAD_LOCKED * (1 if t.there[2] else 2)
    if t.undirected < limit or t.first > HEAD_LOCKED_FIT:
        return None
    balanced = t.positive < 1.6 * t.negative and t.positive + t.negative > 2 * PHASE_SEEN
    if t.field or balanced or not t.there[2]:
        return unusable("head_locked", confidence=t.undirected)
    return unusable("undecided" if t.ratio < NOT_MIXED else "no_w")


def _capsules(t: Traits) -> Convention | None:
    """All channels are alike and never out of phase, as directional capsules are."""
    alike = t.energy.min() > CAPSULES_LEVEL * t.energy.max() and t.positive > CAPSULES_ALIKE
    in_phase = t.negative < CAPSULES_OUT and t.in_phase > CAPSULES_IN_PHASE
    their_w = t.fits[CAPSULES].max() > max(FITS, t.first - CAPSULES_BEHIND)
    if alike and in_phase and their_w and t.fits[0, 0] < PLAIN:
        return unusable("a_format", confidence=t.in_phase)
    return None


def _elsewhere(t: Traits, trusted: bool) -> Convention | None:
    """W is another channel than the first: in a known order with SN3D gains, or an unknown one."""
    w = int(t.fits[:4].max(1).argmax())
    lead = float(t.fits[w].max() - t.first)
    # Where the dipoles are weaker than W, without a Z for one, others may seem to fit better.
    weak = np.median(t.levels) < WEAK
    needed = LEAD_WEAK if weak else LEAD_TRUSTED if trusted else LEAD
    if w == 0 or lead <= needed or (weak and t.first > FITS_HORIZONTAL):
        return None
    known = [order for order in KNOWN_ORDERS if order[0] == w]
    if not t.field or t.fits[w].max() + _bonus(t) <= FITS:
        return unusable("undecided") if known and t.fits[w, 0] > FITS_WELL else None
    if known and t.fits[w, 0] > t.fits[w].max() - SN3D_BEHIND:
        planes = min(known, key=lambda order: t.energy[order[2]])  # the height has least energy
        return Convention(
            "ACN/SN3D", list(planes), [1.0] * 4, ["reordered"], _sure(lead),
            ("height", "horizontal"),
        )  # fmt: skip
    height, *others = sorted({0, 1, 2, 3} - {w}, key=lambda i: t.energy[i])
    # Where a known order has W, other gains are no proof of another order.
    reason = "order_unknown" if lead > LEAD_SURE and not known else "undecided"
    return Convention(
        "undecided", [w, min(others), height, max(others)], [1.0] * 4, [reason], _sure(lead),
        ("gains", "height", "horizontal"),
    )  # fmt: skip


def _bonus(t: Traits) -> float:
    """How much channels out of phase add to a fit, or their absence takes away."""
    return PHASE_GAIN * (min(t.negative, PHASE_MOST) - PHASE_MIDDLE)


def _no_w(t: Traits) -> Convention | None:
    """The first channel is no W, nor is any other: loudspeakers, or unrelated channels."""
    if t.there[0] and t.first + _bonus(t) >= (FITS_HORIZONTAL if t.flat else FITS):
        return None
    return unusable("no_w", confidence=float(np.clip(2 * (FITS - t.first), 0, 1)))


def peaks(found: Evidence) -> Floats:
    """Share of tiles near the level of SN3D, FuMa and N3D, `(6, 3)`, bands counting the same."""
    heard = found.levels.sum(-1) > 0
    shares = found.levels / np.maximum(found.levels.sum(-1, keepdims=True), 1e-30)
    near = np.exp(-0.5 * ((LEVELS - np.array([*GAINS_DB.values()])[:, None]) / PEAK_DB) ** 2)
    return np.asarray((shares @ near.T).sum(1) / np.maximum(heard.sum(1), 1)[:, None])


def band_levels(found: Evidence) -> Floats:
    """Mean level of the dipoles against W in each band that has sound, dB."""
    weights = found.levels[0]
    heard = weights.sum(-1) > 0
    return np.asarray(weights[heard] @ LEVELS / weights[heard].sum(-1))


def _with_gains(t: Traits, trusted: bool) -> Convention:
    """W is the first channel: what gains, and is the order ACN or FuMa."""
    level = (np.median(t.levels) + 10 * np.log10(max(t.ratio, 1e-3))) / 2
    norm, steady = _normalisation(t, float(level)), np.std(t.levels) < STEADY
    other = t.fits[1:4, 0].max() > t.first - LEAD and not trusted
    loudspeakers = not t.field and t.positive >= 2 * PHASE_SEEN
    if level > NO_GAIN:
        return unusable("no_w", confidence=1.0)
    if norm != "SN3D" and (other or loudspeakers):
        return unusable("undecided")
    name = "FuMa" if norm == "FuMa" and t.height > HEIGHT_THIRD else f"ACN/{norm}"
    reasons = ["horizontal_only"] if not t.there[2] and name != "FuMa" else []
    if norm != "SN3D":
        reasons.append("rescaled_n3d" if norm == "N3D" else "rescaled_fuma")
    elif t.fits[HALF_Z, 0] - t.fits[0, 0] > HALVED:
        reasons.append("layout_converted")
    w = _sure(t.first - t.fits[1:4].max())
    ranked = np.sort(t.fits[0])
    between = min(abs(level - edge) for edge in BETWEEN) < UNSURE
    agreed = steady and not between and norm == _nearest(float(level))
    gains = _sure(2 * (ranked[2] - ranked[1])) if agreed else 0.5
    doubts = {
        "w": w < 0.5 or loudspeakers,
        "gains": gains < 0.6,
        "height": abs(t.height) < 3,
        "horizontal": True,
    }
    sure = 1 - (1 - w * gains) / 3 if trusted else w * gains
    order, factors = CONVENTIONS[name]
    return Convention(
        name, list(order), [float(g) for g in factors], reasons, sure,
        tuple(what for what, doubt in doubts.items() if doubt),
    )  # fmt: skip


def _normalisation(t: Traits, level: float) -> str:
    """Normalisation by the level of the dipoles against W, dB."""
    spread = np.std(t.levels)
    nearest = _nearest(level)
    if level <= NOT_SN3D:
        return "SN3D"
    # The order speaks for FuMa: only bands that agree very well speak for N3D all the same.
    if spread < (VERY_STEADY if nearest == "N3D" and t.height > HEIGHT_LAST else STEADY):
        return nearest
    if t.height > HEIGHT_LAST:
        return "FuMa"  # where bands disagree it is the microphone that speaks, and then the order
    return nearest if spread < NEARLY_STEADY and t.there[2] else "SN3D"


def _nearest(level: float) -> str:
    return min(GAINS_DB, key=lambda name: abs(GAINS_DB[name] - level))


def _sure(lead: float) -> float:
    """Confidence from a lead in shares of tiles; a half at none, three quarters at 0.05."""
    return float(1 / (1 + np.exp(-22 * lead)))


def _degenerate(found: Evidence, t: Traits) -> str | None:
    """Reasons that the channels themselves give, before any thought of directions."""
    energy, there = t.energy, t.there
    if there.sum() == 1:
        return "mono_in_w" if there[0] else "no_w"
    if there[0] and there[1] and there.sum() == 2:
        # L - R is never louder than L + R; either of L and R may be.
        out = 6 * found.signs[:, 1].sum() / found.weight.sum()
        if out > PAIR_OUT:
            return "stereo_upmix"
        return "stereo_in_two" if found.louder > 0.02 * energy.sum() else "stereo"
    scale = np.sqrt(np.maximum(energy, 1e-30))
    rho = found.cov / np.outer(scale, scale)
    level = 10 * np.log10(np.maximum(energy, 1e-30) / energy.max())

    def same(i: int, j: int) -> bool:
        return bool(rho[i, j] > 0.98 and abs(level[i] - level[j]) < 0.7)

    if all(same(0, i) for i in (1, 2, 3)):
        return "mono_in_all"
    if (same(0, 2) and same(1, 3)) or (same(0, 1) and same(2, 3)) or (same(0, 3) and same(1, 2)):
        return "paired_channels"
    return None
