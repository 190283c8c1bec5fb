"""Viewpoints of a clip."""

from collections.abc import Sequence

import numpy as np
import pytest
from support.clips import curated_clip
from support.detections import detection, tracked

from foa360.config.viewpoints import Viewpoints
from foa360.core.records import Detection, Viewpoint
from foa360.sphere import angular_distance
from foa360.stages.track.tracks import summarize_objects
from foa360.stages.viewpoints.audio_peaks import AudioPeak
from foa360.stages.viewpoints.choice import ClipContent, clip_viewpoints


def peak(azimuth: float, elevation: float = 0.0) -> AudioPeak:
    """Make a peak; angles in degrees."""
    return AudioPeak(float(np.radians(azimuth)), float(np.radians(elevation)), 0.4)


def chosen(
    detections: Sequence[Detection] = (),
    peaks: Sequence[AudioPeak] = (),
    *,
    seed: int = 0,
    video_id: str = "c",
    **settings,
) -> list[Viewpoint]:
    """Viewpoints of a clip of 10 s with these detections and audio peaks."""
    clip = curated_clip(video_id, duration=10.0)
    numbered = tracked(detections)
    content = ClipContent(numbered, summarize_objects(numbered), peaks)
    return clip_viewpoints(clip, content, Viewpoints(**settings), seed)


def test_viewpoints_are_objects_then_audio_then_random():
    found = chosen([detection(-100), detection(0, label="car", score=0.5)], [peak(90, 5)])
    assert [v.origin for v in found] == ["object", "object", "audio", "random"]
    assert [v.index for v in found] == [0, 1, 2, 3]
    assert [v.label for v in found] == ["dog", "car", None, None]
    assert [v.score for v in found] == pytest.approx([0.9, 0.5, 0.4, None])
    assert np.degrees(found[2].azimuth) == pytest.approx(90)
    assert np.degrees(found[0].fov) == pytest.approx(60)


def test_the_rule_wang2022_takes_the_middle_frame_and_the_baseline_none():
    detections = [
        detection(10, time=0.5),
        detection(-100, time=4.5, score=0.4),
        detection(100, time=4.5, score=0.8),
    ]
    middle = chosen(detections, [peak(-170)], rule="wang2022")
    assert [v.origin for v in middle] == ["object", "object", "random", "random"]
    assert np.degrees([v.azimuth for v in middle[:2]]) == pytest.approx([100, -100])
    for view in chosen(detections, [peak(-170)], rule="random"):
        assert view.origin == "random"
        assert -28.8 <= np.degrees(view.elevation) <= 30.6


@pytest.mark.parametrize("count", [1, 4, 16])
def test_viewpoints_keep_their_distance_and_their_number(count: int):
    crowd = [detection(a, score=0.9 - abs(a) / 1000, label=str(a)) for a in range(-30, 31, 3)]
    found = chosen(crowd, count=count, min_distance=36.0)
    assert len(found) == count
    if count == 4:
        for i, a in enumerate(found):
            for b in found[:i]:
                distance = angular_distance(a.azimuth, a.elevation, b.azimuth, b.elevation)
                assert np.degrees(distance) > 30


def test_viewpoints_depend_on_clip_and_seed_alone():
    assert chosen() == chosen()

    def directions(viewpoints: list[Viewpoint]) -> list[tuple[float, float]]:
        return [(v.azimuth, v.elevation) for v in viewpoints]

    assert directions(chosen()) != directions(chosen(seed=1))
    assert directions(chosen()) != directions(chosen(video_id="d"))


def test_random_viewpoints_of_a_clip_never_change():
    # Azimuth and elevation, degrees, for clip c_0 and seed 0; existing shards depend on them.
    expected = [
        (97.8666, -14.8383),
        (-150.9729, -7.5088),
        (55.6129, 11.8952),
        (135.7603, 0.4599),
    ]
    found = np.degrees([(v.azimuth, v.elevation) for v in chosen()])
    assert found == pytest.approx(np.array(expected), abs=1e-4)
