"""Draw what evaluations compare, once for all experiments and seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from foa360.config.evaluate import Evaluate
from foa360.core import tables
from foa360.core.records import SubsetClip, TestLine
from foa360.data.clips import ClipIndex
from foa360.data.transforms import random_viewpoints

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Smallest yaw offset of misaligned audio, in either direction, radians.
MIN_YAW_OFFSET = np.pi / 3
#: Key of the table's metadata with the ids of damaged clips.
DAMAGED = "damaged_clips"
#: Kinds of viewpoints, of lines in turn.
CROPS = ("yolo", "random")

Random = np.random.Generator


@dataclass(frozen=True, kw_only=True)
class TestListFiles:
    """Paths of the stage.

    shards : feature shards.
    subsets : table of the kept clips, SubsetClip.
    output : table that is written, TestLine.
    """

    __test__ = False  # pytest takes the name for that of a test

    shards: Sequence[Path]
    subsets: Path
    output: Path


def write_test_list(
    files: TestListFiles, settings: Evaluate, max_elevation: float, seed: int, progress: "Progress"
) -> None:
    """Write the lines of both splits, TestLine. There are none of a split with fewer than 2 videos.

    Clips that differ from their checksums are left out.

    Parameters
    ----------
    files : TestListFiles
        Input and output paths.
    settings : Evaluate
        Section `evaluate` of the configuration.
    max_elevation : float
        Of random viewpoints, radians.
    seed : int
        Random seed.
    progress : Progress
        Names damaged clips.
    """
    valid = {row.clip_id for row in tables.read(files.subsets, SubsetClip) if row.valid}
    lines: list[TestLine] = []
    damaged: list[str] = []
    for split, count in (("train", settings.fit_pairs), ("test", settings.pairs)):
        clips = ClipIndex(files.shards, split, verify=True)
        damaged += clips.damaged
        if len(clips.clips_of_video) >= 2:
            lines += draw_lines(clips, split, count, valid, max_elevation, seed)
    for clip in damaged:
        progress.say(f"{clip} differs from its checksum and is left out")
    tables.write(files.output, lines, TestLine, {DAMAGED: "\n".join(damaged)})


def draw_lines(
    clips: ClipIndex, split: str, count: int, valid: set[str], max_elevation: float, seed: int
) -> list[TestLine]:
    """Draw so many lines, 2 or more, of the clips of two videos or more; see `write_test_list`."""
    random = np.random.default_rng([seed, ("train", "test").index(split)])
    drawn = list(islice(clips.drawn(seed), count))  # two or more, the first of different videos
    _, videos = np.unique([clips.videos[clip] for clip in drawn], return_inverse=True)
    lines = []
    for number, clip in enumerate(drawn):
        others = np.flatnonzero(videos != videos[number])
        partner = int(random.choice(others))
        third = others[videos[others] != videos[partner]]
        stranger = int(random.choice(third if len(third) else others))
        crops = CROPS[number % len(CROPS)]
        viewpoints, on_object = _viewpoints(clips, clip, crops, max_elevation, random)
        view_a, view_b = _two_of(len(viewpoints), random)
        lines.append(
            TestLine(
                number=number,
                split=split,
                clip_id=clips.clip_ids[clip],
                video_id=clips.videos[clip],
                valid=clips.clip_ids[clip] in valid,
                crops=crops,
                position=float(random.uniform()),
                viewpoints=viewpoints.ravel().tolist(),
                on_object=on_object,
                partner=partner,
                stranger=stranger,
                yaw_offset=float(random.uniform(MIN_YAW_OFFSET, 2 * np.pi - MIN_YAW_OFFSET)),
                any_yaw=float(random.uniform(-np.pi, np.pi)),
                view_a=view_a,
                view_b=view_b,
            )
        )
    return lines


def _viewpoints(
    clips: ClipIndex, clip: int, crops: str, max_elevation: float, random: Random
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], list[bool]]:
    """Viewpoints `(K, 2)` of a line, in any order, and whether each is that of an object."""
    shard, row = clips.find(clip)
    stored = shard.viewpoints(row)
    labels = np.array([bool(label) for label in clips.viewpoint_labels[clip]])
    first = stored[labels] if crops == "yolo" else stored[:0]
    viewpoints = random_viewpoints(len(stored), random, max_elevation=max_elevation, first=first)
    order = random.permutation(len(viewpoints))
    return viewpoints[order], (order < len(first)).tolist()


def _two_of(views: int, random: Random) -> tuple[int, int]:
    if views < 2:
        return 0, 0
    first, second = sorted(random.choice(views, 2, replace=False).tolist())
    return first, second
