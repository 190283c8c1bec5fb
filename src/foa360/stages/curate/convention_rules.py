"""The rules that decide on the convention, in order; the first that decides ends the decision."""

from collections.abc import Callable

import numpy as np

from foa360.ambisonics.evidence import CAPSULES_ROW, HALF_Z_ROW
from foa360.ambisonics.field import CONVENTIONS
from foa360.stages.curate.convention_types import Comparison, Convention, Ruling, not_ambisonics
from foa360.stages.curate.evidence_summary import NORMALISATION_DB, EvidenceSummary
from foa360.stages.curate.thresholds import THRESHOLDS

Rule = Callable[[EvidenceSummary, bool], Ruling]

#: Channels of W, Y, Z, X where AAC 5.1 and 4.0 are read in decoder order, with W first or not.
KNOWN_ORDERS = ([2, 1, 3, 0], [2, 0, 1, 3])
#: Ways to divide four channels into two pairs.
PAIRINGS = (((0, 2), (1, 3)), ((0, 1), (2, 3)), ((0, 3), (1, 2)))


def single_channel(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize mono: only one channel carries a signal, W or another."""
    present = int(summary.present.sum())
    comparisons = (Comparison("channels with a signal", present),)
    if present != 1:
        return Ruling(None, comparisons)
    reason = "mono_in_w" if summary.present[0] else "no_w"
    return Ruling(not_ambisonics(reason, confidence=1.0), comparisons)


def stereo_pair(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize stereo in the first two channels: left and right, or their sum and difference.

    The difference is never louder than the sum; either of left and right may be.
    """
    out_of_phase = summary.stereo_out_of_phase
    if not (summary.present[0] and summary.present[1] and summary.present.sum() == 2):
        return Ruling(None, ())
    comparisons = (
        Comparison("first two channels out of phase", out_of_phase, "stereo_out_of_phase"),
        Comparison("excess of the second channel", summary.stereo_excess, "stereo_excess"),
    )
    if out_of_phase > THRESHOLDS.stereo_out_of_phase:
        reason = "stereo_upmix"
    elif summary.stereo_excess > THRESHOLDS.stereo_excess:
        reason = "stereo_in_two"
    else:
        reason = "stereo"
    return Ruling(not_ambisonics(reason, confidence=1.0), comparisons)


def equal_channels(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize mono stored in all channels, and stereo stored twice."""
    correlations = summary.correlation[np.triu_indices(4, 1)]
    comparisons = (
        Comparison("highest correlation", float(correlations.max()), "equal_correlation"),
        Comparison("lowest correlation", float(correlations.min()), "equal_correlation"),
    )
    reason = None
    if all(_equal(summary, 0, channel) for channel in (1, 2, 3)):
        reason = "mono_in_all"
    elif any(_equal(summary, *a) and _equal(summary, *b) for a, b in PAIRINGS):
        reason = "paired_channels"
    if reason is None:
        return Ruling(None, comparisons)
    return Ruling(not_ambisonics(reason, confidence=1.0), comparisons)


def _equal(summary: EvidenceSummary, a: int, b: int) -> bool:
    level_difference = abs(summary.level_db[a] - summary.level_db[b])
    correlated = summary.correlation[a, b] > THRESHOLDS.equal_correlation
    return bool(correlated and level_difference < THRESHOLDS.equal_level)


def head_locked(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize audio added to W, much of which has no direction then.

    A signal of one of four loudspeakers may look the same.
    """
    z_present = bool(summary.present[2])
    name = "undirected" if z_present else "undirected_without_z"
    limit = THRESHOLDS.undirected if z_present else THRESHOLDS.undirected_without_z
    comparisons: tuple[Comparison, ...] = (
        Comparison("W without direction", summary.undirected, name),
        Comparison("fit of the first channel as W", summary.first_fit, "undirected_fit"),
    )
    if summary.undirected < limit or summary.first_fit > THRESHOLDS.undirected_fit:
        return Ruling(None, comparisons)
    comparisons += (
        Comparison("pairs in phase", summary.in_phase),
        Comparison("pairs out of phase", summary.out_of_phase, "directional"),
        Comparison("energy ratio", summary.ratio, "mixed_ratio"),
    )
    balanced = summary.in_phase < THRESHOLDS.balanced_phase * summary.out_of_phase
    correlated = summary.in_phase + summary.out_of_phase > THRESHOLDS.loudspeakers
    if summary.directional or (balanced and correlated) or not z_present:
        convention = not_ambisonics("head_locked", confidence=summary.undirected)
    elif summary.ratio < THRESHOLDS.mixed_ratio:
        convention = not_ambisonics("undecided")
    else:
        convention = not_ambisonics("no_w")
    return Ruling(convention, comparisons)


def capsules(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize directional capsules (A-format): alike, and never out of phase."""
    weakest = float(summary.energy.min() / summary.energy.max())
    fit = float(summary.fits[CAPSULES_ROW].max())
    sn3d_fit = float(summary.fits[0, 0])
    comparisons = (
        Comparison("weakest against strongest channel", weakest, "capsule_level"),
        Comparison("pairs in phase", summary.in_phase, "capsule_in_phase"),
        Comparison("pairs out of phase", summary.out_of_phase, "capsule_out_of_phase"),
        Comparison("tiles without a pair out of phase", summary.in_phase_tiles, "capsule_tiles"),
        Comparison("fit of the capsules' W", fit, "fit"),
        Comparison("fit of the first channel as W in SN3D", sn3d_fit, "plain_fit"),
    )
    alike = weakest > THRESHOLDS.capsule_level and summary.in_phase > THRESHOLDS.capsule_in_phase
    in_phase = (
        summary.out_of_phase < THRESHOLDS.capsule_out_of_phase
        and summary.in_phase_tiles > THRESHOLDS.capsule_tiles
    )
    needed_fit = max(THRESHOLDS.fit, summary.first_fit - THRESHOLDS.capsule_deficit)
    if alike and in_phase and fit > needed_fit and sn3d_fit < THRESHOLDS.plain_fit:
        convention = not_ambisonics("a_format", confidence=summary.in_phase_tiles)
        return Ruling(convention, comparisons)
    return Ruling(None, comparisons)


def w_in_other_channel(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Find W in another channel than the first, in a known order with SN3D gains or an unknown one.

    Where the dipoles are weaker than W, without a Z for one, others may seem to fit better.
    """
    w = int(summary.fits[:4].max(1).argmax())
    best_fit = summary.fits[w].max()
    lead = float(best_fit - summary.first_fit)
    level = float(np.median(summary.dipole_levels_db))
    weak = level < THRESHOLDS.weak_dipoles
    name, needed_lead = _needed_lead(weak, order_proven)
    comparisons: tuple[Comparison, ...] = (
        Comparison("channel that fits best as W", w + 1),
        Comparison("its lead over the first channel", lead, name),
        Comparison("level of the dipoles", level, "weak_dipoles"),
        Comparison("fit of the first channel as W", summary.first_fit, "fit_horizontal"),
    )
    first_is_w = weak and summary.first_fit > THRESHOLDS.fit_horizontal
    if w == 0 or lead <= needed_lead or first_is_w:
        return Ruling(None, comparisons)
    fit = float(best_fit + summary.phase_bonus)
    comparisons += (
        Comparison("pairs out of phase", summary.out_of_phase, "directional"),
        Comparison("fit of that channel, with the bonus of pairs out of phase", fit, "fit"),
    )
    if not summary.directional or fit <= THRESHOLDS.fit:
        known = any(order[0] == w for order in KNOWN_ORDERS)
        if known and summary.fits[w, 0] > THRESHOLDS.known_order_fit:
            return Ruling(not_ambisonics("undecided"), comparisons)
        return Ruling(None, comparisons)
    return Ruling(_reordered(summary, w, lead), comparisons)


def _needed_lead(weak: bool, order_proven: bool) -> tuple[str, float]:
    """Lead that another channel needs to be W, and the name of that threshold."""
    if weak:
        return "lead_weak_dipoles", THRESHOLDS.lead_weak_dipoles
    if order_proven:
        return "lead_proven_order", THRESHOLDS.lead_proven_order
    return "lead", THRESHOLDS.lead


def _reordered(summary: EvidenceSummary, w: int, lead: float) -> Convention:
    """Convention where a channel other than the first is W."""
    known = [order for order in KNOWN_ORDERS if order[0] == w]
    fits = summary.fits[w]
    if known and fits[0] > fits.max() - THRESHOLDS.sn3d_deficit:
        # The height has the least energy in most scenes.
        planes = min(known, key=lambda order: summary.energy[order[2]])
        return Convention(
            "ACN/SN3D",
            list(planes),
            [1.0] * 4,
            ["reordered"],
            _confidence(lead),
            ("height", "horizontal"),
        )
    height, *others = sorted({0, 1, 2, 3} - {w}, key=lambda channel: summary.energy[channel])
    # With W where a known order has it, other gains do not prove another order.
    unknown = lead > THRESHOLDS.lead_unknown_order and not known
    return Convention(
        "undecided",
        [w, min(others), height, max(others)],
        [1.0] * 4,
        ["order_unknown" if unknown else "undecided"],
        _confidence(lead),
        ("gains", "height", "horizontal"),
    )


def no_w(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize loudspeaker signals and unrelated channels: none of them fits as W."""
    name = "fit_horizontal" if summary.horizontal else "fit"
    needed_fit = THRESHOLDS.fit_horizontal if summary.horizontal else THRESHOLDS.fit
    fit = summary.first_fit + summary.phase_bonus
    comparisons = (
        Comparison("fit of the first channel, with the bonus of pairs out of phase", fit, name),
    )
    if summary.present[0] and fit >= needed_fit:
        return Ruling(None, comparisons)
    scale = THRESHOLDS.undirectional_fit_scale
    confidence = float(np.clip(scale * (THRESHOLDS.fit - summary.first_fit), 0, 1))
    return Ruling(not_ambisonics("no_w", confidence=confidence), comparisons)


def gains(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Decide on gains, and on ACN or FuMa order, where W is the first channel."""
    ratio_db = 10 * np.log10(max(summary.ratio, THRESHOLDS.min_ratio))
    level = float((np.median(summary.dipole_levels_db) + ratio_db) / 2)
    normalisation = _normalisation(summary, level)
    best_other = summary.fits[1:4, 0].max()
    loudspeakers = not summary.directional and summary.in_phase >= THRESHOLDS.loudspeakers
    half_z_gain = float(summary.fits[HALF_Z_ROW, 0] - summary.fits[0, 0])
    comparisons = (
        Comparison("level of the dipoles", level, "sn3d_level"),
        Comparison(
            "its standard deviation over bands", float(np.std(summary.dipole_levels_db)), "steady"
        ),
        Comparison("third over fourth channel", summary.height_db, "height_last"),
        Comparison(
            "lead of the first channel's fit in SN3D", float(summary.first_fit - best_other), "lead"
        ),
        Comparison("pairs in phase", summary.in_phase, "loudspeakers"),
        Comparison("gain in fit by doubling Z", half_z_gain, "half_z"),
    )
    if level > THRESHOLDS.max_level:
        return Ruling(not_ambisonics("no_w", confidence=1.0), comparisons)
    other_fits = best_other > summary.first_fit - THRESHOLDS.lead and not order_proven
    if normalisation != "SN3D" and (other_fits or loudspeakers):
        return Ruling(not_ambisonics("undecided"), comparisons)
    name = f"ACN/{normalisation}"
    if normalisation == "FuMa" and summary.height_db > THRESHOLDS.height_third:
        name = "FuMa"
    w_confidence = _confidence(summary.first_fit - summary.fits[1:4].max())
    gain_confidence = _gain_confidence(summary, level, normalisation)
    undecided = _undecided(
        w_confidence < THRESHOLDS.w_confidence or loudspeakers,
        gain_confidence < THRESHOLDS.gain_confidence,
        abs(summary.height_db) < THRESHOLDS.height_difference,
    )
    confidence = w_confidence * gain_confidence
    if order_proven:
        confidence = 1 - (1 - confidence) / THRESHOLDS.proven_order_divisor
    order, factors = CONVENTIONS[name]
    convention = Convention(
        name,
        list(order),
        [float(factor) for factor in factors],
        _gain_reasons(summary, name, normalisation, half_z_gain),
        confidence,
        undecided,
    )
    return Ruling(convention, comparisons)


def _gain_reasons(
    summary: EvidenceSummary, name: str, normalisation: str, half_z_gain: float
) -> list[str]:
    reasons = []
    if not summary.present[2] and name != "FuMa":
        reasons.append("horizontal_only")
    if normalisation == "N3D":
        reasons.append("rescaled_n3d")
    elif normalisation == "FuMa":
        reasons.append("rescaled_fuma")
    elif half_z_gain > THRESHOLDS.half_z:
        reasons.append("layout_converted")
    return reasons


def _undecided(w: bool, gains: bool, height: bool) -> tuple[str, ...]:
    """Names of what is in doubt; left and front always are."""
    doubts = {"w": w, "gains": gains, "height": height, "horizontal": True}
    return tuple(name for name, doubtful in doubts.items() if doubtful)


def _gain_confidence(summary: EvidenceSummary, level: float, normalisation: str) -> float:
    """Confidence in the normalisation, by its lead over the next if the bands agree."""
    steady = np.std(summary.dipole_levels_db) < THRESHOLDS.steady
    edges = (THRESHOLDS.sn3d_level, THRESHOLDS.n3d_level)
    unsure = min(abs(level - edge) for edge in edges) < THRESHOLDS.unsure_level
    if not steady or unsure or normalisation != _nearest(level):
        return THRESHOLDS.unsteady_confidence
    _, second, best = np.sort(summary.fits[0])
    return _confidence(THRESHOLDS.gain_lead_scale * (best - second))


def _normalisation(summary: EvidenceSummary, level: float) -> str:
    """Normalisation by the level of the dipoles against W, dB.

    Where bands disagree, the level is that of the microphone, and the order decides. An order that
    is FuMa's outweighs the level of N3D unless the bands agree very well.
    """
    deviation = np.std(summary.dipole_levels_db)
    nearest = _nearest(level)
    height_last = summary.height_db > THRESHOLDS.height_last
    if level <= THRESHOLDS.sn3d_level:
        return "SN3D"
    against_order = nearest == "N3D" and height_last
    if deviation < (THRESHOLDS.very_steady if against_order else THRESHOLDS.steady):
        return nearest
    if height_last:
        return "FuMa"
    nearly_steady = deviation < THRESHOLDS.nearly_steady and summary.present[2]
    return nearest if nearly_steady else "SN3D"


def _nearest(level: float) -> str:
    return min(NORMALISATION_DB, key=lambda name: abs(NORMALISATION_DB[name] - level))


def _confidence(lead: float) -> float:
    """Confidence from a lead in shares of tiles: one half at 0, three quarters at 0.05."""
    return float(1 / (1 + np.exp(-THRESHOLDS.lead_slope * lead)))


#: The last rule decides whatever is left.
RULES: tuple[Rule, ...] = (
    single_channel,
    stereo_pair,
    equal_channels,
    head_locked,
    capsules,
    w_in_other_channel,
    no_w,
    gains,
)
