"""Judge the frames of a source video: layout of the sphere, black or static frames."""

from dataclasses import dataclass

import numpy as np

from foa360.config.curate import Curate
from foa360.core.records import Clip
from foa360.media.projection import CONVERTIBLE, STEREO_LAYOUTS
from foa360.stages.curate.measures import (
    FrameMeasures,
    LayoutEvidence,
    MeasuredFrames,
    NotMeasured,
    VideoFile,
)
from foa360.stages.curate.thresholds import FRAME_THRESHOLDS

#: Projections that frames do not reveal, and a container may claim.
CLAIMED_ONLY = {"mesh", "erp_part", "erp_half", "fisheye"}


@dataclass(frozen=True)
class JudgedLayout:
    """How a whole video holds the sphere; None without frames."""

    projection: str | None = None
    stereo: str | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class JudgedFrames:
    """Reason codes, message and share of static frames of one clip."""

    reasons: list[str]
    message: str = ""
    static_share: float | None = None


def judge_layout(frames: MeasuredFrames, repair: bool) -> JudgedLayout:
    """Decide how a whole video holds the sphere, from all its clips and its claims.

    A layout other than equirectangular (ERP) is stated only where it is plain. With `repair` those
    that can be converted are notes.
    """
    measured = [clip for clip in frames.clips if isinstance(clip, FrameMeasures)]
    if not measured:
        return JudgedLayout()
    evidence = median_evidence([layout for clip in measured for layout in clip.layouts])
    projection = _projection(evidence, frames.file.claimed_projection)
    stereo = stereo_of(evidence)
    if stereo == "mono" and frames.file.claimed_stereo in STEREO_LAYOUTS:
        stereo = str(frames.file.claimed_stereo)
    reasons = []
    if projection in CONVERTIBLE:
        reasons.append(f"converted_{projection}" if repair else projection)
    elif projection != "erp":
        reasons.append("not_spherical")
    if stereo in STEREO_LAYOUTS:
        reasons.append("converted_stereoscopic" if repair else "stereoscopic")
    claimed = frames.file.claimed_projection
    # The parts of the sphere, such as erp_half, are equirectangular too.
    if claimed and claimed[:3] != projection[:3]:
        reasons.append("projection_disagrees")
    return JudgedLayout(projection, stereo, tuple(reasons))


def judge_frames(
    clip: Clip,
    measures: FrameMeasures | NotMeasured,
    file: VideoFile,
    layout: JudgedLayout,
    settings: Curate,
) -> JudgedFrames:
    """Judge the frames of one clip.

    Parameters
    ----------
    clip : Clip
        Span of the clip.
    measures : FrameMeasures or NotMeasured
        Of the clip.
    file : VideoFile
        The file that holds the clip.
    layout : JudgedLayout
        Of the whole video, see `judge_layout`.
    settings : Curate
        Thresholds of the verdict.
    """
    if isinstance(measures, NotMeasured):
        return JudgedFrames([measures.reason], measures.message)
    missing = measures.expected - measures.decoded
    tolerated = max(1, FRAME_THRESHOLDS.missing_share * measures.expected)
    if missing > tolerated or not measures.decoded:
        message = f"{missing} of {measures.expected} frames are missing"
        return JudgedFrames([_missing_reason(clip, file)], message)
    reasons = list(layout.reasons)
    if measures.brightness <= FRAME_THRESHOLDS.black_level:
        reasons = ["black_video"]
    elif measures.static_share is not None and measures.static_share > settings.static_share:
        reasons.append("static_video")
    return JudgedFrames(reasons, static_share=measures.static_share)


def _missing_reason(clip: Clip, file: VideoFile) -> str:
    duration = file.duration or file.container_duration
    end = clip.start + clip.duration
    if duration is not None and end > duration + FRAME_THRESHOLDS.duration_difference:
        return "clip_outside"
    return "video_damaged"


def median_evidence(layouts: list[LayoutEvidence]) -> LayoutEvidence:
    """Median of the evidence of several frames; that of an ERP frame for none."""
    if not layouts:
        return LayoutEvidence()
    return LayoutEvidence(*np.median(layouts, axis=0))


def _projection(evidence: LayoutEvidence, claimed: str | None) -> str:
    """Projection by evidence, or as claimed where frames do not contradict it."""
    projection = projection_of(evidence)
    believed = CLAIMED_ONLY
    if projection == "erp":
        believed = CLAIMED_ONLY | CONVERTIBLE
    return claimed if claimed in believed else projection


def projection_of(evidence: LayoutEvidence) -> str:
    """Projection by evidence: `erp`, `eac`, `cubemap` or `flat`.

    An EAC breaks at the seam and between its two rows of faces, a cubemap between its columns of
    faces, too, a flat image at the seam only. In none are the top and bottom rows uniform, except
    under a white sky and over snow.
    """
    limits = FRAME_THRESHOLDS
    if evidence.thirds > limits.cubemap_thirds and evidence.middle > limits.face_break:
        return "cubemap"
    detailed_poles = evidence.poles > limits.pole_detail
    breaks = min(evidence.seam, evidence.middle) > limits.face_break
    needed = limits.eac_breaks if detailed_poles else limits.eac_breaks_uniform_poles
    if breaks and evidence.seam * evidence.middle > needed:
        return "eac"
    if evidence.seam > limits.flat_seam and detailed_poles:
        return "flat"
    return "erp"


def stereo_of(evidence: LayoutEvidence) -> str:
    """Stereo layout by evidence: `mono`, `top_bottom` or `left_right`."""
    if evidence.vertical > FRAME_THRESHOLDS.stereo_correlation:
        return "top_bottom"
    if evidence.horizontal > FRAME_THRESHOLDS.stereo_correlation:
        return "left_right"
    return "mono"
