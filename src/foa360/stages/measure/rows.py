"""Assemble the rows of the table of measures."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.evidence import Evidence
from foa360.core.measured import MeasuredClip
from foa360.core.records import Clip
from foa360.stages.measure.measures import (
    AudioFile,
    AudioMeasures,
    FrameMeasures,
    NotMeasured,
    VideoFile,
)

#: Columns of a row, by name.
Columns = dict[str, Any]


@dataclass(frozen=True)
class ClipMeasures:
    """Measures of a clip, with the facts of its files; no frames where only audio is measured."""

    audio_file: AudioFile
    audio: AudioMeasures | NotMeasured
    video_file: VideoFile
    frames: FrameMeasures | NotMeasured | None


def measured_clip(clip: Clip, measures: ClipMeasures) -> MeasuredClip:
    """Row of a clip whose video was fetched."""
    columns = {
        **_span(clip),
        **_audio_facts(measures.audio_file),
        **_audio_measures(measures.audio),
        **_video_facts(measures.video_file),
        **_frame_measures(measures.frames),
    }
    return MeasuredClip(**{name: _own(value) for name, value in columns.items()})


def failed_clip(clip: Clip, reason: str, message: str | None) -> MeasuredClip:
    """Row of a clip whose video was not fetched."""
    return MeasuredClip(**_span(clip), failure=reason, message=message)


def _own(value: Any) -> Any:
    """Copy a view: it would keep all of its array until the last clip of the shard is measured."""
    return value.copy() if isinstance(value, np.ndarray) and value.base is not None else value


def _span(clip: Clip) -> Columns:
    return {
        "clip_id": clip.clip_id,
        "video_id": clip.video_id,
        "start": clip.start,
        "duration": clip.duration,
        "split": clip.split,
    }


def _audio_facts(file: AudioFile) -> Columns:
    return {
        "audio_codec": file.codec,
        "audio_container": file.container,
        "audio_layout": file.layout,
        "audio_channels": file.channels,
        "audio_rate": file.sample_rate,
        "audio_start": file.start,
        "audio_duration": file.duration,
        "claimed_convention": file.claimed_convention,
        "mapping_family": file.mapping_family,
        "head_locked": file.head_locked,
        "audio_parts": file.parts,
        "pair_lag": file.pair_lag,
        "pair_relation": file.pair_relation,
        "audio_streams": list(file.streams),
        "audio_used": list(file.used_streams),
        "audio_chosen_by": file.chosen_by,
        "channel_map": None if file.channel_map is None else list(file.channel_map),
        "planes": None if file.order is None else list(file.order.planes),
        "order_proven": None if file.order is None else file.order.proven,
    }


def _audio_measures(audio: AudioMeasures | NotMeasured) -> Columns:
    if isinstance(audio, NotMeasured):
        return {"audio_failure": audio.reason, "audio_message": audio.message or None}
    evidence = audio.evidence
    return {
        "covariance": audio.covariance.ravel(),
        "channel_energies": audio.channel_energies,
        "octave_energies": audio.octave_energies.ravel(),
        "chunk_levels": audio.chunk_levels,
        "interval_levels": audio.interval_levels.ravel(),
        "clipped_share": audio.clipped_share,
        "float_peak": audio.float_peak,
        "rms_dbfs": audio.rms_dbfs,
        "dc_offset": audio.dc_offset,
        "lag_seconds": audio.lags.seconds,
        "lag_peak": audio.lags.peak,
        "lag_in_time": audio.lags.in_time,
        "evidence_cov": evidence.cov.ravel(),
        "evidence_levels": evidence.levels.ravel(),
        "evidence_energies": evidence.energies.ravel(),
        "evidence_means": evidence.means.ravel(),
        "evidence_moments": evidence.moments.ravel(),
        "evidence_signs": evidence.signs.ravel(),
        "evidence_weight": evidence.weight,
        "evidence_louder": evidence.louder,
        "evidence_undirected": evidence.undirected,
        "evidence_parts": _parts(audio.evidence_parts),
        "direction_map": audio.direction_map.ravel(),
        "second_order": None if audio.second_order is None else audio.second_order.ravel(),
    }


def _parts(parts: Sequence[Evidence]) -> NDArray[np.float32]:
    """Join the sums of all parts, each in the order of the fields of `Evidence`."""
    sums = [np.ravel(getattr(part, field.name)) for part in parts for field in fields(Evidence)]
    return np.concatenate(sums).astype(np.float32)


def _video_facts(file: VideoFile) -> Columns:
    return {
        "video_codec": file.codec,
        "width": file.width,
        "height": file.height,
        "fps": file.fps,
        "video_start": file.start,
        "video_duration": file.duration,
        "container_duration": file.container_duration,
        "video_parts": file.parts,
        "video_streams": file.streams,
        "video_joined": file.joined,
        "claimed_projection": file.claimed_projection,
        "claimed_stereo": file.claimed_stereo,
        "claimed_transform": file.claimed_transform,
    }


def _frame_measures(frames: FrameMeasures | NotMeasured | None) -> Columns:
    if frames is None:
        return {}
    if isinstance(frames, NotMeasured):
        return {"video_failure": frames.reason, "video_message": frames.message or None}
    return {
        "frames_expected": frames.expected,
        "frames_decoded": frames.decoded,
        "frame_changes": frames.stillness.changes,
        "frame_drift": frames.stillness.drift,
        "brightness": frames.brightness,
        "layout_evidence": np.array(frames.layouts, np.float32).ravel(),
    }
