"""Facts and measures of a source video, as they come from its media; nothing here is judged."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.evidence import Evidence
from foa360.media.order import PlaneOrder

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
    order: PlaneOrder | None = None  # planes of W, Y, Z, X; None with fewer than four channels


@dataclass(frozen=True, kw_only=True)
class AudioMeasures:
    """Measures of the audio of one clip; channels in the order of `AudioFile.order`.

    Attributes
    ----------
    covariance : (4, 4)
        After the low-pass of the energy ratio.
    full_band_covariance : (4, 4)
        Without a filter.
    octave_energies : (4, 9)
        In octaves from 63 Hz to 16 kHz.
    evidence : Evidence
        For the convention.
    silent_share : float
        Share of silent 20 ms chunks.
    clipped_share : float
        Share of samples at full scale.
    rms_dbfs : float
        RMS of the loudest channel, dB re full scale.
    dc_offset : float
        Largest mean of a channel, relative to full scale.
    """

    covariance: Floats
    full_band_covariance: Floats
    octave_energies: Floats
    evidence: Evidence
    silent_share: float
    clipped_share: float
    rms_dbfs: float
    dc_offset: float


@dataclass(frozen=True)
class MeasuredAudio:
    """An audio file, and the audio of each clip, by start."""

    file: AudioFile
    clips: list[AudioMeasures | NotMeasured]


class LayoutEvidence(NamedTuple):
    """Evidence of how frames hold the sphere, see `measure_layout.layout_evidence`."""

    seam: float = 1.0
    middle: float = 1.0
    poles: float = 0.0
    vertical: float = 0.0
    horizontal: float = 0.0
    thirds: float = 1.0


@dataclass(frozen=True, kw_only=True)
class VideoFile:
    """Facts from the headers of a video file; None where a header does not state them."""

    codec: str | None = None
    width: int | None = None  # pixels
    height: int | None = None  # pixels
    fps: float | None = None  # average frame rate, 1/s
    start: float | None = None  # s
    duration: float | None = None  # of the video stream, s
    container_duration: float | None = None  # s
    claimed_projection: str | None = None
    claimed_stereo: str | None = None


@dataclass(frozen=True, kw_only=True)
class FrameMeasures:
    """Measures of the frames of one clip at 2 frames/s.

    Attributes
    ----------
    expected, decoded : int
        Number of frames that the clip should have, and of those that were decoded.
    static_share : float or None
        Share of successive frames that do not differ; None with fewer than two frames.
    brightness : float
        Highest 0.98 quantile of the grey levels of a frame, 0 to 255.
    layouts : tuple of LayoutEvidence
        Of every fourth frame with enough contrast.
    """

    expected: int
    decoded: int
    static_share: float | None
    brightness: float
    layouts: tuple[LayoutEvidence, ...]


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
