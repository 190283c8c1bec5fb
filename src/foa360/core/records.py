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
    source_number: Int32 = column("position of the source in `sources`, from 0")
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
class KeptClip(Clip):
    """`results/kept/{shard}.parquet`: one row per kept clip, with what later stages need of it."""

    planes: list[Int32] = column("decoded planes that hold W, Y, Z, X")
    gains: list[float] = column("factors that convert W, Y, Z, X to SN3D")
    channel_lags: list[float] = column("lags of W, Y, Z, X behind W; 0 where none was found", "s")
    aligned: bool = column("whether these lags are removed when the audio is read")
    projection: str = column("how frames hold the sphere: erp, eac, cubemap, …")
    stereo: str = column("mono, top_bottom or left_right")
    bar_rows: float = column("share of the frame in black bars above and below")
    bar_columns: float = column("share of the frame in black bars at both sides")
    energy_ratio: float | None = optional("E_xyz / E_w as decoded, before any repair")


@dataclass(frozen=True, kw_only=True)
class CuratedClip(Clip):
    """`results/curation/{shard}.parquet`: one row per clip, with measures, verdict and reasons."""

    verdict: str = column("kept, rejected or failed")
    reasons: list[str] = column("reason codes, in the order of the closed list")
    message: str | None = optional("detail for a person, such as the decoder's error message")
    convention: str | None = optional("as found: ACN/SN3D, ACN/N3D, FuMa, …, or undecided")
    confidence: float | None = optional("probability of the whole convention, 0 to 1")
    probabilities: list[float] | None = optional(
        "probabilities of W, of the gains given W, and of the height given W; empty without a name"
    )
    undecided: list[str] | None = optional(
        "what the signal does not determine: w, gains, height, horizontal"
    )
    planes: list[Int32] | None = optional("decoded planes that hold W, Y, Z, X")
    gains: list[float] | None = optional("factors that convert W, Y, Z, X to SN3D")
    channel_lags: list[float] | None = optional(
        "lags of W, Y, Z, X behind W; 0 where none was found", "s"
    )
    aligned: bool | None = optional("whether these lags are removed when the audio is read")
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
    bandwidths: list[float] | None = optional(
        "upper edge of the highest octave in which W, Y, Z, X have a signal; 0 for an empty one",
        "Hz",
    )
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
    audio_streams: list[str] | None = optional("codec and layout of all audio streams")
    audio_used: list[Int32] | None = optional("numbers of those that are read, from 0")
    audio_chosen_by: str | None = optional(
        "what decided on them: only, label, count, first, or joined mono streams"
    )
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
    bar_rows: float | None = optional("share of the frame in black bars above and below")
    bar_columns: float | None = optional("share of the frame in black bars at both sides")
    projection_confidence: float | None = optional(
        "probability of `projection`, from frames and label, 0 to 1"
    )
    claimed_projection: str | None = optional("projection that the container claims, or null")
    claimed_transform: str | None = optional(
        "rotation and crop of the frames that the container claims and that are not applied"
    )
    video_joined: str | None = optional(
        "how frames of two video streams make one: `rows` of a cubemap, or `lenses`"
    )
    static_share: float | None = optional(
        "share of successive frame pairs at 2 frames/s that do not differ"
    )


@dataclass(frozen=True, kw_only=True)
class Box:
    """`results/boxes/{shard}.parquet`: one row per box of the network, down to low scores."""

    clip_id: str = column("clip")
    video_id: str = column("source video")
    time: float = column("time of the frame within the clip", "s")
    view: Int32 = column("number of the image of the frame; 0 unless detect.mode is tangent")
    label: str = column("class name")
    score: Float32 = column("detector confidence, 0 to 1")
    left: Float32 = column("left edge in the image, 0 to 1 of its width")
    top: Float32 = column("top edge in the image, 0 to 1 of its height")
    right: Float32 = column("right edge in the image, 0 to 1 of its width")
    bottom: Float32 = column("bottom edge in the image, 0 to 1 of its height")


@dataclass(frozen=True, kw_only=True)
class Detection:
    """`results/detections/{shard}.parquet`: one row per detected object in a frame."""

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
    axes_votes: Int32 | None = optional("clips of the video that voted for the axes")
    axes_fits: list[Float32] | None = optional(
        "fit of this clip's audio with each of the 48 orders and signs of axes, minus that of the"
        " channels in use; the order of `foa360.sphere.axes.channel_axes`",
        "nats",
    )


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


@dataclass(frozen=True, kw_only=True)
class SubsetClip:
    """`results/subsets.parquet`: one row per kept clip, with the subsets that it belongs to."""

    clip_id: str = column("clip")
    split: str | None = optional("train or test")
    energy_ratio: float | None = optional("E_xyz / E_w as decoded, before any repair")
    valid: bool = column("whether it is within `curate.tau` of 1")
    random_matched: bool = column(
        "of the training clips that are not valid, as many as there are valid ones, drawn by seed"
    )


@dataclass(frozen=True, kw_only=True)
class TestLine:
    """`results/evaluation/test_list.parquet`: what is compared, the same for every experiment.

    Lines of the test split make the figures, those of the training split fit classifiers on frozen
    features.
    """

    __test__ = False  # pytest takes the name for that of a test

    number: Int32 = column("line within its split")
    split: str = column("train or test")
    clip_id: str = column("clip")
    video_id: str = column("source video of the clip")
    valid: bool = column("whether the energy ratio of the clip as decoded is within `curate.tau`")
    crops: str = column("kind of the viewpoints: yolo (detected objects first) or random")
    position: float = column("start of the sample, as a share of the times at which it can start")
    viewpoints: list[float] = column("azimuth and elevation of each viewpoint in turn", DEGREES)
    on_object: list[bool] = column("whether each viewpoint is that of a detected object")
    partner: Int32 = column("line of another video, whose audio is false")
    stranger: Int32 = column("line of a third video, whose video or audio controls have")
    yaw_offset: float = column("rotation to the left of misaligned audio, 60 to 300", DEGREES)
    any_yaw: float = column("the same as in the papers, any angle", DEGREES)
    view_a: Int32 = column("first viewpoint that is matched, 0 to K-1")
    view_b: Int32 = column("second viewpoint that is matched; equals `view_a` where K is 1")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`results/evaluation/{experiment}/{seed}/decisions.parquet`: one row per line and evaluation.

    An outcome is 1 if the decision is right, 0 if it is not, and ½ for a tie.
    """

    evaluation: str = column("name of the evaluation")
    seed: Int32 = column("random seed that the network was trained with")
    number: Int32 = column("line of the test list; of `synchronisation`, number of the decision")
    clip_id: str = column("clip")
    video_id: str = column("source video of the clip")
    crops: str = column("kind of the viewpoints: yolo or random")
    valid: bool = column("whether the energy ratio of the clip as decoded is within `curate.tau`")
    objects: Int32 = column("viewpoints of the two that are matched that lie on detected objects")
    yaw_offset: Float32 = column("rotation to the left of misaligned audio", DEGREES)
    outcome: Float32 = column("of the trained network")
    untrained: Float32 = column("of a network with random weights")
    blind_other: Float32 | None = optional("with the video of another clip")
    blind_mean: Float32 | None = optional("with the mean video")
    deaf: Float32 | None = optional("with the audio of another clip, or without audio")
    error: Float32 | None = optional(
        "of `direction`, `localisation`: angle from the direction found to the nearest detected"
        " object",
        DEGREES,
    )
    intensity_error: Float32 | None = optional("the same of the intensity vector", DEGREES)
    random_error: Float32 | None = optional("mean of all directions that are searched", DEGREES)
    shift: Float32 | None = optional(
        "of `synchronisation`: by how much the audio is later than the video; 0 for aligned audio",
        "s",
    )


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """`results/evaluation/comparison.parquet`: two experiments on the lines that both decided."""

    evaluation: str = column("name of the evaluation")
    first: str = column("experiment")
    second: str = column("another experiment")
    difference: float = column("accuracy of the first less that of the second; mean over seeds")
    ci_low: float = column("lower bound of its 95 % interval over videos")
    ci_high: float = column("upper bound")
    decisions: Int32 = column("lines of the test list")
    videos: Int32 = column("test videos")


@dataclass(frozen=True, kw_only=True)
class DownstreamItem:
    """`results/downstream/{experiment}/{seed}/{part}.parquet`: a row per item and system.

    An item, such as a video, is decided about as a whole and part by part: clips, or seconds.
    """

    data: str = column("key of the data set in the configuration")
    split: Int32 = column("number of the official split, or of the fold")
    role: str = column("train or test; of the training part only what could not be read has a row")
    system: str = column("what is learnt on the data set, such as linear or fine-tuned")
    network: str = column("trained, untrained (with random weights), or none")
    seed: Int32 = column("random seed that the network was trained with, or the system")
    item: str = column("file of the data set")
    cluster: str = column("items of one cluster are of one recording or place")
    label: str = column("class")
    predicted: str | None = optional("class that is predicted")
    outcome: Float32 | None = optional("1 if the prediction is right, else 0")
    part_outcome: Float32 | None = optional("share of the parts whose prediction is right")
    loss: Float32 | None = optional("log loss of the item", "nats")
    part_loss: Float32 | None = optional("mean log loss of its parts", "nats")
    reason: str | None = optional("reason code of an item that cannot be read, else null")
    message: str | None = optional("what was found there")


@dataclass(frozen=True, kw_only=True)
class Embedding:
    """`results/embeddings/{experiment}/{seed}.parquet`: one row per listed clip and viewpoint.

    The product of the vectors of video and audio is the score by which the network compares them.
    """

    clip_id: str = column("clip, as listed")
    video_id: str | None = optional("source video; null where the clip has no embedding")
    split: str | None = optional("train or test")
    viewpoint: Int32 | None = optional("number of the viewpoint, from 0")
    azimuth: float | None = optional("of the viewpoint", DEGREES)
    elevation: float | None = optional("of the viewpoint", DEGREES)
    video: list[Float32] | None = optional("unit vector of the crop")
    audio: list[Float32] | None = optional("unit vector of the audio rotated to the viewpoint")
    reason: str | None = optional("not_in_shards or damaged; null where there is an embedding")
    message: str | None = optional("what was found there")


@dataclass(frozen=True, kw_only=True)
class SoundingFrame:
    """`results/evaluation/{experiment}/{seed}/masks.parquet`: a row per test frame and sound.

    A video that cannot be read has one row, with a reason.
    """

    seed: Int32 = column("random seed that the network was trained with")
    video: str = column("name of the video in the table of the data set")
    category: str = column("its category; of MS3 always `several`")
    frame: Int32 | None = optional("number of the frame, from 1")
    sound: str | None = optional("own, that of another video (other), or silence")
    audio_from: str | None = optional("video whose audio it is; null for silence")
    area: Float32 | None = optional("share of the frame that the true mask covers")
    jaccard: Float32 | None = optional("M_J: share of the union of predicted and true mask in both")
    f_curve: list[Float32] | None = optional(
        "F-score at each of 255 thresholds; null without an object"
    )
    reason: str | None = optional("reason code of a video that cannot be read, else null")
    message: str | None = optional("what was found there")
