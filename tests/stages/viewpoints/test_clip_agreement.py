"""Agreement of the clips of a video, with rendered scenes."""

from itertools import pairwise

import numpy as np
import pytest
from support.clips import curated_clip
from support.detections import detection
from support.rendered_scenes import SECONDS, rendered

from foa360.sphere import to_direction
from foa360.stages.viewpoints.agreement import agreement
from foa360.stages.viewpoints.clip_agreement import clip_agreements, detected_directions


def test_detections_fall_into_their_intervals():
    detections = [detection(0, time=0.0), detection(90, time=1.0), detection(5, time=3.2)]
    intervals = detected_directions(curated_clip("c", duration=3.0), detections, 1.0)
    assert [len(interval.scores) for interval in intervals] == [1, 1, 1]
    assert np.degrees(to_direction(intervals[1].vectors[0])[0]) == pytest.approx(90)


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
    assert {row.axes_votes for row in rows} == {6}
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
