"""The test list: the same for all experiments, of videos in turn, with both kinds of viewpoints."""

import numpy as np
import pytest

from foa360.data.clips import ClipIndex
from foa360.sphere import angular_distance
from foa360.stages.test_list.stage import MIN_YAW_OFFSET, draw_lines


@pytest.fixture(scope="module")
def clips(training_shards):
    return ClipIndex(training_shards, "train")


def test_lines_are_of_videos_in_turn_with_a_partner_and_a_stranger(clips):
    lines = draw_lines(clips, "train", 40, set(), 0.5, 0)
    videos = len(clips.clips_of_video)
    for first in range(0, 40 - videos + 1, videos):
        assert len({line.video_id for line in lines[first : first + videos]}) == videos
    for line in lines:
        assert lines[line.partner].video_id != line.video_id
        assert lines[line.stranger].video_id != line.video_id
        if videos > 2:
            assert lines[line.stranger].video_id != lines[line.partner].video_id
        assert MIN_YAW_OFFSET <= line.yaw_offset <= 2 * np.pi - MIN_YAW_OFFSET
        assert 0 <= line.position <= 1
        views = len(line.on_object)
        assert 0 <= line.view_a < line.view_b < views or views == 1
        assert not line.valid
    assert {line.crops for line in lines} == {"yolo", "random"}
    yaws = np.degrees([line.any_yaw for line in draw_lines(clips, "train", 400, set(), 0.5, 0)])
    assert yaws.min() < -150
    assert yaws.max() > 150
    assert (np.abs(yaws) < 60).any()


def test_viewpoints_of_yolo_are_those_of_objects_first_and_all_are_apart(clips):
    for line in draw_lines(clips, "train", 40, set(), 0.5, 0):
        viewpoints = np.array(line.viewpoints).reshape(-1, 2)
        labels = clips.viewpoint_labels[clips.clip_ids.index(line.clip_id)]
        assert sum(line.on_object) == (line.crops == "yolo") * sum(map(bool, labels))
        others = viewpoints[~np.array(line.on_object)]
        assert (np.abs(others[:, 1]) <= 0.5 + 1e-9).all()
        distance = angular_distance(*viewpoints.T[:, :, None], *viewpoints.T[:, None, :])
        assert len(viewpoints) == 1 or distance[~np.eye(len(viewpoints), dtype=bool)].min() > 0.1


def test_lines_depend_on_the_seed_alone(clips):
    drawn = draw_lines(clips, "train", 20, set(), 0.5, 0)
    assert draw_lines(clips, "train", 20, set(), 0.5, 0) == drawn
    assert draw_lines(clips, "train", 20, set(), 0.5, 1) != drawn


def test_valid_clips_are_marked(clips):
    valid = set(clips.clip_ids[:1])
    lines = draw_lines(clips, "train", 40, valid, 0.5, 0)
    assert {line.clip_id for line in lines if line.valid} == valid


@pytest.mark.parametrize("count", [2, 3, 5, 50])
def test_there_are_as_many_lines_as_asked_for(clips, count):
    lines = draw_lines(clips, "train", count, set(), 0.5, 0)
    assert [line.number for line in lines] == list(range(count))
