"""Agreement of the clips of a video, with rendered scenes."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from support.clips import curated_clip
from support.detections import detection

from foa360.ambisonics.descriptors import block_spectra, tile_covariance
from foa360.ambisonics.direction_map import direction_map
from foa360.demo.audio import RATE, sound_field
from foa360.demo.scenes import random_scene
from foa360.sphere import to_direction, to_vector
from foa360.stages.viewpoints.agreement import DetectedDirections, agreement
from foa360.stages.viewpoints.clip_agreement import clip_agreements, detected_directions

SECONDS = 4.0
CHANNELS = (0, 1, 2, 3)
SIGNS = (1, 1, 1, 1)


def test_detections_fall_into_their_intervals():
    detections = [detection(0, time=0.0), detection(90, time=1.0), detection(5, time=3.2)]
    intervals = detected_directions(curated_clip("c", duration=3.0), detections, 1.0)
    assert [len(interval.scores) for interval in intervals] == [1, 1, 1]
    assert np.degrees(to_direction(intervals[1].vectors[0])[0]) == pytest.approx(90)


def rendered(
    number: int, channels: Sequence[int] = CHANNELS, signs: Sequence[int] = SIGNS
) -> tuple[NDArray[np.float64], list[DetectedDirections]]:
    """Directions of audio and of objects of a rendered scene, with its channels changed."""
    scene = random_scene(f"agree {number}", SECONDS)
    foa = sound_field(scene)[list(channels)] * np.array(signs)[:, None]
    detected = []
    for time in np.arange(SECONDS) + 0.5:
        objects = scene.objects(float(time))
        vectors = to_vector([o.azimuth for o in objects], [o.elevation for o in objects])
        detected.append(DetectedDirections(vectors, np.ones(len(objects))))
    maps = direction_map(*tile_covariance(block_spectra(foa, RATE)), int(SECONDS))
    return maps[0].astype(float), detected


def area_under_curve(right: list[float], wrong: list[float]) -> float:
    """Area under the ROC curve of two samples of scores."""
    return float(np.mean([[(r > w) + 0.5 * (r == w) for w in wrong] for r in right]))


@pytest.mark.slow
def test_agreement_separates_right_from_wrong_audio():
    scenes = [rendered(i) for i in range(40)]
    right = [agreement(*scene).gain for scene in scenes]
    of_others = [agreement(a[0], b[1]).gain for a, b in pairwise(scenes)]
    permuted = [agreement(*rendered(i, channels=(0, 3, 2, 1))).gain for i in range(40)]
    mirrored = [agreement(*rendered(i, signs=(1, -1, 1, 1))).gain for i in range(40)]
    for wrong in (of_others, permuted, mirrored):
        assert area_under_curve(right, wrong) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize(
    ("channels", "signs", "expected"),
    [
        ((0, 1, 2, 3), (1, 1, 1, 1), "+x +y +z"),
        ((0, 3, 2, 1), (1, 1, 1, 1), "+y +x +z"),
        ((0, 1, 2, 3), (1, -1, 1, 1), "+x -y +z"),
        ((0, 2, 3, 1), (1, 1, 1, 1), "+z +x +y"),
    ],
)
def test_the_clips_of_a_video_vote_for_its_axes(channels, signs, expected):
    clips = [curated_clip("c", 4.0 * i, SECONDS) for i in range(6)]
    scenes = [rendered(i, channels, signs) for i in range(6)]
    audio = [directions for directions, _ in scenes]
    detected = [objects for _, objects in scenes]
    rows = clip_agreements(clips, audio, detected, 1.0)
    assert {row.axes for row in rows} == {expected}
    assert {row.clip_id for row in rows} == {clip.clip_id for clip in clips}
    two = clip_agreements(clips[:2], audio[:2], detected[:2], 1.0)
    assert two[0].axes is None, "too few clips for a vote"
    assert two[0].agreement is not None


def test_clips_without_audio_have_empty_rows():
    audio, detected = rendered(0)
    rows = clip_agreements(
        [curated_clip("c", 0.0), curated_clip("c", 4.0)],
        [np.zeros_like(audio), audio],
        [detected, detected],
        1.0,
    )
    assert rows[0].agreement is None
    assert rows[1].agreement is not None
