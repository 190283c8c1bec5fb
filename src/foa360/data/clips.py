"""The clips of a split in a list of shards, and the open files that they are read from."""

import bisect
import json
import logging
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate, count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foa360.shards.features import STORED_FEATURES
from foa360.shards.read import Shard, open_shard
from foa360.shards.verify import clip_is_intact

SPLITS = ("train", "test")


class ClipIndex:
    """Clips by number. Files are opened where they are read, so that any process can read.

    clip_ids, videos : of each clip.
    viewpoint_labels : class of the object at each of the K viewpoints of each clip; empty where
        there is none.
    clips_of_video : numbers of the clips of each video.
    damaged : ids of clips that differ from their checksums, where these were compared.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        split: str,
        *,
        only: Collection[str] | None = None,
        verify: bool = False,
        features: Collection[str] = (),
    ) -> None:
        """Index the clips of a split, those of some ids only where `only` has these.

        Raises ValueError for one path in place of a list, a split that shards do not have, a shard
        that is given twice or stores not all of `features`, shards whose features were made with
        different settings, and a video that is in both splits: the shards are then of different
        plans. Raises OSError for a file that is no shard. Clips that several files have are named
        in the log.
        """
        if split not in SPLITS:
            raise ValueError(f"there is no split {split!r}; there are {' and '.join(SPLITS)}")
        if isinstance(paths, str | Path):
            raise ValueError(f"{paths}: one path in place of a list of shards")
        self.paths = [Path(path) for path in paths]
        _require_distinct(self.paths)
        settings: str | None = None
        splits: dict[str, tuple[str, Path]] = {}
        self.clip_ids: list[str] = []
        self.videos: list[str] = []
        self.viewpoint_labels: list[list[str]] = []
        self.damaged: list[str] = []
        self._rows: list[NDArray[np.intp]] = []
        chosen = None if only is None else np.array(sorted(only), str)
        for path in self.paths:
            with open_shard(path) as shard:
                _require_features(shard, features)
                settings = settings or shard.settings_json
                _require_equal_settings(path, shard.settings_json, self.paths[0], settings)
                ids, videos = shard.texts("clip_id"), shard.texts("video_id")
                split_of_row = shard.texts("split")
                _require_one_split(path, dict(zip(videos, split_of_row, strict=True)), splits)
                selected = split_of_row == split
                if chosen is not None:
                    selected &= np.isin(ids, chosen)
                rows = np.flatnonzero(selected)
                if verify:
                    damaged = [row for row in rows.tolist() if not clip_is_intact(shard, row)]
                    self.damaged += ids[damaged].tolist()
                    rows = np.setdiff1d(rows, np.array(damaged, np.intp))
                self._rows.append(rows)
                self.clip_ids += ids[rows].tolist()
                self.videos += videos[rows].tolist()
                self.viewpoint_labels += shard.texts("viewpoint_label")[rows].tolist()
        _say_what_is_repeated(self.clip_ids)
        self._ends = list(accumulate(len(rows) for rows in self._rows))
        self.clips_of_video: dict[str, list[int]] = {}
        for index, video in enumerate(self.videos):
            self.clips_of_video.setdefault(video, []).append(index)
        self._shards: dict[tuple[int, int], Shard] = {}

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self.clip_ids)

    def __getstate__(self) -> dict[str, object]:
        """Return the state without the open files, which stay in their process."""
        return {**self.__dict__, "_shards": {}}

    def find(self, index: int) -> tuple[Shard, int]:
        """Return the open shard of a clip, and its row there."""
        number = bisect.bisect_right(self._ends, index)
        first = self._ends[number - 1] if number else 0
        row = int(self._rows[number][index - first])
        # A forked worker must not share the file position of its parent.
        key = (os.getpid(), number)
        if key not in self._shards:
            self._shards[key] = open_shard(self.paths[number])
        return self._shards[key], row

    def drawn(self, seed: int, passes: int = 0) -> Iterator[int]:
        """Draw clips without end: each video once in each pass, in a new order, and a clip of it.

        A video counts as much as any other, however many clips it has (Morgado et al. 2020). A
        pass depends on seed and number alone; so many passes are left out.
        """
        videos = sorted(self.clips_of_video)
        if not videos:
            return
        for number in count(passes):
            random = np.random.default_rng([seed, number])
            for video in random.permutation(len(videos)).tolist():
                clips = self.clips_of_video[videos[video]]
                yield clips[int(random.integers(len(clips)))]


def _require_distinct(paths: Sequence[Path]) -> None:
    """Raise ValueError if two paths lead to one file: its clips would count twice."""
    seen: dict[object, Path] = {}
    for path in paths:
        try:
            info = path.stat()
            key: object = info.st_dev, info.st_ino
        except OSError:  # which is said where it is opened
            key = path.resolve()
        other = seen.setdefault(key, path)
        if other is not path:
            raise ValueError(f"{path} is the same shard as {other}")


def _require_features(shard: Shard, features: Collection[str]) -> None:
    """Raise ValueError that names the features that samples are made of and a shard lacks."""
    missing = [name for name in features if name not in shard]
    if missing:
        stored = ", ".join(name for name in STORED_FEATURES if name in shard)
        raise ValueError(
            f"{shard.path} does not store {' and '.join(missing)}, which samples are made of; it"
            f" stores {stored or 'no feature'} (features.store of the run that wrote it)"
        )


def _require_equal_settings(path: Path, settings: str, other_path: Path, others: str) -> None:
    """Raise ValueError that names the settings by which the features of two shards differ.

    What else they store makes no difference.
    """
    if settings == others:
        return
    own, other = json.loads(settings), json.loads(others)
    names = sorted((own.keys() | other.keys()) - {"store", "preset"})
    different = [name for name in names if own.get(name) != other.get(name)]
    if different:
        values = ", ".join(
            f"{name} {own.get(name)!r}, not {other.get(name)!r}" for name in different
        )
        raise ValueError(f"{path} has other settings than {other_path}: {values}")


def _require_one_split(
    path: Path, found: Mapping[str, str], splits: dict[str, tuple[str, Path]]
) -> None:
    """Raise ValueError for a video of another split than before; note those of this shard."""
    for video, split in found.items():
        if split not in SPLITS:
            raise ValueError(
                f"{path}: the split of the video {video!r} is {split!r}; it must be"
                f" {' or '.join(SPLITS)}"
            )
        other_split, other_path = splits.setdefault(video, (split, path))
        if split != other_split:
            raise ValueError(
                f"the video {video!r} is in {split} in {path} and in {other_split} in {other_path}:"
                " these shards are of different plans"
            )


def _say_what_is_repeated(clip_ids: Sequence[str]) -> None:
    repeated = [clip_id for clip_id, times in Counter(clip_ids).items() if times > 1]
    if repeated:
        logging.getLogger(__name__).warning(
            "%d clips are in several shards and count several times, such as %r",
            len(repeated),
            repeated[0],
        )
