"""The part of the training videos that chooses the weights."""

import pytest

from foa360.learning.training.validation import validation_videos

VIDEOS = [f"video{number}" for number in range(200)]


def test_the_share_is_of_videos_whatever_their_clips_and_order():
    chosen = validation_videos(VIDEOS, 0.1, 0)
    assert len(chosen) == 20
    assert chosen < set(VIDEOS)
    assert validation_videos([*reversed(VIDEOS), *VIDEOS[:50] * 40], 0.1, 0) == chosen


def test_seeds_choose_other_videos():
    parts = [validation_videos(VIDEOS, 0.1, seed) for seed in range(30)]
    assert len(set().union(*parts)) > 180


def test_of_fewer_videos_mostly_the_same_are_chosen():
    chosen = validation_videos(VIDEOS, 0.2, 3)
    of_half = validation_videos(VIDEOS[::2], 0.2, 3)
    assert len(chosen & of_half) >= 0.7 * len(of_half)


@pytest.mark.parametrize(("count", "share", "expected"), [(9, 0.1, 0), (10, 0.1, 2), (200, 0, 0)])
def test_few_videos_are_all_trained_on(count, share, expected):
    assert len(validation_videos(VIDEOS[:count], share, 0)) == expected
