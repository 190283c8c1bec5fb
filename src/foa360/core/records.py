"""The row of every table, defined once: type, unit and meaning of each column.

Schema on disk, documentation, reader and writer follow from these classes (`foa360.core.tables`).
Angles are radians here and degrees in the files; the reader and the writer convert them.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any

import pyarrow as pa

Float32 = Annotated[float, pa.float32()]
Int32 = Annotated[int, pa.int32()]

#: Unit of columns that are radians in code.
DEGREES = "degrees"
#: Value of `ClipAgreement.axes` that stands for the channels as they are.
UNCHANGED_AXES = "+x +y +z"


def column(meaning: str, unit: str = "") -> Any:
    """Declare a column that every row has; `unit` is that of the file."""
    return field(metadata={"meaning": meaning, "unit": unit})


def optional(meaning: str, unit: str = "") -> Any:
    """Declare a column that is null where there is no value."""
    return field(default=None, metadata={"meaning": meaning, "unit": unit})


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A span of a source video."""

    clip_id: str = column("{video_id}_{start}")
    video_id: str = column("id of the source video, as given")
    start: float = column("start of the clip in the video", "s")
    duration: float = column("duration of the clip", "s")
    split: str | None = optional("train or test")


@dataclass(frozen=True, kw_only=True)
class PlannedClip(Clip):
    """`results/plan/shards.parquet`: one row per clip."""

    shard: str = column("shard that the video belongs to")
    source: str = column("kind of source: demo, folder, list, yt360, sphere360, hub")
    video: str = column("file or URL of the video")
    audio: str = column("file or URL of the audio; equals `video` when one file holds both")


@dataclass(frozen=True, kw_only=True)
class FetchedVideo:
    """`results/fetch/{shard}.parquet`: one row per source video."""

    video_id: str = column("id of the source video")
    state: str = column("fetched or failed")
    reason: str | None = optional("reason code when failed, else null")
    message: str | None = optional("what the source reported when it failed")
    video_path: str | None = optional("local file with the video; null when failed")
    audio_path: str | None = optional("local file with the audio; null when failed")
    video_bytes: int | None = optional("size of the video file", "bytes")
    audio_bytes: int | None = optional("size of the audio file", "bytes")
    video_sha256: str | None = optional("SHA-256 of the video file")
    audio_sha256: str | None = optional("SHA-256 of the audio file")
    video_codec: str | None = optional("video codec as stated by the source, else null")
    audio_codec: str | None = optional("audio codec as stated by the source, else null")
    audio_channels: Int32 | None = optional("audio channels as stated by the source, else null")
    format_note: str | None = optional("format ids and notes of the source, else null")
    attempts: Int32 | None = optional("number of download attempts; null for local files")
    fetched_at: str | None = optional("end of the download, UTC; null for local files")
    tool: str | None = optional("download tool and its version; null for local files")
    licence: str | None = optional("licence as stated by the source, else null")
    channel: str | None = optional("channel or author, else null")


@dataclass(frozen=True, kw_only=True)
class CuratedClip(Clip):
    """`results/curation/{shard}.parquet`: one row per clip, with measures, verdict and reasons."""

    verdict: str = column("kept, rejected or failed")
    reasons: list[str] = column("reason codes, in the order of the closed list")
    message: str | None = optional("detail for a person, such as the decoder's error message")
    convention: str | None = optional("as found: ACN/SN3D, ACN/N3D, FuMa, …, or undecided")
    confidence: float | None = optional(
        "confidence that W and the gains are as found, from signal and codec, 0 to 1"
    )
    undecided: list[str] | None = optional(
        "what the signal does not determine: w, gains, height, horizontal"
    )
    planes: list[Int32] | None = optional("decoded planes that hold W, Y, Z, X")
    gains: list[float] | None = optional("factors that convert W, Y, Z, X to SN3D")
    energy_ratio: float | None = optional(
        "E_xyz / E_w after the low-pass, as decoded, in WYZX order, before gains"
    )
    energy_ratio_after: float | None = optional("E_xyz / E_w after gains, as it was judged")
    octave_ratios: list[float] | None = optional(
        "E_xyz / E_w per octave from 63 Hz to 16 kHz, before gains"
    )
    rms_dbfs: float | None = optional("RMS of the loudest channel", "dB re full scale")
    energy_w_db: float | None = optional("mean square of W after gains", "dB re full scale")
    energy_y_db: float | None = optional("mean square of Y after gains", "dB re full scale")
    energy_z_db: float | None = optional("mean square of Z after gains", "dB re full scale")
    energy_x_db: float | None = optional("mean square of X after gains", "dB re full scale")
    correlations: list[float] | None = optional(
        "correlation coefficients of the pairs WY WZ WX YZ YX ZX, after the low-pass"
    )
    effective_rank: float | None = optional(
        "exp of the entropy of the covariance's eigenvalues, 1 to 4"
    )
    w_coherence: float | None = optional("share of W's energy that the dipoles predict, 0 to 1")
    silent_share: float | None = optional("share of 20 ms frames below the silence threshold")
    clipped_share: float | None = optional("share of samples at full scale")
    dc_offset: float | None = optional("largest mean of a channel, relative to full scale")
    azimuth: float | None = optional(
        "dominant direction of the active intensity, left positive", DEGREES
    )
    elevation: float | None = optional(
        "dominant direction of the active intensity, up positive", DEGREES
    )
    diffuseness: float | None = optional("1 - |ΣI| / ΣE, from 0 (plane wave) to 1 (diffuse)")
    audio_codec: str | None = optional("codec of the audio stream")
    audio_container: str | None = optional("container format of the audio")
    audio_layout: str | None = optional("channel layout that the decoder reports")
    audio_channels: Int32 | None = optional("number of channels as decoded")
    audio_rate: Int32 | None = optional("sampling rate", "Hz")
    claimed_convention: str | None = optional(
        "convention that the container claims (ambisonic 1, ACN/SN3D), or null"
    )
    mapping_family: Int32 | None = optional(
        "Opus channel mapping family: 0 and 1 loudspeakers, 2 and 3 ambisonics, 255 none"
    )
    head_locked: bool | None = optional("whether the container declares a head-locked stereo pair")
    audio_offset: float | None = optional("start of the audio minus start of the video", "s")
    duration_difference: float | None = optional(
        "duration of the audio minus duration of the video", "s"
    )
    video_codec: str | None = optional("codec of the video stream")
    width: Int32 | None = optional("frame width", "pixels")
    height: Int32 | None = optional("frame height", "pixels")
    fps: float | None = optional("average frame rate", "1/s")
    projection: str | None = optional("erp, eac, cubemap, mesh, flat, …; of the whole video")
    stereo: str | None = optional("mono, top_bottom or left_right")
    claimed_projection: str | None = optional("projection that the container claims, or null")
    static_share: float | None = optional(
        "share of successive frame pairs at 2 frames/s that do not differ"
    )


@dataclass(frozen=True, kw_only=True)
class Detection:
    """`results/detections/{shard}.parquet`: one row per box."""

    clip_id: str = column("clip")
    video_id: str = column("source video")
    time: float = column("time of the frame within the clip", "s")
    label: str = column("class name")
    score: Float32 = column("detector confidence, 0 to 1")
    azimuth: Float32 = column("direction of the box centre", DEGREES)
    elevation: Float32 = column("direction of the box centre", DEGREES)
    h_fov: Float32 = column("horizontal angular size", DEGREES)
    v_fov: Float32 = column("vertical angular size", DEGREES)
    left: Float32 = column("left edge in the ERP frame, 0 to 1 of the width")
    top: Float32 = column("top edge, 0 to 1 of the height")
    right: Float32 = column("right edge, 0 to 1 of the width; above 1 across the seam")
    bottom: Float32 = column("bottom edge, 0 to 1 of the height")
    object: Int32 = column("number of the object within the clip, best first")


@dataclass(frozen=True, kw_only=True)
class TrackedObject:
    """`results/objects/{shard}.parquet`: one row per object, the detections of one track."""

    clip_id: str = column("clip")
    video_id: str = column("source video")
    object: Int32 = column("number within the clip, best first")
    label: str = column("class name")
    score: Float32 = column(
        "sum of its detection scores over the number of frames with any detection, 0 to 1"
    )
    azimuth: Float32 = column("mean direction", DEGREES)
    elevation: Float32 = column("mean direction", DEGREES)
    h_fov: Float32 = column("mean angular width", DEGREES)
    v_fov: Float32 = column("mean angular height", DEGREES)
    times: list[Float32] = column("times of its detections within the clip", "s")
    azimuths: list[Float32] = column("directions at those times", DEGREES)
    elevations: list[Float32] = column("directions at those times", DEGREES)


@dataclass(frozen=True, kw_only=True)
class ClipAgreement:
    """`results/agreement/{shard}.parquet`: how well audio and detections of a clip agree."""

    clip_id: str = column("clip")
    video_id: str = column("source video")
    agreement: Float32 | None = optional(
        "log-likelihood of the audio's directions given the detections, minus its mean over yaw"
        " offsets; null without detections or audio",
        "nats",
    )
    chance: Float32 | None = optional("share of yaw offsets that fit at least as well, 0 to 1")
    yaw_offset: Float32 | None = optional(
        "rotation of the audio to the left that fits best", DEGREES
    )
    delay: Float32 | None = optional(
        "delay of the audio behind the video, where a delay fits better; else 0", "s"
    )
    axes: str | None = optional(
        "channels that serve best as x, y, z, by vote of at least three of the video's clips;"
        f" {UNCHANGED_AXES} is the order in use"
    )
    axes_gain: Float32 | None = optional("gain in fit over the channels in use", "nats")


@dataclass(frozen=True, kw_only=True)
class Viewpoint:
    """`results/viewpoints/{shard}.parquet`: K rows per kept clip."""

    clip_id: str = column("clip")
    video_id: str = column("source video")
    index: Int32 = column("0 to K-1, best first")
    azimuth: Float32 = column("direction of the crop's centre", DEGREES)
    elevation: Float32 = column("direction of the crop's centre", DEGREES)
    fov: Float32 = column("horizontal field of view of the crop", DEGREES)
    origin: str = column("object, audio or random")
    label: str | None = optional("class of the object, else null")
    score: Float32 | None = optional(
        "score of the object, or share of the audio's directional energy; else null"
    )
