"""A map-style dataset over feature shards."""

import bisect
import hashlib
import json
import os
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal

import cv2
import h5py
import numpy as np
import torch
from numpy.typing import NDArray

from foa360.ambisonics import (
    covariance_to_intensity,
    covariance_to_log_mel,
    look_at,
    rotate_covariance,
    rotation,
    unpack_covariance,
)
from foa360.data.transforms import jitter, look_anywhere, mask_bands, recolour
from foa360.shards.read import picture, texts
from foa360.sphere import perspective_crop


class BadClipError(RuntimeError):
    """Data of a clip that cannot be read."""

    def __init__(self, clip_id: str, said: str) -> None:
        """Name the clip."""
        super().__init__(f"{clip_id}: {said}")
        self.clip_id, self.said = clip_id, said


class ShardDataset(torch.utils.data.Dataset[dict[str, Any]]):
    """Clips of one split: crops at the viewpoints, and the sound turned to them.

    Files are opened where they are read, so the dataset works in any number of workers. The sound
    comes from the stored covariance, which can be turned to anywhere.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        split: str,
        *,
        frames: int = 8,
        crop: int = 112,
        audio_seconds: float = 1.0,
        seed: int = 0,
        augment: bool = False,
        statistics: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None,
        viewpoints: Literal["stored", "random"] = "stored",
        negatives: Literal["same", "other"] | None = None,
    ) -> None:
        """Index the clips.

        Parameters
        ----------
        statistics : optional
            Those of `feature_statistics`, for standardising.
        viewpoints : str
            `random` looks and listens anywhere on the sphere in each sample that has a key.
        negatives : str, optional
            With it a sample holds the sound of another video, or of another clip of the same video
            (of another time of the same clip where there is none).
        """
        self.free, self.negatives = viewpoints == "random", negatives
        self.paths, self.split = [Path(p) for p in paths], split
        self.frames, self.crop, self.audio_seconds = frames, crop, audio_seconds
        self.seed, self.epoch, self.augment = seed, 0, augment
        neutral = np.zeros((2, 1), np.float32), np.ones((2, 1), np.float32)
        self.mean, self.spread = statistics or neutral
        self.videos: list[str] = []
        self.clip_ids: list[str] = []
        self.labels: list[str] = []
        self.rows: list[NDArray[np.intp]] = []
        self.settings: dict[str, Any] = {}
        for path in self.paths:
            with h5py.File(path, "r") as file:
                self.settings = json.loads(file.attrs["settings"])
                rows = np.flatnonzero(file["split"][:] == split.encode())
                videos, clips = texts(file, "video_id"), texts(file, "clip_id")
                names = file["viewpoint_label"][:]
                self.rows.append(rows)
                self.videos += [videos[i] for i in rows]
                self.clip_ids += [clips[i] for i in rows]
                self.labels += [names[i, 0].decode() for i in rows]
        self._of_video: dict[str, list[int]] = {}
        for i, video in enumerate(self.videos):
            self._of_video.setdefault(video, []).append(i)
        self._ends = list(accumulate(len(r) for r in self.rows))
        self._files: dict[tuple[int, int], Any] = {}

    def __len__(self) -> int:
        """Number of clips."""
        return len(self.clip_ids)

    def __getstate__(self) -> dict[str, Any]:
        """Without the open files, which stay in their process."""
        return {**self.__dict__, "_files": {}}

    def set_epoch(self, epoch: int) -> None:
        """Another epoch draws other spans and turns."""
        self.epoch = epoch

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Sample that depends on seed, epoch and clip alone."""
        return self.sample(index, self.epoch)

    def sample(
        self,
        index: int,
        key: int | None = None,
        misalign: float = 0.0,
        viewpoints: NDArray[np.floating[Any]] | None = None,
    ) -> dict[str, Any]:
        """One clip.

        Parameters
        ----------
        key : int, optional
            Draws the span, and with `augment` the changes; None takes the middle, unchanged.
        misalign : float
            Turns the sound alone, radians to the left.
        viewpoints : (K, 2), optional
            Look to these azimuths and elevations, radians.

        Returns
        -------
        dict
            `video` uint8 (K, 3, frames, crop, crop); `audio` float32 (K, 7, frames', bands), the
            standardised log-mel of W, Y, Z, X turned to each viewpoint and the intensity X, Y, Z;
            `viewpoints` (K, 2) radians; `index`; with `negatives` also `negative`, as `audio`.
            Raises BadClipError for data that cannot be read.
        """
        try:
            return self._sample(index, key, misalign, viewpoints)
        except (OSError, RuntimeError, ValueError, cv2.error) as error:
            raise BadClipError(self.clip_ids[index], str(error)) from error

    def negative(self, index: int, key: int) -> int:
        """Clip whose sound is the negative of another, drawn by the key.

        Of `same` it is the clip itself where its video has no other, and it is long enough for
        another time; else of another video.
        """
        random, own = self._random(index, key), self._of_video[self.videos[index]]
        same = [i for i in own if i != index]
        if self.negatives == "same" and not same:
            file, row = self._where(index)
            same = [index] * int(file["duration"][row] >= 3 * self.audio_seconds)
        others = len(self) - len(own)
        if (self.negatives == "same" and same) or not others:
            choice = same or [index]
            return choice[int(random.integers(len(choice)))]
        # The n-th of those that are not of this video.
        chosen = int(random.integers(others))
        for i in own:
            chosen += i <= chosen
        return chosen

    def _sample(
        self,
        index: int,
        key: int | None,
        misalign: float,
        viewpoints: NDArray[np.floating[Any]] | None,
    ) -> dict[str, Any]:
        file, row = self._where(index)
        random = None if key is None else self._random(index, key)
        start = self._start(file, row, random)
        mirror = random is not None and self.augment and random.random() < 0.5
        views = np.radians(file["viewpoints"][row])
        if viewpoints is not None:
            views = np.asarray(viewpoints, float)
        elif random is not None and self.free:
            views = look_anywhere(len(views), random)
        augment = random is not None and self.augment
        if random is not None and augment:
            views = jitter(views, random)
        fov = float(np.radians(file["viewpoint_fov"][row, 0]))
        sound = self._sound(file, row, views, start, misalign, mirror)
        crops = self._video(file, row, views, fov, start, mirror)
        if random is not None and augment:
            crops, sound = recolour(crops, random), mask_bands(sound, random)
        video = torch.from_numpy(np.ascontiguousarray(crops.transpose(0, 4, 1, 2, 3)))
        done = {
            "video": video, "audio": torch.from_numpy(sound),
            "viewpoints": torch.from_numpy(views), "index": index,
        }  # fmt: skip
        if self.negatives is not None and key is not None:
            other = self.negative(index, key)
            where = self._where(other)
            begin = self._start(*where, self._random(other, key))
            if other == index:  # at another time
                room = float(file["duration"][row]) - self.audio_seconds
                begin = (start + room / 2) % max(room, 1e-9)
            heard = self._sound(*where, views, begin, misalign, mirror)
            done["negative"] = torch.from_numpy(heard)
        return done

    def _where(self, index: int) -> tuple[Any, int]:
        """File and row of a clip."""
        shard = bisect.bisect_right(self._ends, index)
        row = self.rows[shard][index - (self._ends[shard - 1] if shard else 0)]
        return self._open(shard), int(row)

    def _start(self, file: Any, row: int, random: np.random.Generator | None) -> float:
        """Where a sample begins within its clip, s."""
        room = max(0.0, float(file["duration"][row]) - self.audio_seconds)
        return room / 2 if random is None else float(random.uniform(0, room))

    def _open(self, shard: int) -> Any:
        # A forked worker must not share the file position of its parent.
        key = (os.getpid(), shard)
        if key not in self._files:
            self._files[key] = h5py.File(self.paths[shard], "r")
        return self._files[key]

    def _random(self, index: int, key: int) -> np.random.Generator:
        text = f"{self.seed}/{key}/{self.clip_ids[index]}"
        digest = hashlib.sha256(text.encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:8], "little"))

    def _sound(
        self, file: Any, row: int, views: NDArray[np.float64], start: float, misalign: float,
        mirror: bool,
    ) -> NDArray[np.float32]:  # fmt: skip
        rate = self.settings["sample_rate"] / self.settings["hop"]
        first, count = round(start * rate), round(self.audio_seconds * rate)
        covariance = unpack_covariance(file["covariance"][row, :, first : first + count])
        if covariance.shape[1] < count:  # the clip is shorter: silence
            covariance = np.pad(covariance, ((0, 0), (0, count - covariance.shape[1]), (0, 0)))
        turn = look_at(views[:, 0], views[:, 1]) @ rotation(misalign, 0.0, 0.0)
        turned = rotate_covariance(covariance[None], turn)
        log_mel = covariance_to_log_mel(turned)
        mean = self.mean[[0, 1, 1, 1]][:, None, :]
        log_mel = (log_mel - mean) / self.spread[[0, 1, 1, 1]][:, None, :]
        intensity = covariance_to_intensity(turned)
        if mirror:
            intensity[:, 1] *= -1
        return np.concatenate([log_mel, intensity], 1).astype(np.float32)

    def _video(
        self, file: Any, row: int, views: NDArray[np.float64], fov: float, start: float,
        mirror: bool,
    ) -> NDArray[np.uint8]:  # fmt: skip
        fps, stored = self.settings["video_fps"], file["video"].shape[1]
        times = start + (np.arange(self.frames) + 0.5) * self.audio_seconds / self.frames
        numbers = np.clip((times * fps).astype(int), 0, stored - 1)
        pictures = {n: picture(file, row, int(n)) for n in set(numbers.tolist())}
        crops = np.stack(
            [
                [perspective_crop(pictures[n], float(a), float(e), fov, self.crop) for n in numbers]
                for a, e in views
            ]
        )
        return crops[:, :, :, ::-1] if mirror else crops
