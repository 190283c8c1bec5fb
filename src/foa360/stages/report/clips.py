"""The clips of the report: a few columns of the curation and agreement tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foa360.core import tables
from foa360.core.records import DEGREES, UNCHANGED_AXES, ClipAgreement, column, optional


@dataclass(frozen=True, kw_only=True)
class CuratedColumns:
    """Columns of the curation table that the report shows."""

    clip_id: str = column("clip")
    video_id: str = column("source video")
    start: float = column("start of the clip in the video", "s")
    duration: float = column("duration of the clip", "s")
    verdict: str = column("kept, rejected or failed")
    reasons: list[str] = column("reason codes")
    message: str | None = optional("detail for a person")
    convention: str | None = optional("as found")
    energy_ratio: float | None = optional("E_xyz / E_w")
    azimuth: float | None = optional("dominant direction", DEGREES)
    elevation: float | None = optional("dominant direction", DEGREES)
    diffuseness: float | None = optional("0 to 1")
    audio_codec: str | None = optional("codec")
    audio_layout: str | None = optional("channel layout")


@dataclass(frozen=True, kw_only=True)
class ReportClip:
    """A clip as the report shows it; angles in degrees, None for what was not measured."""

    clip_id: str
    video_id: str
    start: float
    duration: float
    verdict: str
    reasons: list[str]
    message: str | None
    convention: str | None
    energy_ratio: float | None
    azimuth: float | None
    elevation: float | None
    diffuseness: float | None
    audio_codec: str | None
    audio_layout: str | None
    agreement: float | None
    chance: float | None
    axes: str | None
    axes_gain: float | None


def read_report_clips(curation: Iterable[Path], agreement: Iterable[Path]) -> list[ReportClip]:
    """Read all clips, in the order of the plan."""
    agreements: dict[str, ClipAgreement] = {}
    for path in agreement:
        for row in tables.read(path, ClipAgreement):
            agreements[row.clip_id] = row
    clips = []
    for path in curation:
        for curated in tables.read(path, CuratedColumns):
            clips.append(_join(curated, agreements.get(curated.clip_id)))
    return clips


def with_other_axes(clips: Iterable[ReportClip]) -> list[ReportClip]:
    """Select one clip of each video whose audio fits the detections better with other axes."""
    found: dict[str, ReportClip] = {}
    for clip in clips:
        if clip.axes not in {None, UNCHANGED_AXES}:
            found.setdefault(clip.video_id, clip)
    return list(found.values())


def first_of_each_video(clips: Sequence[ReportClip]) -> list[ReportClip]:
    """Select the first clip of each video."""
    found: dict[str, ReportClip] = {}
    for clip in clips:
        found.setdefault(clip.video_id, clip)
    return list(found.values())


def _join(curated: CuratedColumns, agreement: ClipAgreement | None) -> ReportClip:
    if agreement is None:  # only kept clips have a row
        agreement = ClipAgreement(clip_id=curated.clip_id, video_id=curated.video_id)
    return ReportClip(
        clip_id=curated.clip_id,
        video_id=curated.video_id,
        start=curated.start,
        duration=curated.duration,
        verdict=curated.verdict,
        reasons=curated.reasons,
        message=curated.message,
        convention=curated.convention,
        energy_ratio=_finite(curated.energy_ratio),
        azimuth=_degrees(curated.azimuth),
        elevation=_degrees(curated.elevation),
        diffuseness=_finite(curated.diffuseness),
        audio_codec=curated.audio_codec,
        audio_layout=curated.audio_layout,
        agreement=_finite(agreement.agreement),
        chance=_finite(agreement.chance),
        axes=agreement.axes,
        axes_gain=_finite(agreement.axes_gain),
    )


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else value


def _degrees(angle: float | None) -> float | None:
    return None if angle is None or not np.isfinite(angle) else float(np.degrees(angle))
