"""A map-style dataset over feature shards."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Unpack

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foa360.ambisonics.covariance import rotate_covariance
from foa360.ambisonics.field import look_at, rotation
from foa360.data.clips import ClipIndex
from foa360.data.draws import SampleDraws
from foa360.data.inputs import AUDIO_INPUTS, mirrored
from foa360.data.samples import (
    Sample,
    SampleOptions,
    SampleRequest,
    SampleSettings,
    naming_clip,
)
from foa360.data.transforms import augment_audio
from foa360.data.video import View, read_crops
from foa360.shards.features import TRAINING_FEATURES


class ShardDataset(torch.utils.data.Dataset[Sample]):
    """Clips of one split: crops at the viewpoints, and the audio rotated to them.

    A sample is made in two steps: `draw` makes all its random choices, `load` reads what they
    select. Files are opened where they are read, so that the dataset works in any number of
    workers. The audio comes from the stored covariance, which can be rotated to any direction.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        split: str,
        *,
        only: Collection[str] | None = None,
        verify: bool = False,
        **options: Unpack[SampleOptions],
    ) -> None:
        """Index the clips.

        Parameters
        ----------
        paths
            Feature shards with `video` and `covariance`.
        split
            `train` or `test`.
        only
            Ids of the clips to use; all by default.
        verify
            Leave out the clips that differ from their checksums; `damaged` has their ids.
        options
            Fields of `SampleSettings`: `input`, `frames`, `crop`, `audio_seconds`, `seed`,
            `augment`, `statistics`, `viewpoints`, `negatives` and others.

        Raises
        ------
        OSError
            For a file that is missing or no shard, with its name.
        ValueError
            For shards that do not fit each other, or lack what samples are made of.
        """
        self.settings = SampleSettings(**options)
        self.input = AUDIO_INPUTS[self.settings.input]
        self.split = split
        # In shared memory, where the workers of a loader see it change.
        self._epoch = torch.zeros((), dtype=torch.int64).share_memory_()
        self.clips = ClipIndex(paths, split, only=only, verify=verify, features=TRAINING_FEATURES)
        self.draws = SampleDraws(self.clips, self.settings)

    @property
    def clip_ids(self) -> list[str]:
        """Ids of the clips."""
        return self.clips.clip_ids

    @property
    def videos(self) -> list[str]:
        """Video of each clip."""
        return self.clips.videos

    @property
    def viewpoint_labels(self) -> list[list[str]]:
        """Class of the object at each stored viewpoint of each clip; empty where there is none."""
        return self.clips.viewpoint_labels

    @property
    def labels(self) -> list[str]:
        """Class of the object at the first viewpoint of each clip."""
        return [labels[0] for labels in self.clips.viewpoint_labels]

    @property
    def damaged(self) -> list[str]:
        """Ids of the clips that differ from their checksums, where these were compared."""
        return self.clips.damaged

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self.clips)

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch; each draws other samples."""
        self._epoch.fill_(epoch)

    def __getitem__(self, index: int) -> Sample:
        """Return a sample that depends on seed, epoch and clip alone."""
        return self.sample(index, int(self._epoch))

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
            For data that cannot be read, or a clip that is too short.
        """
        with naming_clip(self.clip_ids[index]):
            if key is None:
                return self.draws.middle(index, yaw_offset, viewpoints)
            return self.draws.random(index, key, yaw_offset, viewpoints)

    def load(self, request: SampleRequest) -> Sample:
        """Read a drawn sample. Raises BadClipError for data that cannot be read."""
        with naming_clip(self.clip_ids[request.index]):
            windows = [request, *request.later]
            sample: Sample = {
                "video": torch.from_numpy(np.concatenate([self._video(w) for w in windows])),
                "audio": torch.from_numpy(np.concatenate([self._audio(w) for w in windows])),
                "viewpoints": torch.from_numpy(np.concatenate([w.viewpoints for w in windows])),
                "index": request.index,
            }
            if request.negative is not None:
                sample["negative"] = torch.from_numpy(self._audio(request.negative))
            return sample

    def load_audio(self, request: SampleRequest) -> Tensor:
        """Read the audio of a request alone, `(K, C, frames, bands)`. See `load`."""
        with naming_clip(self.clip_ids[request.index]):
            return torch.from_numpy(self._audio(request))

    def covariance(self, request: SampleRequest) -> NDArray[np.float32]:
        """Read the covariance `(10, frames, bands)` of a request, which is not rotated.

        Raises BadClipError for data that cannot be read.
        """
        with naming_clip(self.clip_ids[request.index]):
            return self._covariance(request)

    def object_directions(self, index: int) -> NDArray[np.floating]:
        """Azimuths and elevations `(n, 2)` of a clip's viewpoints on detected objects, radians.

        Raises BadClipError for data that cannot be read.
        """
        with naming_clip(self.clip_ids[index]):
            shard, row = self.clips.find(index)
            on_object = [bool(label) for label in self.viewpoint_labels[index]]
            return shard.viewpoints(row)[on_object]

    def features(self, request: SampleRequest) -> NDArray[np.floating]:
        """Read the audio features `(K, C, frames, bands)` of a request, not standardised.

        Raises BadClipError for data that cannot be read.
        """
        with naming_clip(self.clip_ids[request.index]):
            return self._features(request)

    def _audio(self, request: SampleRequest) -> NDArray[np.float32]:
        """Audio `(K, C, frames, bands)` of a sample."""
        statistics, augmentation = self.settings.statistics, request.augmentation
        audio = self._features(request)
        if statistics is not None:
            audio = statistics.standardise(audio, self.input.groups)
        audio = audio.astype(np.float32)
        if augmentation is None:
            return audio
        return augment_audio(audio, augmentation, self.input.levels)

    def _features(self, request: SampleRequest) -> NDArray[np.floating]:
        azimuth, elevation = request.viewpoints[:, 0], request.viewpoints[:, 1]
        rotations = look_at(azimuth, elevation) @ rotation(request.yaw_offset, 0.0, 0.0)
        rotated = rotate_covariance(self._covariance(request)[None], rotations)
        return self.input.compute(mirrored(rotated) if request.mirror else rotated)

    def _covariance(self, request: SampleRequest) -> NDArray[np.float32]:
        """Covariance `(10, frames, bands)` of a request; silence where the clip is shorter."""
        shard, row = self.clips.find(request.index)
        rate = shard.settings.frame_rate
        first = round(request.start * rate)
        count = round(self.settings.audio_seconds * rate)
        covariance = shard.covariance(row, slice(first, first + count))
        missing = count - covariance.shape[1]
        return np.pad(covariance, ((0, 0), (0, missing), (0, 0))) if missing > 0 else covariance

    def _video(self, request: SampleRequest) -> NDArray[np.uint8]:
        """Crops `(K, 3, frames, crop, crop)` of a request."""
        settings = self.settings
        shard, row = self.clips.find(request.index)
        seconds = settings.video_seconds or settings.audio_seconds
        middles = (np.arange(settings.frames) + 0.5) * seconds / settings.frames
        view = View(
            request.viewpoints, request.fov, settings.crop, request.mirror, request.augmentation
        )
        return read_crops(shard, row, request.video_start + middles, view)
