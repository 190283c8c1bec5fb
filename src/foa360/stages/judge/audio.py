"""Judge the audio of clips: repair, energy ratio, reasons, and the columns that describe it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
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
from foa360.core.arrow_columns import Bools, Floats, list_column, number_column, repeated
from foa360.core.reasons import MONO_OR_STEREO
from foa360.stages.judge.components import judge_components
from foa360.stages.judge.convention import decide_each
from foa360.stages.judge.convention_types import Convention
from foa360.stages.judge.evidence_summary import compare_channels
from foa360.stages.judge.lags import component_lags, lag_columns, lag_message, lag_reasons
from foa360.stages.judge.measured_columns import AudioColumns, Claims, Videos
from foa360.stages.judge.medians import masked_median
from foa360.stages.judge.mixed import mixed_videos, without_mixed
from foa360.stages.judge.reasons import ReasonTable, reasons_of
from foa360.stages.judge.tbe import with_tbe
from foa360.stages.judge.video_conventions import (
    VideoConventions,
    decide_conventions,
    in_order,
    repaired,
)

#: All reasons that are decided for each clip.
OWN = {*MONO_OR_STEREO, "horizontal_only", "one_direction"}
#: Reasons with which an energy ratio has no meaning.
WITHOUT_FIELD = {
    *MONO_OR_STEREO,
    "no_w",
    "a_format",
    "order_unknown",
    "undecided",
    "head_locked",
    "dead_capsule",
    "convention_mixed",
}
#: Reasons that state a repair.
REPAIRED = {"reordered", "rescaled_n3d", "rescaled_fuma", "converted_tbe"}
#: Octaves of the median ratio: from 125 Hz to 4 kHz, of those from 63 Hz to 16 kHz.
MEDIAN_OCTAVES = slice(1, 7)
#: Conventions that a container can claim and the signal can contradict.
CLAIMABLE = {"ACN/SN3D", "ACN/N3D"}


class EnergyRatios(NamedTuple):
    """E_xyz / E_w of m clips, in WYZX order.

    decoded, repaired : (m,), after the low-pass, before and after gains.
    octaves : (m, 9), before gains.
    median_octave : (m,), median of the octaves from 125 Hz to 4 kHz after gains; NaN for none.
    """

    decoded: Floats
    repaired: Floats
    octaves: Floats
    median_octave: Floats


class JudgedAudio(NamedTuple):
    """Reasons of the m clips whose audio was measured, and columns of the curation table.

    The conventions are those of all source videos; messages are by row of the table.
    """

    reasons: ReasonTable
    columns: dict[str, pa.Array]
    messages: dict[int, str]
    conventions: list[Convention | None]


def judge_audio(
    audio: AudioColumns, videos: Videos, claims: Claims, settings: Curate, traced: bool
) -> JudgedAudio:
    """Judge the audio of all clips.

    Parameters
    ----------
    audio : AudioColumns
        Measures of all clips.
    videos : Videos
        Source videos of all clips.
    claims : Claims
        Of the containers of all videos.
    settings : Curate
        Thresholds of the verdict.
    traced : bool
        Whether the conventions have a trace.
    """
    silent = audio.silent_share > settings.silent_share
    ordered = in_order(audio, videos)
    conventions = decide_conventions(audio, ordered, videos.count, silent, traced)
    conventions = with_tbe(conventions, audio.second_order[~silent], audio.video[~silent])
    own = own_reasons(audio, conventions, silent)
    comparable = ~silent & ~own.any_of(MONO_OR_STEREO)
    mixed = mixed_videos(audio, ordered, comparable)
    is_mixed = np.isin(audio.video, list(mixed))
    conventions = without_mixed(conventions, mixed)
    by_video = repaired(conventions, settings)
    ratios = energy_ratios(audio, by_video)
    reasons = audio_reasons(audio, by_video, own, ratios, settings)
    reasons.matrix[silent] = False
    reasons.add("silent", silent)
    refused = by_video.refused[audio.video]
    reasons.matrix[refused] = reasons.without(REPAIRED).matrix[refused]
    reasons.add("not_ambix", refused)
    unsure = by_video.unsure[audio.video] & ~silent
    reasons.matrix[unsure] = reasons.without(REPAIRED).matrix[unsure]
    if not settings.strict:
        # The energy ratio is that of the gains as they are, which are likelier to be others.
        reasons.matrix[unsure] = reasons.without({"energy_ratio"}).matrix[unsure]
    reasons.add("undecided" if settings.unsure == "reject" else "convention_unsure", unsure)
    reasons.add("order_unproven", ~audio.order_proven)
    contradicted = []
    for claim, name in zip(claims.convention, by_video.name, strict=True):
        contradicted.append(claim in CLAIMABLE and claim != name)
    reasons.add("claim_disagrees", np.array(contradicted, bool)[audio.video])
    lags = component_lags(audio, by_video)
    lags[silent] = 0.0
    for code, clips in lag_reasons(lags, settings).items():
        reasons.add(code, clips)
    components = judge_components(audio, by_video)
    judgeable = ~silent & ~reasons.any_of(MONO_OR_STEREO)
    # Nothing was converted: which component is empty depends on the order, which is in doubt.
    doubtful = judgeable & unsure & components.empty.any(1)
    reasons.matrix[doubtful] = reasons.without({"horizontal_only"}).matrix[doubtful]
    reasons.add("horizontal_only", doubtful & components.horizontal)
    for code, clips in components.reasons().items():
        reasons.add(code, clips & judgeable)
    columns = describe(audio, by_video, ratios, videos)
    columns["bandwidths"] = list_column(components.bandwidths, audio.rows, len(videos.of_clip))
    columns |= lag_columns(audio, columns, lags, settings.align)
    lacking = np.any(list(components.reasons().values()), 0) | lags.any(1)
    messages = {}
    for clip in np.flatnonzero(judgeable & (lacking | is_mixed)).tolist():
        likelier = by_video.name[audio.video[clip]] if unsure[clip] else None
        found = (
            mixed[int(audio.video[clip])].message if is_mixed[clip] else "",
            components.message(clip, likelier),
            lag_message(lags[clip]),
        )
        messages[int(audio.rows[clip])] = "; ".join(text for text in found if text)
    return JudgedAudio(reasons, columns, messages, conventions)


def own_reasons(
    audio: AudioColumns, conventions: Sequence[Convention | None], silent: Bools
) -> ReasonTable:
    """Reasons that the channels of each clip give by themselves, for clips that are not silent."""
    channels = compare_channels(audio.evidence.cov)
    # With four channels that differ, no rule gives one of these reasons.
    doubtful = ~silent & (~channels.present.all(1) | channels.equal.any(1))
    counted = np.bincount(audio.video[~silent], minlength=len(conventions))
    # What is decided for a video of one clip is decided for the clip.
    alone = counted[audio.video] == 1
    rows = np.flatnonzero(doubtful & ~alone)
    decided = decide_each(
        audio.evidence.take(rows), audio.order_proven[rows], audio.distributed[rows]
    )
    found: list[Sequence[str]] = [()] * len(silent)
    for row, convention in zip(rows.tolist(), decided, strict=True):
        found[row] = convention.reasons
    for row in np.flatnonzero(doubtful & alone).tolist():
        of_video = conventions[audio.video[row]]
        assert of_video is not None, "a video with a clip that is not silent has a convention"
        found[row] = of_video.reasons
    return reasons_of(found, len(found)).only(OWN)


def energy_ratios(audio: AudioColumns, by_video: VideoConventions) -> EnergyRatios:
    """Compute energy ratios before and after the repairs."""
    covariance = _reordered(audio, by_video)
    decoded = covariance_to_energy_ratio(covariance)
    after = covariance_to_energy_ratio(_rescaled(covariance, by_video.gains[audio.video]))
    planes = by_video.planes[audio.video]
    octaves = octave_ratios(np.take_along_axis(audio.octave_energies, planes[..., None], 1))
    scalable = decoded > 0
    scaled = octaves.copy()
    scaled[scalable] = octaves[scalable] * after[scalable, None] / decoded[scalable, None]
    return EnergyRatios(decoded, after, octaves, median_octave(scaled))


def median_octave(octaves: Floats) -> Floats:
    """Median of the ratios of the octaves from 125 Hz to 4 kHz with a signal; NaN for none."""
    ratios = octaves[:, MEDIAN_OCTAVES]
    return masked_median(ratios, np.isfinite(ratios))


def audio_reasons(
    audio: AudioColumns,
    by_video: VideoConventions,
    own: ReasonTable,
    ratios: EnergyRatios,
    settings: Curate,
) -> ReasonTable:
    """Reason codes of the audio of clips with a signal, without those of repair and headers.

    Parameters
    ----------
    audio : AudioColumns
        Measures of the clips.
    by_video : VideoConventions
        Conventions of the source videos.
    own : ReasonTable
        See `own_reasons`.
    ratios : EnergyRatios
        Of the clips.
    settings : Curate
        Thresholds of the verdict.
    """
    shared = by_video.reasons.without(OWN).matrix
    reasons = ReasonTable(own.matrix | shared[audio.video])
    field = ~reasons.any_of(WITHOUT_FIELD)
    for code, clips in _ratio_reasons(ratios, settings).items():
        reasons.add(code, clips & field)
    reasons.add("clipped", audio.clipped_share > settings.clipped_share)
    reasons.add("dc_offset", audio.dc_offset > settings.dc_offset)
    return reasons


def _ratio_reasons(ratios: EnergyRatios, settings: Curate) -> dict[str, Bools]:
    """At most one reason each; a strict configuration judges the ratio as decoded, by tau alone."""
    low, high = settings.ratio_range
    ratio = ratios.decoded if settings.strict else ratios.repaired
    median = ratios.decoded if settings.strict else ratios.median_octave
    in_range = (low <= ratio) & (ratio <= high)
    outside_tau = ~(np.abs(ratio - 1) <= settings.tau)
    rejected = ~in_range & ~((low <= median) & (median <= high))
    if settings.strict:
        rejected |= outside_tau
    return {
        "energy_ratio": rejected,
        "octaves_disagree": ~in_range & ~rejected,
        "energy_ratio_off": in_range & outside_tau & ~rejected,
    }


def describe(
    audio: AudioColumns, by_video: VideoConventions, ratios: EnergyRatios, videos: Videos
) -> dict[str, pa.Array]:
    """Describe the audio of clips after repair, in columns of the curation table.

    Parameters
    ----------
    audio : AudioColumns
        Measures of the clips.
    by_video : VideoConventions
        Conventions and repairs of the source videos.
    ratios : EnergyRatios
        Of the clips.
    videos : Videos
        Source videos of all clips, which are the rows of the table.
    """
    rows, count = audio.rows, len(videos.of_clip)
    order, gains = by_video.planes[audio.video], by_video.gains[audio.video]
    covariance = _rescaled(_reordered(audio, by_video), gains)
    energies = np.take_along_axis(audio.channel_energies, order, 1) * gains**2
    direction = dominant_direction(covariance)
    numbers = {
        "energy_ratio": ratios.decoded,
        "energy_ratio_after": ratios.repaired,
        "effective_rank": effective_rank(covariance),
        "w_coherence": w_coherence(covariance),
        "silent_share": audio.silent_share,
        "azimuth": np.degrees(direction.azimuth),
        "elevation": np.degrees(direction.elevation),
        "diffuseness": direction.diffuseness,
    }
    for name, energy_db in zip("wyzx", level_db(energies).T, strict=True):
        numbers[f"energy_{name}_db"] = energy_db
    lists: dict[str, NDArray[Any]] = {
        "planes": np.take_along_axis(audio.planes, order, 1),
        "gains": gains,
        "octave_ratios": ratios.octaves,
        "correlations": channel_correlations(covariance),
    }
    of_videos = {
        "convention": pa.array(by_video.name, pa.string()),
        "confidence": pa.array(by_video.confidence),
        "probabilities": pa.array(by_video.parts, pa.list_(pa.float64())),
        "undecided": pa.array(by_video.undecided, pa.list_(pa.string())),
    }
    columns = {name: number_column(values, rows, count) for name, values in numbers.items()}
    columns |= {name: list_column(values, rows, count) for name, values in lists.items()}
    for name, values in of_videos.items():
        columns[name] = repeated(values, audio.video, rows, count)
    return columns


def _reordered(audio: AudioColumns, by_video: VideoConventions) -> Floats:
    """Covariances of the clips in the order of W, Y, Z, X."""
    planes = by_video.planes[audio.video]
    clips = np.arange(len(planes))[:, None, None]
    return np.asarray(audio.covariance[clips, planes[:, :, None], planes[:, None, :]])


def _rescaled(covariance: Floats, gains: Floats) -> Floats:
    return np.asarray(covariance * (gains[:, :, None] * gains[:, None, :]))
