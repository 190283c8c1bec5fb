"""Thresholds of decisions on channel order and normalisation, and on unusable frames.

Each has a unit, a meaning, and the simulated scenes or recordings that it was chosen on: cases of
`benchmarks/simulation`, with seeds other than those of the tables in docs/curation.md, and
recordings that docs/curation.md names. What a configuration may change is in `config.curate`.
"""

from dataclasses import dataclass, fields

from foa360.core.thresholds import threshold

SHARE_OF_TILES = "share of tiles"
SHARE_OF_ENERGY = "share of energy"
CORRELATION = "mean correlation"
DB = "dB"
CONFIDENCE = "confidence"

AMBIX = "simulated: ambiX against all defects"
HORIZONTAL = "simulated: no Z against ambiX"
STEREO_UPMIX = "simulated: stereo in two against stereo upmix"
ONE_DIRECTION = "one source on each axis, with and without noise, against narrow stereo"
LOUDSPEAKERS = "simulated: quad surround against ambiX"
CAPSULES = "simulated: A-format against ambiX"
DEAD_CAPSULE = "29 recordings, and simulated tetrahedra with a capsule 35 to 90 dB down"
HEAD_LOCKED = "simulated: head-locked music against ambiX and quad surround"
ORDERS = "simulated: AAC 5.1 in decoder order against ambiX and no Z"
GAINS = "simulated: N3D and FuMa against ambiX"
RECORDED_GAINS = "simulated: N3D against FuMa; recordings BF_rec1 to 3 through eight codecs"
DEFINITION = "definition of the normalisations: 0, 3.0 and 4.8 dB"

LAGS = "29 recordings, 60 simulated scenes, and these with channels 1 to 100 ms late"
PARTS = "29 recordings, demo, simulated scenes, and these with a channel set to zero for a part"
MIXED = "simulated: microphones in five scenes each, in one convention and in two"
LFE = "29 recordings, and scenes with a component in the LFE channel of five codecs"
EIGHT = "simulated: TBE against second and third order, and against other channels; recordings"
RECORDINGS = "Sphere360 and YT-360 clips"


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
    one_direction: float = threshold(
        0.999, "correlation", "W and a single dipole above this are one source", ONE_DIRECTION
    )
    one_direction_level: float = threshold(
        0.3, DB, "if they differ less in level: SN3D", ONE_DIRECTION
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

    capsule_null: float = threshold(
        -18.0, DB, "weakest capsule against the others, below: it is dead", DEAD_CAPSULE
    )
    capsule_rank: float = threshold(
        -8.0, DB, "and below this against the second weakest combination of channels", DEAD_CAPSULE
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
    known_order_confidence: float = threshold(
        0.95,
        CONFIDENCE,
        "of a known order that this rule finds: 5 of 100 single clips in it are named otherwise,"
        " 1 of 1000 in ambiX is named so, and 3 of 100 files are expected to be in it",
        ORDERS,
    )
    equal_fit: float = threshold(
        0.01, SHARE_OF_TILES, "channels whose fits differ less are equally likely to be W", ORDERS
    )

    # Gains
    max_level: float = threshold(
        8.0, DB, "dipoles above this level, against W: the first channel is not W", LOUDSPEAKERS
    )
    min_ratio: float = threshold(
        1e-3, "energy ratio", "smaller ratios count as this in the level", DEFINITION
    )
    half_z: float = threshold(
        0.08,
        SHARE_OF_TILES,
        "gain in fit by doubling the energy of Z, above: Z is 3 dB low",
        "simulated: 5.1 to 4.0 against ambiX",
    )

    # Probability
    told: float = threshold(
        0.8, "probability", "a part of the name below this is undecided", "definition"
    )


THRESHOLDS = Thresholds()


@dataclass(frozen=True, kw_only=True)
class LagThresholds:
    """Numbers that put a channel out of time; the recordings have an `in_time` of 1."""

    peak: float = threshold(
        60.0, "ratio", "peak of the correlation over its median, above: a lag can be told", LAGS
    )
    in_time: float = threshold(
        0.3, "ratio", "value within 0.5 ms over the peak, below: the channel is not in time", LAGS
    )
    in_time_alone: float = threshold(
        0.1, "ratio", "the same for one component alone, with a lag that reflections have", LAGS
    )
    reflection: float = threshold(0.02, "s", "lags of reflections in rooms are shorter", LAGS)
    same_lag: float = threshold(1e-4, "s", "lags of two components that differ less are one", LAGS)
    level: float = threshold(-50.0, DB, "channels below this, against W, are not compared", LAGS)


LAG_THRESHOLDS = LagThresholds()


@dataclass(frozen=True, kw_only=True)
class ComponentThresholds:
    """Numbers that make a component empty for a part of a clip, or above some frequency."""

    sounding: float = threshold(
        -75.0, "dBFS", "intervals below this, in all channels, are not compared", PARTS
    )
    gone: float = threshold(
        -45.0, DB, "a channel below this, against the loudest one, is empty", PARTS
    )
    there: float = threshold(
        -25.0, DB, "a channel above this, against the loudest one, has a signal", PARTS
    )
    low_share: float = threshold(
        -15.0, "dB of the energy", "share in low bands of a component that is cut off", LFE
    )
    high_share: float = threshold(
        -40.0, "dB of the energy", "share above them, below this: cut off", LFE
    )
    fall: float = threshold(30.0, DB, "and so much below the share in low bands", LFE)
    bandwidth_fall: float = threshold(
        15.0, DB, "octaves in which a component is less below its level count as its band", LFE
    )


COMPONENT_THRESHOLDS = ComponentThresholds()


@dataclass(frozen=True, kw_only=True)
class MixedThresholds:
    """Numbers that divide a video into parts of two conventions."""

    level_range: float = threshold(
        1.5, DB, "clips whose dipoles differ less in level have one normalisation", MIXED
    )
    height_range: float = threshold(
        6.0, DB, "clips whose third channel differs less from the fourth have one order", MIXED
    )
    margin: float = threshold(
        2.5, "nats", "in both parts, the convention of this part leads that of the other", MIXED
    )
    least_share: float = threshold(0.05, "share of clips", "smaller parts do not count", MIXED)
    quiet_part: float = threshold(
        0.01, SHARE_OF_ENERGY, "parts of a clip below this, of the loudest, tell nothing", MIXED
    )


MIXED_THRESHOLDS = MixedThresholds()


@dataclass(frozen=True, kw_only=True)
class TbeThresholds:
    """Numbers that make eight channels TBE, see `tbe`."""

    fit: float = threshold(
        0.65, CORRELATION, "fifth to eighth channel with what TBE implies, above", EIGHT
    )
    fit_of_channel: float = threshold(
        0.15, CORRELATION, "and of each of these that a source should reach, above", EIGHT
    )
    reached: float = threshold(
        0.05, SHARE_OF_ENERGY, "a channel with less of what is implied tells nothing", EIGHT
    )
    lead: float = threshold(0.15, CORRELATION, "lead over what ACN order implies, above", EIGHT)
    confidence: float = threshold(
        0.95, CONFIDENCE, "probability of TBE: 60 of 60 scenes, and none of 240 others", EIGHT
    )


TBE_THRESHOLDS = TbeThresholds()

#: Unit of each threshold, by name.
UNITS: dict[str, str] = {f.name: f.metadata["unit"] for f in fields(Thresholds)}


@dataclass(frozen=True, kw_only=True)
class FrameThresholds:
    """Numbers that make the frames of a clip unusable."""

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
