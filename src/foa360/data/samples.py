"""Samples and batches, and the requests that samples are loaded from."""

from dataclasses import dataclass
from typing import NamedTuple, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from foa360.data.transforms import Augmentation


class Sample(TypedDict):
    """One clip.

    video : (K, 3, frames, crop, crop), uint8. RGB crops at the viewpoints.
    audio : (K, 7, frames', bands), float32. Standardised log-mel of W, Y, Z, X rotated to each
        viewpoint, and the intensity X, Y, Z.
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
    """Arguments of `ShardDataset.sample`: clip, key of its random choices, yaw offset in radians.

    Without a key the sample is the middle of the clip, not augmented.
    """

    clip: int
    key: int | None
    yaw_offset: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class SampleRequest:
    """Everything that determines a sample: all random choices are made, nothing is read yet.

    index : number of the clip in the dataset.
    start : start of the sample within the clip, s.
    viewpoints : (K, 2). Azimuth and elevation, radians.
    yaw_offset : rotation of the audio alone, to the left, radians.
    mirror : whether left and right are exchanged, in video and audio.
    augmentation : changes of colours and levels.
    negative : request of the negative's audio.
    """

    index: int
    start: float
    viewpoints: NDArray[np.floating]
    yaw_offset: float = 0.0
    mirror: bool = False
    augmentation: Augmentation | None = None
    negative: "SampleRequest | None" = None


class BadClipError(RuntimeError):
    """Data of a clip cannot be read."""

    def __init__(self, clip_id: str, message: str) -> None:
        """Name the clip and the reason."""
        super().__init__(f"{clip_id}: {message}")
        self.clip_id = clip_id
        self.message = message
