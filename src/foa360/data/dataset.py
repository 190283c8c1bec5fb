"""A map-style dataset over feature shards."""

import bisect
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from foa360.ambisonics.covariance import (
    covariance_to_intensity,
    covariance_to_log_mel,
    rotate_covariance,
)
from foa360.ambisonics.field import look_at, rotation
from foa360.data.samples import BadClipError, Sample, SampleRequest
from foa360.data.statistics import FeatureStatistics, neutral_statistics
from foa360.data.transforms import (
    Augmentation,
    augment_audio,
    augment_video,
    draw_augmentation,
    jitter,
    random_viewpoints,
)
from foa360.media.images import decode_image
from foa360.shards.read import Shard, open_shard
from foa360.shards.verify import clip_is_intact
from foa360.sphere.views import perspective_crop

#: Row of the statistics for each of W, Y, Z, X: the dipoles share theirs.
STATISTICS_ROWS = [0, 1, 1, 1]
#: Intensity Y, in X, Y, Z.
LEFT_RIGHT = 1
MIRROR_PROBABILITY = 0.5
#: A clip can be its own negative, at another time, if it is so many times as long as a sample.
MIN_SAMPLES_FOR_OWN_NEGATIVE = 3


class ShardDataset(torch.utils.data.Dataset[Sample]):
    """Clips of one split: crops at the viewpoints, and the audio rotated to them.

    A sample is made in two steps: `draw` makes all its random choices, `load` reads what they
    select. Files are opened where they are read, so that the dataset works in any number of
    workers. The audio comes from the stored covariance, which can be rotated to any direction.
    """

    def __init__(  # noqa: PLR0913 - users name the settings that they change
        self,
        paths: Sequence[Path],
        split: str,
        *,
        frames: int = 8,
        crop: int = 112,
        audio_seconds: float = 1.0,
        seed: int = 0,
        augment: bool = False,
        statistics: FeatureStatistics | None = None,
        viewpoints: Literal["stored", "random"] = "stored",
        negatives: Literal["same", "other"] | None = None,
        verify: bool = False,
    ) -> None:
        """Index the clips.

        Parameters
        ----------
        paths
            Feature shards with `video` and `covariance`.
        split
            `train` or `test`.
        frames
            Video frames per sample.
        crop
            Width and height of the crops, pixels.
        audio_seconds
            Duration of a sample, s.
        seed
            Random seed of the samples.
        augment
            Change samples that have a key: mirrored, other colours, levels and viewpoints.
        statistics
            Those of `feature_statistics`, for standardising; none by default.
        viewpoints
            `stored`, or `random` directions on the whole sphere for each sample that has a key.
        negatives
            Add a negative to each sample that has a key: the audio of another clip of the `same`
            video, or of an `other` video. See `draw_negative`.
        verify
            Leave out the clips that differ from their checksums; `damaged` has their ids.
        """
        self.paths = [Path(path) for path in paths]
        self.split = split
        self.frames = frames
        self.crop = crop
        self.audio_seconds = audio_seconds
        self.seed = seed
        self.augment = augment
        self.statistics = statistics or neutral_statistics()
        self.random_viewpoints = viewpoints == "random"
        self.negatives = negatives
        self.epoch = 0
        self.clip_ids: list[str] = []
        self.videos: list[str] = []
        self.labels: list[str] = []
        self.damaged: list[str] = []
        self._rows: list[NDArray[np.intp]] = []
        for path in self.paths:
            with open_shard(path) as shard:
                rows = np.flatnonzero(shard.texts("split") == split)
                ids = shard.texts("clip_id")
                if verify:
                    damaged = [row for row in rows.tolist() if not clip_is_intact(shard, row)]
                    self.damaged += ids[damaged].tolist()
                    rows = np.setdiff1d(rows, np.array(damaged, np.intp))
                self._rows.append(rows)
                self.clip_ids += ids[rows].tolist()
                self.videos += shard.texts("video_id")[rows].tolist()
                self.labels += shard.texts("viewpoint_label")[rows, :1].ravel().tolist()
        self._ends = list(accumulate(len(rows) for rows in self._rows))
        self._clips_of_video: dict[str, list[int]] = {}
        for index, video in enumerate(self.videos):
            self._clips_of_video.setdefault(video, []).append(index)
        self._shards: dict[tuple[int, int], Shard] = {}

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self.clip_ids)

    def __getstate__(self) -> dict[str, object]:
        """Return the state without the open files, which stay in their process."""
        return {**self.__dict__, "_shards": {}}

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch; each draws other samples."""
        self.epoch = epoch

    def __getitem__(self, index: int) -> Sample:
        """Return a sample that depends on seed, epoch and clip alone."""
        return self.sample(index, self.epoch)

    def sample(
        self,
        index: int,
        key: int | None = None,
        yaw_offset: float = 0.0,
        viewpoints: NDArray[np.floating] | None = None,
    ) -> Sample:
        """Draw and load a sample.

        Parameters
        ----------
        index
            Number of the clip.
        key
            Key of the random choices: time, and augmentation, viewpoints and negative where the
            dataset has them. None selects the middle of the clip, unchanged.
        yaw_offset
            Rotate the audio alone by this angle to the left, radians.
        viewpoints : (K, 2)
            Azimuths and elevations to use instead of those of the dataset, radians.

        Raises
        ------
        BadClipError
            For data that cannot be read.
        """
        return self.load(self.draw(index, key, yaw_offset, viewpoints))

    def draw(
        self,
        index: int,
        key: int | None = None,
        yaw_offset: float = 0.0,
        viewpoints: NDArray[np.floating] | None = None,
    ) -> SampleRequest:
        """Make the random choices of a sample.

        Parameters
        ----------
        index, key, yaw_offset, viewpoints
            See `sample`.

        Raises
        ------
        BadClipError
            For data that cannot be read.
        """
        with self._naming(index):
            if key is None:
                return self._draw_middle(index, yaw_offset, viewpoints)
            request = self._draw_random(index, key, yaw_offset, viewpoints)
            if self.negatives is None:
                return request
            return replace(request, negative=self._draw_negative_request(request, key))

    def load(self, request: SampleRequest) -> Sample:
        """Read a drawn sample. Raises BadClipError for data that cannot be read."""
        with self._naming(request.index):
            video = np.ascontiguousarray(self._video(request).transpose(0, 4, 1, 2, 3))
            sample: Sample = {
                "video": torch.from_numpy(video),
                "audio": torch.from_numpy(self._audio(request)),
                "viewpoints": torch.from_numpy(request.viewpoints),
                "index": request.index,
            }
            if request.negative is not None:
                sample["negative"] = torch.from_numpy(self._audio(request.negative))
            return sample

    def draw_negative(self, index: int, key: int) -> int:
        """Draw the clip whose audio is the negative of another clip.

        With negatives of the `same` video it is another clip of it, or the clip itself, at another
        time, where its video has no other and it is long enough. Else it is of another video.
        """
        random = self._generator(index, key)
        of_video = self._clips_of_video[self.videos[index]]
        others = len(self) - len(of_video)
        candidates = [clip for clip in of_video if clip != index]
        if self.negatives == "same" and not candidates and self._is_long(index):
            candidates = [index]
        if (self.negatives == "same" and candidates) or not others:
            candidates = candidates or [index]
            return candidates[int(random.integers(len(candidates)))]
        # The n-th clip of those that are not of this video.
        chosen = int(random.integers(others))
        for clip in of_video:
            chosen += clip <= chosen
        return chosen

    def _is_long(self, index: int) -> bool:
        """Whether a clip is long enough to be its own negative, at another time."""
        shard, row = self._find(index)
        return shard.duration(row) >= MIN_SAMPLES_FOR_OWN_NEGATIVE * self.audio_seconds

    def _draw_middle(
        self, index: int, yaw_offset: float, viewpoints: NDArray[np.floating] | None
    ) -> SampleRequest:
        shard, row = self._find(index)
        if viewpoints is None:
            viewpoints = shard.viewpoints(row)
        start = self._latest_start(shard, row) / 2
        return SampleRequest(
            index=index,
            start=start,
            viewpoints=np.asarray(viewpoints),
            yaw_offset=yaw_offset,
        )

    def _draw_random(
        self, index: int, key: int, yaw_offset: float, viewpoints: NDArray[np.floating] | None
    ) -> SampleRequest:
        """Make the random choices, always in the same order: samples depend on it."""
        shard, row = self._find(index)
        random = self._generator(index, key)
        start = float(random.uniform(0, self._latest_start(shard, row)))
        mirror = self.augment and random.random() < MIRROR_PROBABILITY
        if viewpoints is None:
            viewpoints = shard.viewpoints(row)
            if self.random_viewpoints:
                viewpoints = random_viewpoints(len(viewpoints), random)
        augmentation: Augmentation | None = None
        if self.augment:
            viewpoints = jitter(viewpoints, random)
            augmentation = draw_augmentation(shard.settings.n_mels, random)
        return SampleRequest(
            index=index,
            start=start,
            viewpoints=np.asarray(viewpoints),
            yaw_offset=yaw_offset,
            mirror=mirror,
            augmentation=augmentation,
        )

    def _draw_negative_request(self, positive: SampleRequest, key: int) -> SampleRequest:
        """Request of the negative: all but clip and time is the positive's.

        That includes the augmentation: a band that only one of them lacks would tell them apart.
        """
        index = self.draw_negative(positive.index, key)
        shard, row = self._find(index)
        if index == positive.index:  # at another time
            room = shard.duration(row) - self.audio_seconds
            start = (positive.start + room / 2) % max(room, 1e-9)
        else:
            random = self._generator(index, key)
            start = float(random.uniform(0, self._latest_start(shard, row)))
        return replace(positive, index=index, start=start)

    def _latest_start(self, shard: Shard, row: int) -> float:
        """Latest time within a clip at which a sample can start, s."""
        return max(0.0, shard.duration(row) - self.audio_seconds)

    def _generator(self, index: int, key: int) -> np.random.Generator:
        """Random numbers of a sample."""
        text = f"{self.seed}/{key}/{self.clip_ids[index]}"
        digest = hashlib.sha256(text.encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:8], "little"))

    def _find(self, index: int) -> tuple[Shard, int]:
        """Open shard of a clip, and its row there."""
        number = bisect.bisect_right(self._ends, index)
        first = self._ends[number - 1] if number else 0
        row = int(self._rows[number][index - first])
        # A forked worker must not share the file position of its parent.
        key = (os.getpid(), number)
        if key not in self._shards:
            self._shards[key] = open_shard(self.paths[number])
        return self._shards[key], row

    def _audio(self, request: SampleRequest) -> NDArray[np.float32]:
        """Log-mel and intensity `(K, 7, frames, bands)` of a request."""
        shard, row = self._find(request.index)
        rate = shard.settings.frame_rate
        first = round(request.start * rate)
        count = round(self.audio_seconds * rate)
        covariance = shard.covariance(row, slice(first, first + count))
        missing = count - covariance.shape[1]
        if missing > 0:  # the clip is shorter: silence
            covariance = np.pad(covariance, ((0, 0), (0, missing), (0, 0)))
        azimuth, elevation = request.viewpoints[:, 0], request.viewpoints[:, 1]
        rotations = look_at(azimuth, elevation) @ rotation(request.yaw_offset, 0.0, 0.0)
        rotated = rotate_covariance(covariance[None], rotations)
        log_mel = self._standardised(covariance_to_log_mel(rotated))
        intensity = covariance_to_intensity(rotated)
        if request.mirror:
            intensity[:, LEFT_RIGHT] *= -1
        audio = np.concatenate([log_mel, intensity], 1).astype(np.float32)
        if request.augmentation is not None:
            audio = augment_audio(audio, request.augmentation)
        return audio

    def _standardised(self, log_mel: NDArray[np.floating]) -> NDArray[np.floating]:
        mean = self.statistics.mean[STATISTICS_ROWS][:, None, :]
        std = self.statistics.std[STATISTICS_ROWS][:, None, :]
        return (log_mel - mean) / std

    def _video(self, request: SampleRequest) -> NDArray[np.uint8]:
        """Crops `(K, frames, crop, crop, 3)` of a request."""
        shard, row = self._find(request.index)
        middles = (np.arange(self.frames) + 0.5) * self.audio_seconds / self.frames
        numbers = ((request.start + middles) * shard.settings.video_fps).astype(int)
        numbers = np.clip(numbers, 0, shard.image_count() - 1)
        images = {}
        for number in set(numbers.tolist()):
            images[number] = decode_image(shard.encoded_image(row, number))
        fov = shard.fov(row)
        crops = []
        for azimuth, elevation in request.viewpoints.tolist():
            for number in numbers.tolist():
                crop = perspective_crop(images[number], azimuth, elevation, fov, self.crop)
                crops.append(crop)
        video = np.stack(crops).reshape(len(request.viewpoints), self.frames, *crops[0].shape)
        if request.mirror:
            video = video[:, :, :, ::-1]
        if request.augmentation is not None:
            video = augment_video(video, request.augmentation)
        return video

    @contextmanager
    def _naming(self, index: int) -> Iterator[None]:
        """Turn errors of reading into one that names the clip."""
        try:
            yield
        except (OSError, RuntimeError, ValueError, cv2.error) as error:
            raise BadClipError(self.clip_ids[index], str(error)) from error
