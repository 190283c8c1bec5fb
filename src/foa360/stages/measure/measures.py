"""Facts and measures of a source video, as they come from its media; nothing here is judged."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.channel_lags import ChannelLags
from foa360.ambisonics.evidence import Evidence
from foa360.media.order import PlaneOrder
from foa360.stages.measure.stillness import Stillness

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NotMeasured:
    """A clip that could not be measured: reason code, and a detail for a person."""

    reason: str
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class AudioFile:
    """Facts from the headers of an audio file; None where a header does not state them."""

    codec: str | None = None
    container: str | None = None
    layout: str | None = None  # channel layout that the decoder reports
    channels: int | None = None
    sample_rate: int | None = None  # Hz
    start: float | None = None  # s
    duration: float | None = None  # s
    claimed_convention: str | None = None
    mapping_family: int | None = None  # of Opus
    head_locked: bool | None = None
    parts: int | None = None  # with a clock of their own
    pair_lag: float | None = None  # behind the audio of the video file, s
    pair_relation: str | None = None  # to the audio of the video file
    streams: tuple[str, ...] = ()  # all, by codec and layout
    used_streams: tuple[int, ...] = ()  # numbers of those that are read
    chosen_by: str | None = None  # see `foa360.media.streams.AudioChoice`
    undecodable: tuple[str, ...] = ()  # codecs of streams that no decoder knows
    channel_map: tuple[int, ...] | None = None  # components that the container states
    order: PlaneOrder | None = None  # planes of W, Y, Z, X; None with fewer than four channels


@dataclass(frozen=True, kw_only=True)
class AudioMeasures:
    """Measures of the audio of one clip; channels in the order of `AudioFile.order`.

    Attributes
    ----------
    covariance : (4, 4)
        After the low-pass of the energy ratio.
    channel_energies : (4,)
        Mean squares without a filter.
    octave_energies : (4, 9)
        In octaves from 63 Hz to 16 kHz.
    evidence : Evidence
        For the convention.
    evidence_parts : tuple of Evidence
        In equal parts of the clip.
    direction_map : (candidates, intervals, cells)
        Directional audio over time, see `foa360.ambisonics.direction_map`.
    chunk_levels : (chunks,)
        RMS of the loudest channel in each 20 ms, dB re full scale.
    interval_levels : (4, intervals)
        RMS of each channel in each 0.5 s, dB re full scale.
    float_peak : float or None
        Largest absolute sample of floating-point PCM, re full scale.
    clipped_share : float
        Share of samples at full scale.
    rms_dbfs : float
        RMS of the loudest channel, dB re full scale.
    dc_offset : float
        Largest mean of a channel, relative to full scale.
    lags : ChannelLags
        Of the second to fourth channel behind the first.
    second_order : (5, 4) or None
        Of eight channels, or eight and stereo, see `foa360.ambisonics.second_order`.
    """

    covariance: Floats
    channel_energies: Floats
    octave_energies: Floats
    evidence: Evidence
    evidence_parts: tuple[Evidence, ...]
    direction_map: NDArray[np.float32]
    chunk_levels: NDArray[np.float32]
    interval_levels: NDArray[np.float32]
    float_peak: float | None = None
    clipped_share: float
    rms_dbfs: float
    dc_offset: float
    lags: ChannelLags
    second_order: Floats | None = None


@dataclass(frozen=True)
class MeasuredAudio:
    """An audio file, and the audio of each clip, by start."""

    file: AudioFile
    clips: list[AudioMeasures | NotMeasured]


@dataclass(frozen=True, kw_only=True)
class VideoFile:
    """Facts from the headers of a video file; None where a header does not state them."""

    codec: str | None = None
    width: int | None = None  # pixels
    height: int | None = None  # pixels
    fps: float | None = None  # average frame rate, 1/s
    start: float | None = None  # s
    duration: float | None = None  # of the video stream, s
    container_duration: float | None = None  # of the streams in use, s
    parts: int | None = None  # with a clock of their own
    streams: int = 1  # of frames of the same size
    joined: str | None = None  # kind of two streams whose frames make one
    claimed_projection: str | None = None
    claimed_stereo: str | None = None
    claimed_transform: str | None = None


@dataclass(frozen=True, kw_only=True)
class FrameMeasures:
    """Measures of the frames of one clip at 2 frames/s.

    Attributes
    ----------
    expected, decoded : int
        Number of frames that the clip should have, and of those that were decoded.
    stillness : Stillness
        What changes in the frames.
    brightness : float
        Highest 0.98 quantile of the grey levels of a frame, 0 to 255.
    layouts : tuple of (numbers,)
        Evidence of the layout in every tenth frame, if it has enough contrast.
    """

    expected: int
    decoded: int
    stillness: Stillness
    brightness: float
    layouts: tuple[NDArray[np.float32], ...]


@dataclass(frozen=True)
class MeasuredFrames:
    """A video file, and the frames of each clip, by start."""

    file: VideoFile
    clips: list[FrameMeasures | NotMeasured]


@dataclass(frozen=True)
class MeasuredVideo:
    """Audio and frames of a source video; no frames where only the audio is curated."""

    audio: MeasuredAudio
    frames: MeasuredFrames | None
