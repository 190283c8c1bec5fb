"""The row of the table of measures: what the media of a clip are like, before any threshold.

Arrays are stored flat; their shapes are constants or follow from the record.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from foa360.core.records import Clip, Int32, optional

#: Flat arrays of a row.
Doubles = Annotated[NDArray[np.float64], pa.list_(pa.float64())]
Floats32 = Annotated[NDArray[np.float32], pa.list_(pa.float32())]


@dataclass(frozen=True, kw_only=True)
class MeasuredClip(Clip):
    """`results/measures/{shard}.parquet`: one row per clip.

    Null is what was not measured; `failure`, `audio_failure` and `video_failure` state why.
    """

    failure: str | None = optional("reason code of a video that was not fetched")
    message: str | None = optional("what the source reported when it failed")

    audio_failure: str | None = optional("reason code of audio that could not be measured")
    audio_message: str | None = optional("detail for a person")
    audio_codec: str | None = optional("codec of the audio stream")
    audio_container: str | None = optional("container format of the audio")
    audio_layout: str | None = optional("channel layout that the decoder reports")
    audio_channels: Int32 | None = optional("number of channels as decoded")
    audio_rate: Int32 | None = optional("sampling rate", "Hz")
    audio_start: float | None = optional("start of the audio stream", "s")
    audio_duration: float | None = optional("duration of the audio stream", "s")
    claimed_convention: str | None = optional("convention that the container claims")
    mapping_family: Int32 | None = optional("mapping family of Opus")
    head_locked: bool | None = optional("whether the container states head-locked stereo")
    audio_parts: Int32 | None = optional("parts of the audio file with a clock of their own")
    pair_lag: float | None = optional(
        "lag of the audio file behind the audio of the video file, where both hold one recording",
        "s",
    )
    pair_relation: str | None = optional(
        "of the audio file to the audio of the video file: same, other_take or other_order"
    )
    audio_streams: list[str] | None = optional("codec and layout of all audio streams")
    audio_used: list[Int32] | None = optional("numbers of those that are read, from 0")
    audio_chosen_by: str | None = optional(
        "what decided on them: only, label, count, first, or joined mono streams"
    )
    channel_map: list[Int32] | None = optional(
        "component that the container states for each channel (SA3D)"
    )
    planes: list[Int32] | None = optional("decoded planes that were measured, W, Y, Z, X if proven")
    order_proven: bool | None = optional("whether codec and layout prove the order of `planes`")
    covariance: Doubles | None = optional("(4, 4) covariance after the low-pass")
    channel_energies: Doubles | None = optional("(4,) mean squares without a filter")
    octave_energies: Doubles | None = optional("(4, 9) energies in octaves from 63 Hz to 16 kHz")
    chunk_levels: Floats32 | None = optional(
        "(chunks,) RMS of the loudest channel in each 20 ms", "dB re full scale"
    )
    interval_levels: Floats32 | None = optional(
        "(4, intervals) RMS of each channel in each 0.5 s", "dB re full scale"
    )
    clipped_share: float | None = optional("share of samples at full scale")
    float_peak: float | None = optional(
        "largest absolute sample of floating-point PCM, relative to full scale"
    )
    rms_dbfs: float | None = optional("RMS of the loudest channel", "dB re full scale")
    dc_offset: float | None = optional("largest mean of a channel, relative to full scale")
    lag_seconds: Doubles | None = optional("(3,) lags of the other channels behind the first", "s")
    lag_peak: Doubles | None = optional("(3,) peak of the correlation over its median")
    lag_in_time: Doubles | None = optional("(3,) correlation within 0.5 ms over the peak")
    evidence_cov: Doubles | None = optional("(4, 4) see `foa360.ambisonics.evidence.Evidence`")
    evidence_levels: Doubles | None = optional("(6, 5, 41)")
    evidence_energies: Doubles | None = optional("(5, 4)")
    evidence_means: Doubles | None = optional("(5, 4)")
    evidence_moments: Doubles | None = optional("(5, 4, 4)")
    evidence_signs: Doubles | None = optional("(5, 3)")
    evidence_weight: Doubles | None = optional("(5,)")
    evidence_louder: float | None = optional("energy")
    evidence_undirected: float | None = optional("energy")
    evidence_parts: Floats32 | None = optional(
        "(parts, 1388) the nine sums above, of up to four equal parts of the clip, one after the"
        " other"
    )
    direction_map: Floats32 | None = optional(
        "(7 or 8, intervals, 256) directional audio from each cell in each interval, for each"
        " candidate of `foa360.ambisonics.direction_map.CANDIDATES`, and of eight channels for TBE",
        "root of energy",
    )
    second_order: Doubles | None = optional(
        "(5, 4) of eight or ten channels, see `foa360.ambisonics.second_order`"
    )

    video_failure: str | None = optional("reason code of frames that could not be measured")
    video_message: str | None = optional("detail for a person")
    video_codec: str | None = optional("codec of the video stream")
    width: Int32 | None = optional("width of the video", "pixels")
    height: Int32 | None = optional("height of the video", "pixels")
    fps: float | None = optional("average frame rate", "1/s")
    video_start: float | None = optional("start of the video stream", "s")
    video_duration: float | None = optional("duration of the video stream", "s")
    container_duration: float | None = optional("duration of the streams in use", "s")
    video_parts: Int32 | None = optional("parts of the video file with a clock of their own")
    video_streams: Int32 | None = optional("video streams of the size of the one that is read")
    video_joined: str | None = optional(
        "how frames of two video streams make one: `rows` of a cubemap, or `lenses`"
    )
    claimed_projection: str | None = optional("projection that the container claims")
    claimed_stereo: str | None = optional("stereo layout that the container claims")
    claimed_transform: str | None = optional(
        "rotation and crop of the frames that the container claims and that are not applied"
    )
    frames_expected: Int32 | None = optional(
        "frames of the clip at 2 frames/s; null where only the audio is measured"
    )
    frames_decoded: Int32 | None = optional("frames of those that were decoded")
    frame_changes: Floats32 | None = optional(
        "(decoded - 1,) largest change of a block between successive frames, above the noise",
        "grey levels",
    )
    frame_drift: float | None = optional(
        "largest change of a large block from the first to the last third of the clip",
        "grey levels",
    )
    brightness: float | None = optional(
        "highest 0.98 quantile of the grey levels of a frame", "grey levels"
    )
    layout_evidence: Floats32 | None = optional(
        "(n, 49) of every tenth frame, see `foa360.media.layout_evidence`"
    )
