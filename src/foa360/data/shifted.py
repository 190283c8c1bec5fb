"""Clips of shards as samples of video with its own audio and the same audio shifted."""

import math
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import resample_poly
from torch import Tensor

from foa360.ambisonics.field import Pattern, beamform, look_at, rotate, stereo
from foa360.data.clips import ClipIndex
from foa360.data.draws import MIRROR_PROBABILITY, sample_generator
from foa360.data.samples import SampleKey, naming_clip, read_each
from foa360.data.shifted_samples import (
    ShiftedBatch,
    ShiftedRequest,
    ShiftedSample,
    ShiftedSettings,
)
from foa360.data.transforms import jitter, random_viewpoints
from foa360.data.video import View, read_crops
from foa360.shards.features import WAVEFORM_FEATURES

#: Largest elevation of random viewpoints, radians, as in the crops of Morgado et al. (2020).
MAX_ELEVATION = math.radians(30.6)
#: Pattern of the beam.
BEAM: Pattern = "max_re"

Random = np.random.Generator


class ShiftedClips:
    """Clips of one split that have room for a shift, as samples that keys determine.

    clips : those clips.
    too_short : ids of the others.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        split: str,
        settings: ShiftedSettings,
        *,
        only: Collection[str] | None = None,
        verify: bool = False,
    ) -> None:
        """Index the clips.

        Parameters
        ----------
        paths
            Feature shards with `video` and `foa`.
        split
            `train` or `test`.
        settings
            What a sample is.
        only
            Ids of the clips to use; all by default.
        verify
            Leave out the clips that differ from their checksums; `damaged` has their ids.

        Raises
        ------
        OSError
            For a file that is missing or no shard, with its name.
        ValueError
            For shards that do not fit each other, or lack what samples are made of.
        BadClipError
            For a clip whose duration is no number.
        """
        self.settings = settings
        clips = ClipIndex(paths, split, only=only, verify=verify, features=WAVEFORM_FEATURES)
        self.damaged = clips.damaged
        long: list[str] = []
        self.too_short: list[str] = []
        for index, clip_id in enumerate(clips.clip_ids):
            with naming_clip(clip_id):
                shard, row = clips.find(index)
                steps = self._steps(shard.duration(row), shard.settings.video_fps)
            (long if steps > 0 else self.too_short).append(clip_id)
        self.clips = clips if not self.too_short else ClipIndex(paths, split, only=long)

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self.clips)

    def draw(self, key: SampleKey) -> ShiftedRequest:
        """Make the random choices of a sample. Raises BadClipError for data that cannot be read.

        Both starts are whole frames. Every pair of starts that are far enough apart is as likely as
        any other, in either order: a start says nothing about which of the two it is.
        """
        clip_id = self.clips.clip_ids[key.clip]
        with naming_clip(clip_id):
            random = sample_generator(self.settings.seed, key.key, clip_id)
            shard, row = self.clips.find(key.clip)
            fps = shard.settings.video_fps
            steps = self._steps(shard.duration(row), fps)
            # Of starts that are n further apart than need be there are `steps - n`.
            weights = np.arange(steps, 0, -1)
            further = int(random.choice(steps, p=weights / weights.sum()))
            first = int(random.integers(steps - further))
            starts = [first, first + self._least(fps) + further]
            own, shifted = random.permutation(starts) / fps
            viewpoint, on_object = self._viewpoint(key.clip, random)
            mirror = self.settings.augment and random.random() < MIRROR_PROBABILITY
            if self.settings.augment:
                viewpoint = jitter(viewpoint[None], random)[0]
            return ShiftedRequest(
                index=key.clip,
                start=float(own),
                shifted=float(shifted),
                viewpoint=viewpoint,
                on_object=on_object,
                fov=shard.fov(row),
                mirror=mirror,
            )

    def windows(self, index: int, count: int) -> list[ShiftedRequest]:
        """Request so many samples of a clip, evenly spread over it, that no key changes.

        Their shifted audio is their own one. Raises BadClipError for data that cannot be read.
        """
        with naming_clip(self.clips.clip_ids[index]):
            shard, row = self.clips.find(index)
            latest = max(0.0, shard.duration(row) - self.settings.seconds)
            fps = shard.settings.video_fps
            starts = np.floor((np.arange(count) + 0.5) / count * latest * fps) / fps
            return [
                ShiftedRequest(
                    index=index,
                    start=float(start),
                    shifted=float(start),
                    viewpoint=shard.viewpoints(row)[0],
                    on_object=bool(self.clips.viewpoint_labels[index][0]),
                    fov=shard.fov(row),
                )
                for start in starts
            ]

    def objects(self, index: int) -> NDArray[np.floating]:
        """Directions `(n, 2)` of a clip's viewpoints on detected objects, radians.

        Raises BadClipError for data that cannot be read.
        """
        with naming_clip(self.clips.clip_ids[index]):
            shard, row = self.clips.find(index)
            on_object = [bool(label) for label in self.clips.viewpoint_labels[index]]
            return shard.viewpoints(row)[on_object]

    def intensity(self, index: int) -> NDArray[np.float64]:
        """Active intensity X, Y, Z `(3,)` of a whole clip, summed over time and frequency.

        Raises BadClipError for data that cannot be read.
        """
        with naming_clip(self.clips.clip_ids[index]):
            shard, row = self.clips.find(index)
            w, y, z, x = shard.audio("foa", row).astype(float)
            return np.array([w @ x, w @ y, w @ z])

    def load(self, request: ShiftedRequest) -> ShiftedSample:
        """Read a drawn sample. Raises BadClipError for data that cannot be read."""
        video = self.video(request, request.viewpoint[None])
        audio = self.audio(request, request.viewpoint[None])
        return ShiftedSample(video[0], audio[0])

    def video(self, request: ShiftedRequest, viewpoints: NDArray[np.floating]) -> Tensor:
        """Read the crops `(K, 3, frames, crop, crop)` of a request at viewpoints `(K, 2)`.

        Raises BadClipError for data that cannot be read.
        """
        settings = self.settings
        with naming_clip(self.clips.clip_ids[request.index]):
            shard, row = self.clips.find(request.index)
            middles = (np.arange(settings.frames) + 0.5) * settings.seconds / settings.frames
            view = View(viewpoints, request.fov, settings.crop, request.mirror)
            crops = read_crops(shard, row, request.start + middles, view)
            return torch.from_numpy(crops)

    def audio(self, request: ShiftedRequest, viewpoints: NDArray[np.floating]) -> Tensor:
        """Read own and shifted audio `(K, 2, 2, samples)` of a request at viewpoints `(K, 2)`.

        Raises BadClipError for data that cannot be read.
        """
        with naming_clip(self.clips.clip_ids[request.index]):
            shard, row = self.clips.find(request.index)
            foa = shard.audio("foa", row)
            rate = shard.settings.sample_rate
            spans = [
                self._waveforms(self._span(foa, rate, start), viewpoints, request.mirror)
                for start in (request.start, request.shifted)
            ]
            return torch.from_numpy(np.stack(spans, 1))

    def _span(self, foa: NDArray[np.float32], rate: int, start: float) -> NDArray[np.float32]:
        """Cut audio `(4, samples)` from a clip, at the rate of the samples."""
        first, count = round(start * rate), round(self.settings.seconds * rate)
        span = foa[:, first : first + count]
        common = math.gcd(rate, self.settings.sample_rate)
        up, down = self.settings.sample_rate // common, rate // common
        resampled = resample_poly(span, up, down, axis=1)[:, : self.settings.samples]
        missing = self.settings.samples - resampled.shape[1]
        return np.pad(resampled, ((0, 0), (0, missing))).astype(np.float32)

    def _waveforms(
        self, span: NDArray[np.float32], viewpoints: NDArray[np.floating], mirror: bool
    ) -> NDArray[np.float32]:
        """Two channels at each viewpoint, `(K, 2, samples)`."""
        azimuth, elevation = viewpoints.T
        if self.settings.audio == "beam":
            beams = beamform(span[None], azimuth, elevation, BEAM)
            w = np.broadcast_to(span[0], beams.shape)
            return np.stack([w, beams], 1).astype(np.float32)
        pair = stereo(rotate(span[None], look_at(azimuth, elevation)))
        return np.ascontiguousarray(pair[:, ::-1] if mirror else pair, np.float32)

    def _viewpoint(self, index: int, random: Random) -> tuple[NDArray[np.floating], bool]:
        """Draw a viewpoint `(2,)`; whether it is that of a detected object."""
        if self.settings.crops == "yolo":
            stored = self.objects(index)
            if len(stored):
                return stored[int(random.integers(len(stored)))], True
        return random_viewpoints(1, random, max_elevation=MAX_ELEVATION)[0], False

    def _least(self, fps: float) -> int:
        """Smallest shift, in whole frames."""
        return math.ceil(round(self.settings.shift * fps, 6))

    def _steps(self, duration: float, fps: float) -> int:
        """How many pairs of starts there are at the smallest shift; 0 or less for none."""
        starts = math.floor(round((duration - self.settings.seconds) * fps, 6)) + 1
        return starts - self._least(fps)


def read_batch(clips: ShiftedClips, keys: Sequence[SampleKey]) -> ShiftedBatch | None:
    """Read the samples of some keys; None where none can be read."""

    def read(key: SampleKey) -> tuple[ShiftedRequest, ShiftedSample]:
        request = clips.draw(key)
        return request, clips.load(request)

    found = read_each(read, keys)
    if not found:
        return None
    requests, samples = zip(*found, strict=True)
    video, audio = (torch.stack(parts) for parts in zip(*samples, strict=True))
    return ShiftedBatch(video, audio, requests)
