"""The random choices of samples, which depend on seed, key and clip alone."""

import hashlib
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from foa360.data.clips import ClipIndex
from foa360.data.samples import SampleRequest, SampleSettings
from foa360.data.transforms import Augmentation, draw_augmentation, jitter, random_viewpoints
from foa360.shards.read import Shard

MIRROR_PROBABILITY = 0.5
#: A clip can be its own negative, at another time, if it is so many times as long as a sample.
MIN_SAMPLES_FOR_OWN_NEGATIVE = 3
#: Smallest distance between the windows of a clip, s.
MIN_WINDOW_DISTANCE = 0.5

Random = np.random.Generator


def sample_generator(seed: int, key: int | None, clip_id: str) -> Random:
    """Return the random numbers of a sample."""
    digest = hashlib.sha256(f"{seed}/{key}/{clip_id}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))


class SampleDraws:
    """Draws the requests of samples."""

    def __init__(self, clips: ClipIndex, settings: SampleSettings) -> None:
        """Draw from these clips."""
        self.clips = clips
        self.settings = settings

    def middle(
        self, index: int, yaw_offset: float, viewpoints: NDArray[np.floating] | None
    ) -> SampleRequest:
        """Request the middle of a clip, at the stored viewpoints if there are no others given."""
        shard, row = self.clips.find(index)
        start = self._latest_start(shard, row) / 2
        return SampleRequest(
            index=index,
            start=start,
            video_start=start + self._video_room() / 2,
            viewpoints=self._stored(shard, row) if viewpoints is None else viewpoints,
            fov=shard.fov(row),
            yaw_offset=yaw_offset,
        )

    def random(
        self, index: int, key: int, yaw_offset: float, viewpoints: NDArray[np.floating] | None
    ) -> SampleRequest:
        """Make the random choices, always in the same order: samples depend on it."""
        settings = self.settings
        shard, row = self.clips.find(index)
        random = self._generator(index, key)
        first, *later = self._starts(shard, row, random)
        video_start = first + random.uniform(0, 1) * self._video_room()
        mirror = settings.augment and random.random() < MIRROR_PROBABILITY
        if viewpoints is None:
            viewpoints = self._viewpoints(index, shard, row, random)
        augmentation: Augmentation | None = None
        if settings.augment:
            viewpoints = jitter(viewpoints, random)
            augmentation = draw_augmentation(shard.settings.n_mels, random)
        fov = shard.fov(row)
        if settings.fov is not None:
            fov = float(np.radians(random.uniform(*settings.fov)))
        request = SampleRequest(
            index=index,
            start=first,
            video_start=video_start,
            viewpoints=np.asarray(viewpoints),
            fov=fov,
            yaw_offset=yaw_offset,
            mirror=mirror,
            augmentation=augmentation,
        )
        windows = [self._at(request, start) for start in later]
        negative = self._negative(request, key) if settings.negatives is not None else None
        return replace(request, later=tuple(windows), negative=negative)

    def draw_negative(self, index: int, key: int) -> int:
        """Draw the clip whose audio is the negative of another clip.

        With negatives of the `same` video it is another clip of it, or the clip itself, at another
        time, where its video has no other and it is long enough. Else it is of another video.
        """
        random = self._generator(index, key)
        same = self.settings.negatives == "same"
        of_video = self.clips.clips_of_video[self.clips.videos[index]]
        others = len(self.clips) - len(of_video)
        candidates = [clip for clip in of_video if clip != index]
        if same and not candidates and self._is_long(index):
            candidates = [index]
        if (same and candidates) or not others:
            candidates = candidates or [index]
            return candidates[int(random.integers(len(candidates)))]
        # The n-th clip of those that are not of this video.
        chosen = int(random.integers(others))
        for clip in of_video:
            chosen += clip <= chosen
        return chosen

    def _negative(self, positive: SampleRequest, key: int) -> SampleRequest:
        """Request of the negative: all but clip and time is the positive's.

        That includes the augmentation: a band that only one of them lacks would tell them apart.
        """
        index = self.draw_negative(positive.index, key)
        shard, row = self.clips.find(index)
        if index == positive.index:  # at another time
            room = shard.duration(row) - self.settings.audio_seconds
            start = (positive.start + room / 2) % max(room, 1e-9)
        else:
            random = self._generator(index, key)
            start = float(random.uniform(0, self._latest_start(shard, row)))
        return replace(self._at(positive, start), index=index)

    def _at(self, request: SampleRequest, start: float) -> SampleRequest:
        """Request the same at another time."""
        return replace(
            request, start=start, video_start=start + request.video_start - request.start
        )

    def _starts(self, shard: Shard, row: int, random: Random) -> list[float]:
        """Draw where each window starts; raises ValueError where there is no room for them.

        Neighbouring windows are `MIN_WINDOW_DISTANCE` apart or more, and come in any order.
        """
        count = self.settings.windows
        room = self._latest_start(shard, row) - (count - 1) * MIN_WINDOW_DISTANCE
        if room < 0:
            raise ValueError(
                f"is too short for {count} windows that are {MIN_WINDOW_DISTANCE} s apart"
            )
        starts = np.sort(random.uniform(0, room, count)) + np.arange(count) * MIN_WINDOW_DISTANCE
        return [float(start) for start in random.permutation(starts)]

    def _viewpoints(
        self, index: int, shard: Shard, row: int, random: Random
    ) -> NDArray[np.floating]:
        """Viewpoints of a sample that has a key."""
        stored = shard.viewpoints(row)
        count = self.settings.views or len(stored)
        if self.settings.viewpoints == "stored":
            return stored[:count]
        first = stored[:0]
        if self.settings.viewpoints == "yolo":
            # Those at peaks of the audio would tell where it comes from.
            on_object = [bool(label) for label in self.clips.viewpoint_labels[index]]
            first = stored[on_object][:count]
        return random_viewpoints(
            count, random, max_elevation=np.radians(self.settings.max_elevation), first=first
        )

    def _stored(self, shard: Shard, row: int) -> NDArray[np.floating]:
        return shard.viewpoints(row)[: self.settings.views]

    def _is_long(self, index: int) -> bool:
        """Whether a clip is long enough to be its own negative, at another time."""
        shard, row = self.clips.find(index)
        return shard.duration(row) >= MIN_SAMPLES_FOR_OWN_NEGATIVE * self.settings.audio_seconds

    def _latest_start(self, shard: Shard, row: int) -> float:
        """Latest time within a clip at which a sample can start, s."""
        return max(0.0, shard.duration(row) - self.settings.audio_seconds)

    def _video_room(self) -> float:
        """Time by which the video of a sample can be later than its audio, s."""
        settings = self.settings
        if settings.video_seconds is None:
            return 0.0
        return max(0.0, settings.audio_seconds - settings.video_seconds)

    def _generator(self, index: int, key: int) -> Random:
        return sample_generator(self.settings.seed, key, self.clips.clip_ids[index])
