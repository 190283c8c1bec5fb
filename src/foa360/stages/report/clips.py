"""The clips and videos of the report: columns of the tables of curation, agreement and fetch.

There may be a hundred thousand of each, all in memory at once: records have slots, and texts that
are the same are one object.
"""

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from foa360.core import tables
from foa360.core.records import (
    DEGREES,
    UNCHANGED_AXES,
    Float32,
    Int32,
    column,
    optional,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CuratedColumns:
    """Columns of the curation table that the report shows."""

    clip_id: str = column("clip")
    video_id: str = column("source video")
    start: float = column("start of the clip in the video", "s")
    duration: float = column("duration of the clip", "s")
    split: str | None = optional("train or test")
    verdict: str = column("kept, rejected or failed")
    reasons: list[str] = column("reason codes")
    message: str | None = optional("detail for a person")
    convention: str | None = optional("as found")
    energy_ratio: float | None = optional("E_xyz / E_w as decoded")
    energy_ratio_after: float | None = optional("E_xyz / E_w after gains")
    octave_ratios: list[float] | None = optional("E_xyz / E_w per octave, before gains")
    rms_dbfs: float | None = optional("RMS of the loudest channel", "dB re full scale")
    energy_w_db: float | None = optional("mean square of W after gains", "dB re full scale")
    energy_y_db: float | None = optional("mean square of Y after gains", "dB re full scale")
    energy_z_db: float | None = optional("mean square of Z after gains", "dB re full scale")
    energy_x_db: float | None = optional("mean square of X after gains", "dB re full scale")
    silent_share: float | None = optional("share of silent chunks")
    clipped_share: float | None = optional("share of samples at full scale")
    dc_offset: float | None = optional("largest mean of a channel, relative to full scale")
    channel_lags: list[float] | None = optional("lags of W, Y, Z, X behind W", "s")
    azimuth: float | None = optional("dominant direction", DEGREES)
    elevation: float | None = optional("dominant direction", DEGREES)
    diffuseness: float | None = optional("0 to 1")
    audio_codec: str | None = optional("codec")
    audio_layout: str | None = optional("channel layout")
    audio_channels: Int32 | None = optional("number of channels as decoded")
    claimed_convention: str | None = optional("convention that the container claims")
    audio_offset: float | None = optional("start of the audio minus start of the video", "s")
    duration_difference: float | None = optional("duration of audio minus video", "s")
    width: Int32 | None = optional("frame width", "pixels")
    height: Int32 | None = optional("frame height", "pixels")
    projection: str | None = optional("erp, eac, …")
    stereo: str | None = optional("mono, top_bottom or left_right")
    claimed_projection: str | None = optional("projection that the container claims")
    static_share: float | None = optional("share of frame pairs that do not differ")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportClip(CuratedColumns):
    """A clip as the report shows it; angles in degrees, None for what was not measured."""

    agreement: Float32 | None = optional("agreement of audio and detections", "nats")
    chance: Float32 | None = optional("share of yaw offsets that fit at least as well")
    axes: str | None = optional("channels that serve best as x, y, z")
    axes_gain: Float32 | None = optional("gain in fit over the channels in use", "nats")
    axes_votes: Int32 | None = optional("clips of the video that voted")


CLIP_FIELDS = tuple(field.name for field in fields(ReportClip))


@dataclass(frozen=True, kw_only=True, slots=True)
class AgreementColumns:
    """Columns of the agreement table that the report shows."""

    clip_id: str = column("clip")
    agreement: Float32 | None = optional("agreement of audio and detections", "nats")
    chance: Float32 | None = optional("share of yaw offsets that fit at least as well")
    axes: str | None = optional("channels that serve best as x, y, z")
    axes_gain: Float32 | None = optional("gain in fit over the channels in use", "nats")
    axes_votes: Int32 | None = optional("clips of the video that voted")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportVideo:
    """Columns of the fetch table that the report shows."""

    video_id: str = column("source video")
    state: str = column("fetched or failed")
    reason: str | None = optional("reason code when failed, else null")
    video_path: str | None = optional("local file with the video; null when failed")
    audio_path: str | None = optional("local file with the audio; null when failed")
    attempts: Int32 | None = optional("number of download attempts; null for local files")
    tool: str | None = optional("download tool and its version; null for local files")
    licence: str | None = optional("licence as stated by the source, else null")
    channel: str | None = optional("channel or author, else null")


def read_report_clips(curation: Iterable[Path], agreement: Iterable[Path]) -> list[ReportClip]:
    """Read all clips, in the order of the plan."""
    agreed = {}
    for path in agreement:
        for values in _rows(path, AgreementColumns):  # only kept clips have a row
            agreed[values.pop("clip_id")] = values
    clips = []
    for path in curation:
        for values in _rows(path, CuratedColumns):
            clips.append(ReportClip(**values, **agreed.pop(values["clip_id"], {})))
    return clips


def read_videos(fetch: Iterable[Path]) -> dict[str, ReportVideo]:
    """Read the rows of all videos, by their ids."""
    return {
        values["video_id"]: ReportVideo(**values)
        for path in fetch
        for values in _rows(path, ReportVideo)
    }


def fields_of(clip: ReportClip) -> dict[str, Any]:
    """Return the fields of a clip by name."""
    return {name: getattr(clip, name) for name in CLIP_FIELDS}


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


def _rows(path: Path, record: type[Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table, in degrees; None for numbers that JSON does not have."""
    names = [field.name for field in fields(record)]
    table = tables.read_arrow(path, names)
    lists = [[_shared(value) for value in table[name].to_pylist()] for name in names]
    for values in zip(*lists, strict=True):
        yield dict(zip(names, values, strict=True))


def _shared(value: Any) -> Any:
    if isinstance(value, str):
        return sys.intern(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
