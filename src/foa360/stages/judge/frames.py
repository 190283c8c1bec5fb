"""Judge the frames of clips: layout of the sphere, missing, black or static frames."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from foa360.config.curate import Curate
from foa360.core.arrow_columns import Floats, number_column
from foa360.media.frame_layout import INTERLEAVED, LABELS, DecidedLayout, Witnesses, frame_layouts
from foa360.media.projection import CONVERTIBLE, STEREO_LAYOUTS, FrameLayout
from foa360.stages.judge.measured_columns import Claims, FrameColumns, Videos
from foa360.stages.judge.medians import group_medians
from foa360.stages.judge.reasons import ReasonTable, reasons_of
from foa360.stages.judge.thresholds import FRAME_THRESHOLDS

#: Reasons of projections that are not converted; that of others is `not_spherical`.
REJECTED = {
    "erp_part": "sphere_part",
    "erp_half": "sphere_part",
    "fisheye": "sphere_part",
    "dual_fisheye": "not_stitched",
    "cubemap_other": "cubemap",
    "little_planet": "other_projection",
    "barrel": "other_projection",
}
#: Ends of the codes of projections that are converted; that of others is `cubemap`.
CONVERTED = {"eac": "eac", "eac_rows": "eac", "barrel": "barrel"}
#: Types of the columns of layouts that are no text.
LAYOUT_TYPES = {"bar_rows": pa.float64(), "bar_columns": pa.float64()}


class JudgedFrames(NamedTuple):
    """Reasons of the m clips whose frames were measured, and columns of the curation table.

    messages : details for a person, by row of the table.
    """

    reasons: ReasonTable
    columns: dict[str, pa.Array]
    messages: dict[int, str]


def judge_frames(
    frames: FrameColumns, videos: Videos, claims: Claims, settings: Curate
) -> JudgedFrames:
    """Judge the frames of all clips.

    Parameters
    ----------
    frames : FrameColumns
        Measures of all clips.
    videos : Videos
        Source videos of all clips.
    claims : Claims
        Of all videos.
    settings : Curate
        Thresholds of the verdict.
    """
    count = len(videos.of_clip)
    layouts = video_layouts(frames, videos, claims)
    missing = frames.expected - frames.decoded
    tolerated = np.maximum(1, FRAME_THRESHOLDS.missing_share * frames.expected)
    damaged = (missing > tolerated) | (frames.decoded == 0)
    black = frames.brightness <= FRAME_THRESHOLDS.black_level
    of_layouts = layout_reasons(layouts, claims, settings)
    reasons = ReasonTable(of_layouts.matrix[frames.video])
    reasons.matrix[black | damaged] = False
    reasons.add("black_video", black & ~damaged)
    static = (frames.static_share > settings.static_share) & (frames.drift < settings.static_drift)
    reasons.add("static_video", static & ~black & ~damaged)
    reasons.add("clip_outside", damaged & frames.outside)
    reasons.add("video_damaged", damaged & ~frames.outside)
    messages = {}
    for clip in np.flatnonzero(damaged).tolist():
        text = f"{missing[clip]:.0f} of {frames.expected[clip]:.0f} frames are missing"
        messages[int(frames.rows[clip])] = text
    for clip in np.flatnonzero(~damaged & ~black).tolist():
        decided = layouts[frames.video[clip]]
        if decided is not None and decided.layout.projection != "erp":
            name = decided.layout.projection.replace("_", " ")
            messages[int(frames.rows[clip])] = f"{name}, {100 * decided.probability:.0f} % sure"
    shown = ~damaged & ~np.isnan(frames.static_share)
    of_videos = {}
    for name in FrameLayout._fields:
        values = [getattr(decided.layout, name) if decided else None for decided in layouts]
        of_videos[name] = pa.array(values, LAYOUT_TYPES.get(name, pa.string()))
    chances = [decided.probability if decided else None for decided in layouts]
    of_videos["projection_confidence"] = pa.array(chances, pa.float64())
    of_clip = pa.array(videos.of_clip)
    columns = {
        "static_share": number_column(frames.static_share[shown], frames.rows[shown], count),
    }
    columns |= {name: values.take(of_clip) for name, values in of_videos.items()}
    return JudgedFrames(reasons, columns, messages)


def video_layouts(
    frames: FrameColumns, videos: Videos, claims: Claims
) -> list[DecidedLayout | None]:
    """Decide how each video holds the sphere, from all its clips; None without frames."""
    medians = group_medians(frames.layouts, frames.layout_video, videos.count)
    with_evidence = np.unique(frames.layout_video)
    evidence: list[Floats | None] = [None] * videos.count
    for video in with_evidence.tolist():
        evidence[video] = medians[video]
    with_frames = np.unique(frames.video).tolist()
    decided = frame_layouts(
        [evidence[video] for video in with_frames],
        [
            Witnesses(claims.projection[video], claims.stereo[video], claims.joined[video])
            for video in with_frames
        ],
    )
    layouts: list[DecidedLayout | None] = [None] * videos.count
    for video, layout in zip(with_frames, decided, strict=True):
        layouts[video] = layout
    return layouts


def layout_reasons(
    layouts: Sequence[DecidedLayout | None], claims: Claims, settings: Curate
) -> ReasonTable:
    """Reasons that the layouts of videos give; with `repair` convertible ones are notes."""
    codes: list[tuple[str, ...]] = []
    for decided, claimed in zip(layouts, claims.projection, strict=True):
        if decided is None:
            codes.append(())
        else:
            known = decided.probability >= settings.layout_confidence
            codes.append(_layout_codes(decided.layout, claimed, settings.repair, known))
    return reasons_of(codes, len(codes))


@lru_cache
def _layout_codes(
    layout: FrameLayout, claimed: str | None, repair: bool, known: bool
) -> tuple[str, ...]:
    projection = layout.projection
    codes = []
    if projection == "divided":
        codes.append("divided_frames")
    elif not known:
        codes.append("projection_unknown")
    elif projection in CONVERTIBLE:
        name = CONVERTED.get(projection, "cubemap")
        codes.append(f"converted_{name}" if repair else REJECTED.get(projection, name))
    elif projection != "erp":
        codes.append(REJECTED.get(projection, "not_spherical"))
    if layout.stereo == INTERLEAVED:
        codes.append("stereoscopic")
    elif layout.stereo in STEREO_LAYOUTS:
        codes.append("converted_stereoscopic" if repair else "stereoscopic")
    if layout.bar_rows or layout.bar_columns:
        codes.append("bars_cut")
    if claimed and projection not in LABELS.get(claimed, {claimed}):
        codes.append("projection_disagrees")
    return tuple(codes)
