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
from foa360.evidence import CAPSULES, HALF_Z, LEVELS, Evidence, evidence
from foa360.measures import EMPTY, ratio_of, spectra

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
#: Capsules are about as loud, alike, never out of phase; their W fits about as well as any.
CAPSULES_LEVEL, CAPSULES_ALIKE, CAPSULES_OUT = 0.005, 0.62, 0.05
#: A first channel that fits SN3D as well as this is W.
CAPSULES_IN_PHASE, CAPSULES_BEHIND, PLAIN = 0.8, 0.15, 0.9
#: Share of W's energy without direction, and a fit, that mean head-locked sound.
HEAD_LOCKED, HEAD_LOCKED_FIT = 0.25, 0.6
#: An energy ratio below which one of four loudspeakers and head-locked sound look the same.
NOT_MIXED = 0.6
#: Gains: dB that are not SN3D's any more; spread of the bands, dB, that agree or nearly do.
NOT_SN3D, STEADY, NEARLY_STEADY = 2.0, 0.75, 1.5
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


def decide(found: Evidence, trusted: bool = False) -> Convention:
    """Convention of a clip, or of a whole video from the sum of its clips' evidence.

    `trusted` says that codec and container speak for W as the first channel: another one must then
    fit much better to be believed.
    """
    energy = np.diag(found.cov)
    if energy.max() <= 0:
        return unusable()
    there = energy > EMPTY * energy.max()
    wrong = _degenerate(found, energy, there)
    if wrong:
        return unusable(wrong, confidence=1.0)
    fits = peaks(found)
    first, best = fits[0].max(), int(fits[:4].max(1).argmax())
    flat = bool(energy[2] < HORIZONTAL * energy[0])
    # Empty channels are in no pair.
    pairs = {4: 6, 3: 3}.get(int(there.sum()), 1) / 6
    positive, negative, in_phase = found.signs.sum(0) / found.weight.sum() / [pairs, pairs, 1]
    field = negative > PHASE_SEEN  # not loudspeakers
    undirected = float(found.undirected / max(energy[0], 1e-30))
    if undirected > HEAD_LOCKED * (1 if there[2] else 2) and first < HEAD_LOCKED_FIT:
        mixed = field or (positive < 1.6 * negative and positive + negative > 2 * PHASE_SEEN)
        if mixed or not there[2]:
            return unusable("head_locked", confidence=undirected)
        return unusable("undecided" if ratio_of(found.cov) < NOT_MIXED else "no_w")
    if (
        energy.min() > CAPSULES_LEVEL * energy.max()
        and positive > CAPSULES_ALIKE
        and negative < CAPSULES_OUT
        and in_phase > CAPSULES_IN_PHASE
        and fits[CAPSULES].max() > max(FITS, first - CAPSULES_BEHIND)
        and fits[0, 0] < PLAIN
    ):
        return unusable("a_format", confidence=float(in_phase))
    bonus = PHASE_GAIN * (min(negative, PHASE_MOST) - PHASE_MIDDLE)
    # Where the dipoles are weaker than W, without a Z for one, others may seem to fit better.
    weak = np.median(band_levels(found)) < WEAK
    lead = fits[best].max() - first - (LEAD_WEAK if weak else LEAD_TRUSTED if trusted else LEAD)
    other_w = bool(best) and lead > 0 and not (weak and first > FITS_HORIZONTAL)
    if other_w and field and fits[best].max() + bonus > FITS:
        return _elsewhere(best, energy, fits, fits[best].max() - first)
    if other_w and best in {o[0] for o in KNOWN_ORDERS} and fits[best, 0] > FITS_WELL:
        return unusable("undecided")
    if not there[0] or first + bonus < (FITS_HORIZONTAL if flat else FITS):
        return unusable("no_w", confidence=float(np.clip(2 * (FITS - first), 0, 1)))
    field = field or positive < 2 * PHASE_SEEN
    return _with_gains(found, fits, there, field, trusted)


def peaks(found: Evidence) -> Floats:
    """Share of tiles near the level of SN3D, FuMa and N3D, `(7, 3)`, bands counting the same."""
    heard = found.levels.sum(-1) > 0
    shares = found.levels / np.maximum(found.levels.sum(-1, keepdims=True), 1e-30)
    near = np.exp(-0.5 * ((LEVELS - np.array([*GAINS_DB.values()])[:, None]) / PEAK_DB) ** 2)
    return np.asarray((shares @ near.T).sum(1) / np.maximum(heard.sum(1), 1)[:, None])


def band_levels(found: Evidence) -> Floats:
    """Mean level of the dipoles against W in each band that has sound, dB."""
    weights = found.levels[0]
    heard = weights.sum(-1) > 0
    return np.asarray(weights[heard] @ LEVELS / weights[heard].sum(-1))


def _with_gains(
    found: Evidence, fits: Floats, there: NDArray[np.bool_], field: bool, trusted: bool
) -> Convention:
    """W is the first channel: what gains, and is the order ACN or FuMa."""
    bands = band_levels(found)
    level = (np.median(bands) + 10 * np.log10(max(ratio_of(found.cov), 1e-3))) / 2
    share = found.means.sum(0)
    # How much higher the third channel is than the fourth: the height is least in most scenes.
    height = float(10 * np.log10(max(share[2], 1e-12) / max(share[3], 1e-12)))
    if level > NO_GAIN:
        return unusable("no_w", confidence=1.0)
    norm, spread = "SN3D", float(np.std(bands))
    if level > NOT_SN3D:
        nearest = min(GAINS_DB, key=lambda name: abs(GAINS_DB[name] - level))
        if spread < STEADY:
            norm = nearest
        elif height > HEIGHT_LAST:
            norm = "FuMa"  # where bands disagree it is the microphone that speaks
        elif spread < NEARLY_STEADY and there[2]:
            norm = nearest
    lead_w = _sure(fits[0].max() - fits[1:4].max())
    other = fits[1:4, 0].max() > fits[0].max() - LEAD
    if norm != "SN3D" and ((other and not trusted) or not field):
        return unusable("undecided")
    name = f"ACN/{norm}"
    if norm == "FuMa" and height > HEIGHT_THIRD:
        name = "FuMa"
    reasons = []
    if not there[2] and name != "FuMa":
        reasons.append("horizontal_only")
    if norm != "SN3D":
        reasons.append("rescaled_n3d" if norm == "N3D" else "rescaled_fuma")
    elif fits[HALF_Z, 0] - fits[0, 0] > HALVED:
        reasons.append("layout_converted")
    order, gains = CONVENTIONS[name]
    undecided = ["horizontal"]
    if abs(height) < 3:
        undecided.insert(0, "height")
    ranked = np.sort(fits[0])
    between = min(abs(level - BETWEEN[0]), abs(level - BETWEEN[1])) < UNSURE
    lead_gain = 0.5 if spread > STEADY or between else _sure(2 * (ranked[2] - ranked[1]))
    undecided = [
        *(["w"] if lead_w < 0.5 else []), *(["gains"] if lead_gain < 0.6 else []), *undecided
    ]  # fmt: skip
    sure = lead_w * lead_gain
    sure = 1 - (1 - sure) / 3 if trusted else sure
    return Convention(name, list(order), [float(g) for g in gains], reasons, sure, tuple(undecided))


def _sure(lead: float) -> float:
    """Confidence from a lead in shares of tiles; a half at none, three quarters at 0.05."""
    return float(1 / (1 + np.exp(-22 * lead)))


def _elsewhere(w: int, energy: Floats, fits: Floats, lead: float) -> Convention:
    """W is another channel than the first: a known order, with SN3D gains, or an unknown one."""
    known = [o for o in KNOWN_ORDERS if o[0] == w]
    # The height has the least energy in most scenes.
    if known and fits[w, 0] > fits[w].max() - SN3D_BEHIND:
        planes = min(known, key=lambda o: energy[o[2]])
        name, reason = "ACN/SN3D", "reordered"
        undecided: tuple[str, ...] = ("height", "horizontal")
    else:
        height, *others = sorted({0, 1, 2, 3} - {w}, key=lambda i: energy[i])
        planes = [w, min(others), height, max(others)]
        reason = "order_unknown" if lead > LEAD_SURE else "undecided"
        undecided, name = ("gains", "height", "horizontal"), "undecided"
    return Convention(name, list(planes), [1.0] * 4, [reason], _sure(lead), undecided)


def _degenerate(found: Evidence, energy: Floats, there: NDArray[np.bool_]) -> str | None:
    """Reasons that the channels themselves give, before any thought of directions."""
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
