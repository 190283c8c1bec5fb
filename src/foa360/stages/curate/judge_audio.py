"""Judge the audio of a source video: convention, repair, energy ratio, reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.descriptors import (
    channel_correlations,
    covariance_to_energy_ratio,
    dominant_direction,
    effective_rank,
    level_db,
    octave_ratios,
    w_coherence,
)
from foa360.config.curate import Curate
from foa360.media.order import PlaneOrder
from foa360.stages.curate.convention import decide, total
from foa360.stages.curate.convention_types import Convention, not_ambisonics
from foa360.stages.curate.measures import AudioFile, AudioMeasures, MeasuredAudio, NotMeasured

Floats = NDArray[np.float64]

#: Reasons that a clip's own channels give; whether they fit a sound field is decided for the video.
DEGENERATE = {
    "mono_in_w",
    "mono_in_all",
    "stereo_in_two",
    "stereo_upmix",
    "stereo",
    "paired_channels",
}
#: Reasons with which an energy ratio has no meaning.
WITHOUT_FIELD = {*DEGENERATE, "no_w", "a_format", "order_unknown", "undecided", "head_locked"}
#: Reasons that state a repair.
REPAIRED = {"reordered", "rescaled_n3d", "rescaled_fuma"}
#: Octaves of the median ratio: from 125 Hz to 4 kHz, of those from 63 Hz to 16 kHz.
MEDIAN_OCTAVES = slice(1, 7)
#: Conventions that a container can claim and the signal can contradict.
CLAIMABLE = {"ACN/SN3D", "ACN/N3D"}
#: Planes and gains of audio that is left as it is.
IDENTITY_PLANES = [0, 1, 2, 3]
UNIT_GAINS = [1.0, 1.0, 1.0, 1.0]


@dataclass(frozen=True)
class Repair:
    """Conversion of a clip to WYZX order and SN3D, or none.

    planes, gains : planes of the measured channels that become W, Y, Z, X, and their factors.
    refused : whether the clip needs a conversion, but the configuration does not allow it.
    """

    planes: list[int]
    gains: list[float]
    refused: bool = False


@dataclass(frozen=True)
class EnergyRatios:
    """E_xyz / E_w of a clip, in WYZX order.

    decoded, repaired : after the low-pass, before and after gains.
    octaves : `(9,)`, before gains.
    median_octave : median of the octaves from 125 Hz to 4 kHz after gains; NaN for none.
    """

    decoded: float
    repaired: float
    octaves: Floats
    median_octave: float


@dataclass(frozen=True, kw_only=True)
class AudioDescription:
    """Columns of the curation table on a clip's audio; None where it was not measured."""

    convention: str | None = None
    confidence: float | None = None
    undecided: list[str] | None = None
    planes: list[int] | None = None
    gains: list[float] | None = None
    energy_ratio: float | None = None
    energy_ratio_after: float | None = None
    octave_ratios: list[float] | None = None
    rms_dbfs: float | None = None
    energy_w_db: float | None = None
    energy_y_db: float | None = None
    energy_z_db: float | None = None
    energy_x_db: float | None = None
    correlations: list[float] | None = None
    effective_rank: float | None = None
    w_coherence: float | None = None
    silent_share: float | None = None
    clipped_share: float | None = None
    dc_offset: float | None = None
    azimuth: float | None = None  # rad
    elevation: float | None = None  # rad
    diffuseness: float | None = None


@dataclass(frozen=True)
class JudgedAudio:
    """Reason codes, message and description of one clip's audio."""

    reasons: list[str]
    message: str = ""
    description: AudioDescription = field(default_factory=AudioDescription)


def judge_convention(audio: MeasuredAudio, silent_share: float) -> Convention | None:
    """Decide on the convention of a whole file; None if no clip has a signal.

    Clips with a larger share of silent chunks than `silent_share` are left out.
    """
    parts = [
        clip.evidence
        for clip in audio.clips
        if isinstance(clip, AudioMeasures) and clip.silent_share <= silent_share
    ]
    evidence = total(parts)
    if evidence is None:
        return None
    order = audio.file.order
    return decide(evidence, order is not None and order.proven)


def judge_audio(
    measures: AudioMeasures | NotMeasured,
    file: AudioFile,
    convention: Convention | None,
    settings: Curate,
) -> JudgedAudio:
    """Judge the audio of one clip.

    Parameters
    ----------
    measures : AudioMeasures or NotMeasured
        Of the clip.
    file : AudioFile
        The file that holds the clip.
    convention : Convention or None
        Of the whole file, see `judge_convention`.
    settings : Curate
        Thresholds of the verdict.
    """
    if isinstance(measures, NotMeasured):
        return JudgedAudio([measures.reason], measures.message)
    assert file.order is not None, "audio without an order is not measured"
    convention = convention or not_ambisonics()
    repair = choose_repair(convention, settings.repair)
    ratios = energy_ratios(measures, repair)
    reasons = audio_reasons(measures, convention, ratios, file.order.proven, settings)
    if repair.refused:
        reasons = [reason for reason in reasons if reason not in REPAIRED]
        reasons.append("not_ambix")
    if not file.order.proven:
        reasons.append("order_unproven")
    if file.claimed_convention in CLAIMABLE - {convention.name}:
        reasons.append("claim_disagrees")
    description = describe(measures, convention, repair, ratios, file.order)
    return JudgedAudio(reasons, description=description)


def choose_repair(convention: Convention, allowed: bool) -> Repair:
    """Choose the conversion of a clip in a convention; none for one that is undecided."""
    planes, gains = convention.planes, convention.gains
    needed = planes != IDENTITY_PLANES or gains != UNIT_GAINS
    if not needed or convention.name == "undecided":
        return Repair(IDENTITY_PLANES, UNIT_GAINS)
    if not allowed:
        return Repair(IDENTITY_PLANES, UNIT_GAINS, refused=True)
    return Repair(planes, gains)


def energy_ratios(measures: AudioMeasures, repair: Repair) -> EnergyRatios:
    """Compute energy ratios before and after a repair."""
    covariance = _reordered(measures.covariance, repair.planes)
    decoded = covariance_to_energy_ratio(covariance)
    repaired = covariance_to_energy_ratio(_rescaled(covariance, repair.gains))
    octaves = octave_ratios(measures.octave_energies[repair.planes])
    scaled = octaves * repaired / decoded if decoded > 0 else octaves
    return EnergyRatios(decoded, repaired, octaves, median_octave(scaled))


def median_octave(octaves: Floats) -> float:
    """Median of the ratios of the octaves from 125 Hz to 4 kHz with a signal; NaN for none."""
    ratios = octaves[MEDIAN_OCTAVES]
    active = ratios[np.isfinite(ratios)]
    return float(np.median(active)) if len(active) else float("nan")


def audio_reasons(
    measures: AudioMeasures,
    convention: Convention,
    ratios: EnergyRatios,
    order_proven: bool,
    settings: Curate,
) -> list[str]:
    """Reason codes of one clip's audio, without those of repair and headers.

    Parameters
    ----------
    measures : AudioMeasures
        Of the clip.
    convention : Convention
        Of the whole file.
    ratios : EnergyRatios
        Of the clip.
    order_proven : bool
        Whether codec and layout prove the order of the channels.
    settings : Curate
        Thresholds of the verdict.
    """
    if measures.silent_share > settings.silent_share:
        return ["silent"]
    own = decide(measures.evidence, order_proven).reasons
    reasons = [reason for reason in own if reason in DEGENERATE]
    for reason in convention.reasons:
        if reason not in DEGENERATE and reason != "horizontal_only":
            reasons.append(reason)
    if "horizontal_only" in own:
        reasons.append("horizontal_only")
    if not WITHOUT_FIELD & set(reasons):
        reasons += _ratio_reasons(ratios, settings)
    if measures.clipped_share > settings.clipped_share:
        reasons.append("clipped")
    if measures.dc_offset > settings.dc_offset:
        reasons.append("dc_offset")
    return reasons


def _ratio_reasons(ratios: EnergyRatios, settings: Curate) -> list[str]:
    """At most one reason; a strict configuration judges the ratio as decoded, by tau alone."""
    low, high = settings.ratio_range
    ratio = ratios.decoded if settings.strict else ratios.repaired
    median = ratios.decoded if settings.strict else ratios.median_octave
    in_range = low <= ratio <= high
    outside_tau = not abs(ratio - 1) <= settings.tau
    if outside_tau and settings.strict:
        return ["energy_ratio"]
    if not in_range and not low <= median <= high:
        return ["energy_ratio"]
    if not in_range:
        return ["octaves_disagree"]
    return ["energy_ratio_off"] if outside_tau else []


def describe(
    measures: AudioMeasures,
    convention: Convention,
    repair: Repair,
    ratios: EnergyRatios,
    order: PlaneOrder,
) -> AudioDescription:
    """Describe the audio of one clip after repair, in the columns of the curation table.

    Parameters
    ----------
    measures : AudioMeasures
        Of the clip.
    convention : Convention
        Of the whole file.
    repair : Repair
        Conversion that was applied.
    ratios : EnergyRatios
        Of the clip.
    order : PlaneOrder
        Decoded planes of the measured channels.
    """
    covariance = _rescaled(_reordered(measures.covariance, repair.planes), repair.gains)
    energies = np.diag(measures.full_band_covariance)[repair.planes] * np.array(repair.gains) ** 2
    w_db, y_db, z_db, x_db = (level_db(energy) for energy in energies)
    direction = dominant_direction(covariance)
    return AudioDescription(
        convention=convention.name,
        confidence=convention.confidence,
        undecided=list(convention.undecided),
        planes=[order.planes[plane] for plane in repair.planes],
        gains=list(repair.gains),
        energy_ratio=ratios.decoded,
        energy_ratio_after=ratios.repaired,
        octave_ratios=ratios.octaves.tolist(),
        rms_dbfs=measures.rms_dbfs,
        energy_w_db=w_db,
        energy_y_db=y_db,
        energy_z_db=z_db,
        energy_x_db=x_db,
        correlations=channel_correlations(covariance).tolist(),
        effective_rank=effective_rank(covariance),
        w_coherence=w_coherence(covariance),
        silent_share=measures.silent_share,
        clipped_share=measures.clipped_share,
        dc_offset=measures.dc_offset,
        azimuth=direction.azimuth,
        elevation=direction.elevation,
        diffuseness=direction.diffuseness,
    )


def _reordered(covariance: Floats, planes: Sequence[int]) -> Floats:
    return np.asarray(covariance[np.ix_(planes, planes)])


def _rescaled(covariance: Floats, gains: Sequence[float]) -> Floats:
    return np.asarray(covariance * np.outer(gains, gains))
