"""The rules that decide on the convention, in order; the first that decides ends the decision."""

from collections.abc import Callable
from dataclasses import replace

from foa360.ambisonics.direction_map import DECODER_ORDERS
from foa360.ambisonics.evidence import CAPSULES_ROW, HALF_Z_ROW
from foa360.ambisonics.field import CONVENTIONS
from foa360.stages.judge.convention_types import Compared, Convention, Ruling, not_ambisonics
from foa360.stages.judge.degenerate_rules import (
    equal_channels,
    one_direction,
    single_channel,
    stereo_pair,
)
from foa360.stages.judge.evidence_summary import EvidenceSummary
from foa360.stages.judge.hypotheses import OTHER, gains_of
from foa360.stages.judge.thresholds import THRESHOLDS

Rule = Callable[[EvidenceSummary, bool], Ruling]


def head_locked(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize audio added to W, much of which has no direction then.

    A signal of one of four loudspeakers may look the same.
    """
    z_present = summary.present[2]
    # A dead channel also leaves W without direction; an empty height does not.
    if not (summary.present[1] and summary.present[3]):
        return (None, ())
    name = "undirected" if z_present else "undirected_without_z"
    limit = THRESHOLDS.undirected if z_present else THRESHOLDS.undirected_without_z
    comparisons: tuple[Compared, ...] = (
        ("W without direction", summary.undirected, name),
        ("fit of the first channel as W", summary.first_fit, "undirected_fit"),
    )
    if summary.undirected < limit or summary.first_fit > THRESHOLDS.undirected_fit:
        return (None, comparisons)
    comparisons += (
        ("pairs in phase", summary.in_phase, None),
        ("pairs out of phase", summary.out_of_phase, "directional"),
        ("energy ratio", summary.ratio, "mixed_ratio"),
    )
    balanced = summary.in_phase < THRESHOLDS.balanced_phase * summary.out_of_phase
    correlated = summary.in_phase + summary.out_of_phase > THRESHOLDS.loudspeakers
    if summary.directional or (balanced and correlated) or not z_present:
        convention = not_ambisonics("head_locked", confidence=summary.undirected)
    elif summary.ratio < THRESHOLDS.mixed_ratio:
        convention = not_ambisonics("undecided")
    else:
        convention = not_ambisonics("no_w")
    return (convention, comparisons)


def capsules(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize directional capsules (A-format): alike, and never out of phase."""
    weakest = min(summary.energy) / max(summary.energy)
    fit = summary.best_fits[CAPSULES_ROW]
    sn3d_fit = summary.sn3d_fits[0]
    comparisons = (
        ("weakest against strongest channel", weakest, "capsule_level"),
        ("pairs in phase", summary.in_phase, "capsule_in_phase"),
        ("pairs out of phase", summary.out_of_phase, "capsule_out_of_phase"),
        ("tiles without a pair out of phase", summary.in_phase_tiles, "capsule_tiles"),
        ("fit of the capsules' W", fit, "fit"),
        ("fit of the first channel as W in SN3D", sn3d_fit, "plain_fit"),
    )
    alike = weakest > THRESHOLDS.capsule_level and summary.in_phase > THRESHOLDS.capsule_in_phase
    in_phase = (
        summary.out_of_phase < THRESHOLDS.capsule_out_of_phase
        and summary.in_phase_tiles > THRESHOLDS.capsule_tiles
    )
    needed_fit = max(THRESHOLDS.fit, summary.first_fit - THRESHOLDS.capsule_deficit)
    if alike and in_phase and fit > needed_fit and sn3d_fit < THRESHOLDS.plain_fit:
        convention = not_ambisonics("a_format", confidence=summary.in_phase_tiles)
        return (convention, comparisons)
    return (None, comparisons)


def dead_capsule(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize B-format of a tetrahedral microphone, one of whose capsules has no signal."""
    comparisons = (
        ("weakest capsule against the others", summary.capsule_null, "capsule_null"),
        ("against the second weakest combination", summary.capsule_rank, "capsule_rank"),
    )
    null = summary.capsule_null < THRESHOLDS.capsule_null
    if null and summary.capsule_rank < THRESHOLDS.capsule_rank and all(summary.present):
        return (not_ambisonics("dead_capsule", confidence=1.0), comparisons)
    return (None, comparisons)


def w_in_other_channel(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Find W in another channel than the first, in a known order with SN3D gains or an unknown one.

    Where the dipoles are weaker than W, without a Z for one, others may seem to fit better.
    """
    w = max(range(4), key=summary.best_fits.__getitem__)
    best_fit = summary.best_fits[w]
    lead = best_fit - summary.first_fit
    level = summary.dipole_level_db
    weak = level < THRESHOLDS.weak_dipoles
    name, needed_lead = _needed_lead(weak, order_proven)
    comparisons: tuple[Compared, ...] = (
        ("channel that fits best as W", w + 1, None),
        ("its lead over the first channel", lead, name),
        ("level of the dipoles", level, "weak_dipoles"),
        ("fit of the first channel as W", summary.first_fit, "fit_horizontal"),
    )
    first_is_w = weak and summary.first_fit > THRESHOLDS.fit_horizontal
    if w == 0 or lead <= needed_lead or first_is_w:
        return (None, comparisons)
    fit = best_fit + summary.phase_bonus
    comparisons += (
        ("pairs out of phase", summary.out_of_phase, "directional"),
        ("fit of that channel, with the bonus of pairs out of phase", fit, "fit"),
    )
    if not summary.directional or fit <= THRESHOLDS.fit:
        known = any(order[0] == w for order in DECODER_ORDERS)
        if known and summary.sn3d_fits[w] > THRESHOLDS.known_order_fit:
            return (not_ambisonics("undecided"), comparisons)
        return (None, comparisons)
    return (_reordered(summary, w, lead), comparisons)


def _needed_lead(weak: bool, order_proven: bool) -> tuple[str, float]:
    """Lead that another channel needs to be W, and the name of that threshold."""
    if weak:
        return "lead_weak_dipoles", THRESHOLDS.lead_weak_dipoles
    if order_proven:
        return "lead_proven_order", THRESHOLDS.lead_proven_order
    return "lead", THRESHOLDS.lead


def _reordered(summary: EvidenceSummary, w: int, lead: float) -> Convention:
    """Convention where a channel other than the first is W."""
    known = [order for order in DECODER_ORDERS if order[0] == w]
    sn3d_fit, best_fit = summary.sn3d_fits[w], summary.best_fits[w]
    if known and sn3d_fit > best_fit - THRESHOLDS.sn3d_deficit:
        # The height has the least energy in most scenes.
        planes = min(known, key=lambda order: summary.energy[order[2]])
        return Convention(
            "ACN/SN3D",
            list(planes),
            [1.0] * 4,
            ["reordered"],
            _known_order_confidence(summary, w),
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
        summary.weighed.w[w],
        ("gains", "height", "horizontal"),
    )


def _known_order_confidence(summary: EvidenceSummary, w: int) -> float:
    """Probability of a known order, of which the hypotheses know but the place of W.

    Of channels that fit equally well, any may be W.
    """
    of_hypotheses = summary.weighed.gains(w)["SN3D"] * summary.weighed.w[w]
    least = summary.best_fits[w] - THRESHOLDS.equal_fit
    equal = sum(fit > least for fit in summary.best_fits[:4])
    return max(of_hypotheses, THRESHOLDS.known_order_confidence) / equal


def no_w(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize loudspeaker signals and unrelated channels: none of them fits as W."""
    name = "fit_horizontal" if summary.horizontal else "fit"
    needed_fit = THRESHOLDS.fit_horizontal if summary.horizontal else THRESHOLDS.fit
    fit = summary.first_fit + summary.phase_bonus
    comparisons = (("fit of the first channel, with the bonus of pairs out of phase", fit, name),)
    if summary.present[0] and fit >= needed_fit:
        return (None, comparisons)
    scale = THRESHOLDS.undirectional_fit_scale
    confidence = min(max(scale * (THRESHOLDS.fit - summary.first_fit), 0.0), 1.0)
    return (not_ambisonics("no_w", confidence=confidence), comparisons)


def gains(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Name gains and order by their probability, where W is the first channel."""
    level = (summary.dipole_level_db + summary.ratio_db) / 2
    best_other = max(summary.sn3d_fits[1:4])
    loudspeakers = not summary.directional and summary.in_phase >= THRESHOLDS.loudspeakers
    half_z_gain = summary.sn3d_fits[HALF_Z_ROW] - summary.sn3d_fits[0]
    names = summary.weighed.names()
    name, confidence = max(names.items(), key=lambda item: item[1])
    comparisons: tuple[Compared, ...] = (
        ("level of the dipoles", level, "max_level"),
        ("lead of the first channel's fit in SN3D", summary.first_fit - best_other, "lead"),
        ("pairs in phase", summary.in_phase, "loudspeakers"),
        ("gain in fit by doubling Z", half_z_gain, "half_z"),
        *((f"probability of {name}", value, None) for name, value in names.items()),
    )
    if level > THRESHOLDS.max_level:
        return (not_ambisonics("no_w", confidence=1.0), comparisons)
    other_fits = best_other > summary.first_fit - THRESHOLDS.lead and not order_proven
    parts, undecided = _parts(summary, name, loudspeakers)
    if name == OTHER:
        convention = not_ambisonics("gains_unknown", confidence=confidence)
        return (replace(convention, undecided=undecided, parts=parts), comparisons)
    if not name.endswith("SN3D") and (other_fits or loudspeakers):
        return (not_ambisonics("undecided"), comparisons)
    order, factors = CONVENTIONS[name]
    convention = Convention(
        name,
        list(order),
        [float(factor) for factor in factors],
        _gain_reasons(summary, name, half_z_gain),
        confidence,
        undecided,
        parts,
    )
    return (convention, comparisons)


def _gain_reasons(summary: EvidenceSummary, name: str, half_z_gain: float) -> list[str]:
    reasons = []
    if not summary.present[CONVENTIONS[name][0][2]]:
        reasons.append("horizontal_only")
    if name == "WXYZ/SN3D":
        reasons.append("reordered")
    elif name == "ACN/N3D":
        reasons.append("rescaled_n3d")
    elif name != "ACN/SN3D":
        reasons.append("rescaled_fuma")
    elif half_z_gain > THRESHOLDS.half_z:
        reasons.append("layout_converted")
    return reasons


def _parts(
    summary: EvidenceSummary, name: str, loudspeakers: bool
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Probabilities of the parts of a name (W, gains, height), and the names of those in doubt.

    Left and front always are.
    """
    weighed = summary.weighed
    height = 2 if name == OTHER else CONVENTIONS[name][0][2]
    of_gains = weighed.gains(0)[OTHER if name == OTHER else gains_of(name)]
    parts = (weighed.w[0], of_gains, weighed.heights(0)[height])
    doubts = dict(zip(("w", "gains", "height"), (p < THRESHOLDS.told for p in parts), strict=True))
    doubts["w"] |= loudspeakers
    return parts, (*(part for part, doubtful in doubts.items() if doubtful), "horizontal")


#: The last rule decides whatever is left.
RULES: tuple[Rule, ...] = (
    single_channel,
    one_direction,
    stereo_pair,
    equal_channels,
    head_locked,
    capsules,
    dead_capsule,
    w_in_other_channel,
    no_w,
    gains,
)
