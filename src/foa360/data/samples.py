"""Samples and batches, their settings, and the requests that samples are loaded from."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, NamedTuple, NotRequired, TypedDict, TypeVar

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foa360.data.inputs import FeatureStatistics
from foa360.data.transforms import Augmentation

T = TypeVar("T")

Viewpoints = Literal["stored", "yolo", "random"]


class SampleOptions(TypedDict, total=False):
    """Keyword arguments of `ShardDataset` that select what a sample is, as in `SampleSettings`."""

    input: str
    frames: int
    crop: int
    audio_seconds: float
    video_seconds: float | None
    seed: int
    augment: bool
    statistics: FeatureStatistics | None
    viewpoints: Viewpoints
    views: int | None
    fov: tuple[float, float] | None
    max_elevation: float
    negatives: Literal["same", "other"] | None
    windows: int


@dataclass(frozen=True, kw_only=True)
class SampleSettings:
    """What a sample is.

    input : audio features, of `foa360.data.inputs.AUDIO_INPUTS`.
    frames : video frames.
    crop : width and height of the crops, pixels.
    audio_seconds : duration of the audio, s.
    video_seconds : duration of the video, s, anywhere within the audio of a sample that has a key
        and in its middle else; that of the audio by default.
    seed : random seed of the samples.
    augment : change samples that have a key: mirrored, other colours, levels and viewpoints.
    statistics : those of `feature_statistics`, for standardising; none by default.
    viewpoints : those `stored` in the shard. In samples that have a key also `random` directions,
        or those of the objects that `yolo` has found, with random directions where there are fewer.
    views : number of viewpoints, where they are `stored` at most as many as there are; as many as
        are stored by default.
    fov : smallest and largest field of view, degrees, of samples that have a key; the stored one by
        default.
    max_elevation : of random directions, in which the elevation is uniform, degrees; 90 stands for
        directions that are uniform on the sphere.
    negatives : add a negative to each sample that has a key: the audio of another clip of the
        `same` video, or of an `other` video. See `SampleDraws.draw_negative`.
    windows : times within the clip, `MIN_WINDOW_DISTANCE` apart, that each have K viewpoints.
    """

    input: str = "foa_iv"
    frames: int = 8
    crop: int = 112
    audio_seconds: float = 1.0
    video_seconds: float | None = None
    seed: int = 0
    augment: bool = False
    statistics: FeatureStatistics | None = None
    viewpoints: Viewpoints = "stored"
    views: int | None = None
    fov: tuple[float, float] | None = None
    max_elevation: float = 90.0
    negatives: Literal["same", "other"] | None = None
    windows: int = 1


class Sample(TypedDict):
    """One clip, at K viewpoints of each window.

    video : (K, 3, frames, crop, crop), uint8. RGB crops at the viewpoints.
    audio : (K, C, frames', bands), float32. Features of the audio rotated to each viewpoint; of
        `foa_iv` the log-mel spectra of W, Y, Z, X and the intensity X, Y, Z.
    viewpoints : (K, 2). Azimuth and elevation, radians.
    index : number of the clip in the dataset.
    negative : like `audio`, of the negative; only in datasets with negatives.
    """

    video: Tensor
    audio: Tensor
    viewpoints: Tensor
    index: int
    negative: NotRequired[Tensor]


class Batch(TypedDict):
    """Stacked samples: the tensors of `Sample` with the clips as first axis."""

    video: Tensor
    audio: Tensor
    index: Tensor
    viewpoints: NotRequired[Tensor]
    negative: NotRequired[Tensor]


class SampleKey(NamedTuple):
    """A sample: its clip, and the key of its random choices.

    Without a key the sample is the middle of the clip, not augmented.
    """

    clip: int
    key: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class SampleRequest:
    """Everything that determines a sample: all random choices are made, nothing is read yet.

    index : number of the clip.
    start, video_start : of audio and video within the clip, s.
    viewpoints : (K, 2). Azimuth and elevation, radians.
    fov : field of view, radians.
    yaw_offset : rotation of the audio alone, to the left, radians.
    mirror : whether left and right are exchanged, in video and audio.
    augmentation : changes of colours and levels.
    negative : request of the negative's audio.
    later : requests of further windows.
    """

    index: int
    start: float
    video_start: float
    viewpoints: NDArray[np.floating]
    fov: float
    yaw_offset: float = 0.0
    mirror: bool = False
    augmentation: Augmentation | None = None
    negative: "SampleRequest | None" = None
    later: tuple["SampleRequest", ...] = ()


class BadClipError(RuntimeError):
    """Data of a clip cannot be read."""

    def __init__(self, clip_id: str, message: str) -> None:
        """Name the clip and the reason."""
        super().__init__(f"{clip_id}: {message}")
        self.clip_id = clip_id
        self.message = message


@contextmanager
def naming_clip(clip_id: str) -> Iterator[None]:
    """Turn errors of reading into a BadClipError that names the clip."""
    try:
        yield
    except (OSError, RuntimeError, ValueError, cv2.error) as error:
        raise BadClipError(clip_id, str(error)) from error


def require_finite_values(clip_id: str, *tensors: Tensor) -> None:
    """Raise BadClipError for what was stored with values that are not finite.

    A decision about them would say nothing, and be counted as a wrong one.
    """
    for values in tensors:
        if values.is_floating_point() and not torch.isfinite(values).all():
            raise BadClipError(clip_id, "has features that are not finite")


def read_each(read: Callable[[SampleKey], T], keys: Sequence[SampleKey]) -> list[T]:
    """Read samples; clips that cannot be read are left out, and named in the log."""
    samples: list[T] = []
    for key in keys:
        try:
            samples.append(read(key))
        except BadClipError as error:
            logging.getLogger(__name__).warning("left out of a batch: %s", error)
    return samples
