"""Samples of video with its own and with shifted audio: settings, requests and what is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Waveform = Literal["beam", "stereo"]


@dataclass(frozen=True, kw_only=True)
class ShiftedSettings:
    """What a sample is.

    frames, crop : number of video frames, and their width and height, pixels.
    seconds : duration of video and audio, s.
    sample_rate : of the audio, Hz.
    audio : W and a beam to the viewpoint, or cardioids to the left and right of it (stereo).
    shift : smallest shift of the shifted audio, s.
    crops : viewpoints on detected objects, random ones where there is none (yolo), or random ones.
    seed : random seed of the samples.
    augment : move viewpoints a little, and exchange left and right in half of the samples.
    """

    frames: int
    crop: int
    seconds: float
    sample_rate: int
    audio: Waveform
    shift: float
    crops: Literal["yolo", "random"]
    seed: int = 0
    augment: bool = False

    @property
    def samples(self) -> int:
        """Number of audio samples."""
        return round(self.seconds * self.sample_rate)


@dataclass(frozen=True, kw_only=True, eq=False)
class ShiftedRequest:
    """Everything that determines a sample.

    index : number of the clip.
    start, shifted : where the video with its own audio starts, and the shifted audio, s.
    viewpoint : (2,). Azimuth and elevation, radians.
    on_object : whether it is that of a detected object.
    fov : field of view, radians.
    mirror : whether left and right are exchanged, in video and audio.
    """

    index: int
    start: float
    shifted: float
    viewpoint: NDArray[np.floating]
    on_object: bool
    fov: float
    mirror: bool = False


class ShiftedSample(NamedTuple):
    """Video, and two waveforms of its clip.

    video : (3, frames, crop, crop), uint8. RGB crops.
    audio : (2, 2, samples). The own one, then the shifted one; two channels, full scale ±1.
    """

    video: Tensor
    audio: Tensor


class ShiftedBatch(NamedTuple):
    """Samples that could be read: `(B, …)` of each tensor of a sample, and their requests."""

    video: Tensor
    audio: Tensor
    requests: Sequence[ShiftedRequest]
