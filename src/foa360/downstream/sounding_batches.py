"""Videos of AVSBench that could be read, and batches of them as tensors."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from foa360.downstream.avsbench import SoundingVideo
from foa360.downstream.sounding_boxes import boxes_of
from foa360.downstream.sounding_videos import SoundingSample, read_sample
from foa360.learning.checkpoint import device
from foa360.media.container import MediaError

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Mean and standard deviation of the frames that encoders were trained with (ImageNet).
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
#: Samples are kept in memory up to this size, bytes; the others are read again.
MAX_HELD = 1 << 29
#: Threads that read files.
READERS = 4
#: Videos that are read before they are looked at.
AHEAD = 16


@dataclass(frozen=True)
class SoundingBatch:
    """Samples of some videos on the device.

    names : of the videos.
    frames : (B, 5, 3, size, size), standardised.
    patches : (B, 5, 96, 64), log-mel.
    truth : (B, 5, size, size), 1 for pixels of what sounds.
    known : (B, 5), whether the truth of a frame is given.
    labels : (B,), category.
    boxes, boxed : (B, 5, 4) and (B, 5), box of what sounds as shares of width and height, and
        whether there is one.
    """

    names: list[str]
    frames: Tensor
    patches: Tensor
    truth: Tensor
    known: Tensor
    labels: Tensor
    boxes: Tensor
    boxed: Tensor


class SoundingVideos:
    """Reads samples, and keeps those that fit into memory."""

    def __init__(self, size: int, alignment: str) -> None:
        """Set what `read_sample` needs."""
        self.size = size
        self.alignment = alignment
        self._held: dict[str, SoundingSample] = {}
        self._bytes = 0

    def readable(
        self, videos: Sequence[SoundingVideo], progress: "Progress"
    ) -> tuple[list[SoundingVideo], dict[str, MediaError]]:
        """Read videos once; return those that can be used, and errors of the others by name."""
        errors: dict[str, MediaError] = {}
        with ThreadPoolExecutor(READERS) as pool:
            parts = [videos[n : n + AHEAD] for n in range(0, len(videos), AHEAD)]
            for some in progress(parts, len(parts), f"parts of {AHEAD} videos"):
                for video, found in zip(some, pool.map(self._try, some), strict=True):
                    if isinstance(found, MediaError):
                        errors[video.name] = found
                    else:
                        self._hold(video, found)
        return [video for video in videos if video.name not in errors], errors

    def batch(self, videos: Sequence[SoundingVideo]) -> SoundingBatch:
        """Stack the samples of videos. Raises MediaError."""
        samples = [self.sample(video) for video in videos]
        found = [boxes_of(video, sample) for video, sample in zip(videos, samples, strict=True)]
        return SoundingBatch(
            names=[video.name for video in videos],
            frames=standardised(sample.frames for sample in samples),
            patches=_tensor(sample.patches for sample in samples),
            truth=_tensor(sample.truth for sample in samples).float(),
            known=_tensor(sample.known for sample in samples),
            labels=torch.tensor([video.label for video in videos], device=device()),
            boxes=_tensor(boxes.edges for boxes in found),
            boxed=_tensor(boxes.known for boxes in found),
        )

    def sample(self, video: SoundingVideo) -> SoundingSample:
        """Return the sample of a video. Raises MediaError."""
        held = self._held.get(video.name)
        return read_sample(video, self.size, self.alignment) if held is None else held

    def _try(self, video: SoundingVideo) -> SoundingSample | MediaError:
        try:
            return read_sample(video, self.size, self.alignment)
        except MediaError as error:
            return error

    def _hold(self, video: SoundingVideo, sample: SoundingSample) -> None:
        if self._bytes + sample.nbytes <= MAX_HELD:
            self._held[video.name] = sample
            self._bytes += sample.nbytes


def standardised(frames: Iterable[np.ndarray]) -> Tensor:
    """Stack frames `(T, 3, h, w)`, 0 to 255, in the units of encoders."""
    values = _tensor(frames).float() / 255
    mean, std = (torch.tensor(v, device=values.device)[:, None, None] for v in (MEAN, STD))
    return (values - mean) / std


def orders(count: int, batch: int, seed: int, first_step: int, steps: int) -> Iterator[list[int]]:
    """Yield the numbers of the videos of each step; all are drawn once in an epoch.

    Those of a step depend on its number alone, so that a run can continue from any step.
    """
    per_epoch = -(-count // batch)
    for step in range(first_step, steps):
        epoch, place = divmod(step, per_epoch)
        order = np.random.default_rng([seed, epoch]).permutation(count)
        yield order[place * batch : (place + 1) * batch].tolist()


def _tensor(arrays: Iterable[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.stack(list(arrays))).to(device())
