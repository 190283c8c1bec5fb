"""Rules for four channels of which some are empty or equal: mono, stereo, one source on an axis."""

from foa360.stages.judge.convention_types import Convention, Ruling, not_ambisonics
from foa360.stages.judge.evidence_summary import EvidenceSummary
from foa360.stages.judge.thresholds import THRESHOLDS


def single_channel(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize mono: only one channel carries a signal, W or another."""
    comparisons = (("channels with a signal", summary.present_count, None),)
    if summary.present_count != 1:
        return (None, comparisons)
    reason = "mono_in_w" if summary.present[0] else "no_w"
    return (not_ambisonics(reason, confidence=1.0), comparisons)


def one_direction(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize W and one dipole that are equal or opposite, with nothing in the others.

    One source on an axis gives this, and so does mono in two channels. Which dipole it is, is taken
    from the order of the file.
    """
    if not (summary.present[0] and summary.present_count == 2):
        return (None, ())
    alike = summary.strongest_correlation
    difference = abs(summary.ratio_db)
    comparisons = (
        ("correlation of W and that channel, without sign", alike, "one_direction"),
        ("their difference in level", difference, "one_direction_level"),
    )
    if alike < THRESHOLDS.one_direction or difference > THRESHOLDS.one_direction_level:
        return (None, comparisons)
    reasons = ["one_direction", *(() if summary.present[2] else ("horizontal_only",))]
    confidence = summary.weighed.names()["ACN/SN3D"]
    return (Convention("ACN/SN3D", [0, 1, 2, 3], [1.0] * 4, reasons, confidence), comparisons)


def stereo_pair(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize stereo in the first two channels: left and right, or their sum and difference.

    The difference is never louder than the sum; either of left and right may be.
    """
    out_of_phase = summary.stereo_out_of_phase
    if not (summary.present[0] and summary.present[1] and summary.present_count == 2):
        return (None, ())
    comparisons = (
        ("first two channels out of phase", out_of_phase, "stereo_out_of_phase"),
        ("excess of the second channel", summary.stereo_excess, "stereo_excess"),
    )
    if out_of_phase > THRESHOLDS.stereo_out_of_phase:
        reason = "stereo_upmix"
    elif summary.stereo_excess > THRESHOLDS.stereo_excess:
        reason = "stereo_in_two"
    else:
        reason = "stereo"
    return (not_ambisonics(reason, confidence=1.0), comparisons)


def equal_channels(summary: EvidenceSummary, order_proven: bool) -> Ruling:
    """Recognize mono stored in all channels, and stereo stored twice."""
    comparisons = (
        ("highest correlation", summary.highest_correlation, "equal_correlation"),
        ("lowest correlation", summary.lowest_correlation, "equal_correlation"),
    )
    if summary.all_equal:
        return not_ambisonics("mono_in_all", confidence=1.0), comparisons
    if summary.equal_in_pairs:
        return not_ambisonics("paired_channels", confidence=1.0), comparisons
    return None, comparisons
