"""Thresholds of decisions on channel order and normalisation, and on frames.

Each has a unit, a meaning, and the simulated scenes or recordings that it was chosen on: cases of
`benchmarks/simulation`, with seeds other than those of the tables in docs/curation.md, and
recordings that docs/curation.md names. What a configuration may change is in `config.curate`.
"""

from dataclasses import dataclass, field, fields
from typing import Any

SHARE_OF_TILES = "share of tiles"
SHARE_OF_ENERGY = "share of energy"
CORRELATION = "mean correlation"
DB = "dB"
CONFIDENCE = "confidence"

AMBIX = "simulated: ambiX against all defects"
HORIZONTAL = "simulated: no Z against ambiX"
STEREO_UPMIX = "simulated: stereo in two against stereo upmix"
LOUDSPEAKERS = "simulated: quad surround against ambiX"
CAPSULES = "simulated: A-format against ambiX"
HEAD_LOCKED = "simulated: head-locked music against ambiX and quad surround"
ORDERS = "simulated: AAC 5.1 in decoder order against ambiX and no Z"
GAINS = "simulated: N3D and FuMa against ambiX"
RECORDED_GAINS = "simulated: N3D against FuMa; recordings BF_rec1 to 3 through eight codecs"
DEFINITION = "definition of the normalisations: 0, 3.0 and 4.8 dB"

JUMP = "ratio of jumps"
#: As ERP the product of the jumps at seam and middle is below 2.2 in all, as EAC above 6 in 190 of
#: 192; of flat views of 75° and 100°, 56 % are found.
ROTATED_SCENES = "24 recorded scenes, each at eight yaws"
#: `thirds` is below 1 as ERP and EAC, and above 1.3 in nearly all as cubemap.
CUBEMAPS = "22 recorded scenes, each at four yaws"
RECORDINGS = "Sphere360 and YT-360 clips"


def threshold(value: float, unit: str, meaning: str, source: str) -> Any:
    """Declare a threshold.

    Parameters
    ----------
    value : float
        In `unit`.
    unit : str
        Unit of the value.
    meaning : str
        Consequence of a quantity above or below the value.
    source : str
        Simulated cases, recordings or definition that the value comes from.
    """
    return field(
        default=value,
        metadata={"unit": unit, "meaning": meaning, "source": source},
    )


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Numbers that decide on the convention.

    "First" to "fourth" are channels as decoded; "fit" is the share of tiles in which a channel has
    the level that W has against the dipoles (`evidence_summary.channel_fits`).
    """

    # Channels that are empty or equal
    empty_channel: float = threshold(
        1e-5, SHARE_OF_ENERGY, "a channel below this, against the strongest, is empty", HORIZONTAL
    )
    equal_correlation: float = threshold(
        0.98, "correlation", "channels above this are equal, if their levels are", AMBIX
    )
    equal_level: float = threshold(
        0.7, DB, "channels with a smaller level difference are equal, if correlated", AMBIX
    )
    stereo_out_of_phase: float = threshold(
        0.06,
        CORRELATION,
        "two channels above this, out of phase, are sum and difference",
        STEREO_UPMIX,
    )
    stereo_excess: float = threshold(
        0.02, SHARE_OF_ENERGY, "excess of the second channel that no difference has", STEREO_UPMIX
    )

    # How well a channel fits as W
    peak_width: float = threshold(
        3.0, DB, "standard deviation of the peak that W has in the histogram of levels", AMBIX
    )
    fit: float = threshold(0.55, SHARE_OF_TILES, "a channel that fits better can be W", AMBIX)
    fit_horizontal: float = threshold(
        0.45, SHARE_OF_TILES, "the same for the first channel of a horizontal field", HORIZONTAL
    )
    horizontal: float = threshold(
        0.05, SHARE_OF_ENERGY, "third channel below this, against the first: horizontal", HORIZONTAL
    )
    directional: float = threshold(
        0.115,
        CORRELATION,
        "pairs out of phase above this: sources behind and beside, as no loudspeakers have",
        LOUDSPEAKERS,
    )
    loudspeakers: float = threshold(
        0.23,
        CORRELATION,
        "pairs in phase above this, in a field that is not directional",
        LOUDSPEAKERS,
    )
    phase_centre: float = threshold(
        0.1, CORRELATION, "pairs out of phase that leave a fit as it is", LOUDSPEAKERS
    )
    phase_limit: float = threshold(
        0.25, CORRELATION, "pairs out of phase above this count as this", LOUDSPEAKERS
    )
    phase_gain: float = threshold(
        1.5, "share of tiles per correlation", "change of a fit by pairs out of phase", LOUDSPEAKERS
    )
    undirectional_fit_scale: float = threshold(
        2.0, "confidence per share of tiles", "confidence that no channel is W", LOUDSPEAKERS
    )

    # Head-locked audio
    undirected: float = threshold(
        0.25, SHARE_OF_ENERGY, "W above this, in tiles without direction: audio added", HEAD_LOCKED
    )
    undirected_without_z: float = threshold(
        0.5, SHARE_OF_ENERGY, "the same where the third channel is empty", HEAD_LOCKED
    )
    undirected_fit: float = threshold(
        0.6, SHARE_OF_TILES, "a first channel that fits better is W all the same", HEAD_LOCKED
    )
    balanced_phase: float = threshold(
        1.6, "ratio of correlations", "in phase over out of phase below this: a field", HEAD_LOCKED
    )
    mixed_ratio: float = threshold(
        0.6, "energy ratio", "below: loudspeakers and head-locked audio look alike", HEAD_LOCKED
    )

    # Microphone capsules instead of W, Y, Z, X
    capsule_level: float = threshold(
        0.005, SHARE_OF_ENERGY, "weakest against strongest channel of capsules, above", CAPSULES
    )
    capsule_in_phase: float = threshold(
        0.62, CORRELATION, "pairs of capsules in phase, above", CAPSULES
    )
    capsule_out_of_phase: float = threshold(
        0.05, CORRELATION, "pairs of capsules out of phase, below", CAPSULES
    )
    capsule_tiles: float = threshold(
        0.8, SHARE_OF_TILES, "tiles of capsules without a pair out of phase, above", CAPSULES
    )
    capsule_deficit: float = threshold(
        0.15,
        SHARE_OF_TILES,
        "fit of the capsules' W below that of the first channel, at most",
        CAPSULES,
    )
    plain_fit: float = threshold(
        0.9, SHARE_OF_TILES, "a first channel that fits SN3D better is W", CAPSULES
    )

    # W in another channel than the first
    lead: float = threshold(
        0.04, SHARE_OF_TILES, "lead of another channel's fit over the first's, to be W", ORDERS
    )
    lead_proven_order: float = threshold(
        0.15, SHARE_OF_TILES, "the same where codec and layout prove the order", ORDERS
    )
    lead_weak_dipoles: float = threshold(
        0.21, SHARE_OF_TILES, "the same where the dipoles are weak", HORIZONTAL
    )
    weak_dipoles: float = threshold(
        0.5, DB, "dipoles below this, against W, are weak: Z may be missing", HORIZONTAL
    )
    lead_unknown_order: float = threshold(
        0.1, SHARE_OF_TILES, "lead above this makes an order unknown, not undecided", ORDERS
    )
    sn3d_deficit: float = threshold(
        0.15, SHARE_OF_TILES, "fit of SN3D below the best fit, at most, in a known order", ORDERS
    )
    known_order_fit: float = threshold(
        0.75, SHARE_OF_TILES, "fit in a known order, above: not ruled out by phase", ORDERS
    )

    # Gains
    sn3d_level: float = threshold(2.0, DB, "dipoles up to this level, against W, are SN3D", GAINS)
    n3d_level: float = threshold(3.9, DB, "half way between the levels of FuMa and N3D", DEFINITION)
    unsure_level: float = threshold(0.5, DB, "a level this near to either is unsure", GAINS)
    max_level: float = threshold(
        8.0, DB, "dipoles above this level, against W: the first channel is not W", LOUDSPEAKERS
    )
    very_steady: float = threshold(
        0.45, DB, "standard deviation over bands, below: N3D against the order", RECORDED_GAINS
    )
    steady: float = threshold(
        0.75, DB, "standard deviation over bands, below: the bands agree", GAINS
    )
    nearly_steady: float = threshold(
        1.5, DB, "standard deviation over bands, below: the bands nearly agree", GAINS
    )
    min_ratio: float = threshold(
        1e-3, "energy ratio", "smaller ratios count as this in the level", DEFINITION
    )
    height_last: float = threshold(
        0.3, DB, "third over fourth channel, above: the fourth is the height (FuMa)", RECORDED_GAINS
    )
    height_third: float = threshold(
        -4.0, DB, "third over fourth channel, below: the third is the height", RECORDED_GAINS
    )
    half_z: float = threshold(
        0.08,
        SHARE_OF_TILES,
        "gain in fit by doubling the energy of Z, above: Z is 3 dB low",
        "simulated: 5.1 to 4.0 against ambiX",
    )

    # Confidence
    lead_slope: float = threshold(
        22.0, "1 / share of tiles", "slope of the logistic from lead to confidence", AMBIX
    )
    gain_lead_scale: float = threshold(
        2.0, "ratio", "weight of the lead of one normalisation over the next", GAINS
    )
    unsteady_confidence: float = threshold(
        0.5, CONFIDENCE, "confidence in gains where bands do not agree", GAINS
    )
    proven_order_divisor: float = threshold(
        3.0, "divisor", "divides the doubt where codec and layout prove the order", ORDERS
    )
    w_confidence: float = threshold(0.5, CONFIDENCE, "below: W is undecided", AMBIX)
    gain_confidence: float = threshold(0.6, CONFIDENCE, "below: the gains are undecided", GAINS)
    height_difference: float = threshold(
        3.0, DB, "third against fourth channel, below: the height is undecided", RECORDED_GAINS
    )


THRESHOLDS = Thresholds()

#: Unit of each threshold, by name.
UNITS: dict[str, str] = {f.name: f.metadata["unit"] for f in fields(Thresholds)}


@dataclass(frozen=True, kw_only=True)
class FrameThresholds:
    """Numbers that decide on frames: how they hold the sphere, and what makes them unusable.

    Jumps are relative to those between usual neighbours, see `measure_layout.layout_evidence`.
    """

    face_break: float = threshold(
        1.7, JUMP, "at the seam and between the rows of faces, above: cube faces", ROTATED_SCENES
    )
    eac_breaks: float = threshold(
        6.0, "product of jumps", "at the seam times between rows, above: EAC", ROTATED_SCENES
    )
    eac_breaks_uniform_poles: float = threshold(
        20.0, "product of jumps", "the same with uniform top and bottom rows", ROTATED_SCENES
    )
    cubemap_thirds: float = threshold(
        1.3, JUMP, "between the columns of faces, above: cubemap", CUBEMAPS
    )
    flat_seam: float = threshold(
        4.0, JUMP, "at the seam, above, with detailed poles: not a sphere", ROTATED_SCENES
    )
    pole_detail: float = threshold(
        0.3, "ratio of standard deviations", "top and bottom rows, above: detailed", ROTATED_SCENES
    )
    stereo_correlation: float = threshold(
        0.9, "correlation", "of two halves, above: a view for each eye", ROTATED_SCENES
    )
    black_level: float = threshold(
        24, "grey level", "brightness up to this is black", "black of limited range (16), and noise"
    )
    missing_share: float = threshold(
        0.1, "share of frames", "missing frames of a clip, at most", "time stamps of damaged files"
    )
    duration_difference: float = threshold(
        0.5, "s", "largest difference of audio and video, and of a clip and its media", RECORDINGS
    )
    audio_offset: float = threshold(
        0.1, "s", "largest difference of starts; priming and one frame are less", RECORDINGS
    )


FRAME_THRESHOLDS = FrameThresholds()
