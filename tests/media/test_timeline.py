"""Sample positions from time stamps that are rounded, wrong, late or missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foa360.media.timeline import Timeline

RATE = 48000
LENGTH = 960  # 20 ms
FRAME_S = LENGTH / RATE


def positions(times: list[float | None], rate: int = RATE, length: int = LENGTH) -> list[int]:
    timeline = Timeline(rate)
    return [timeline.place(time, length) for time in times]


def gapless(count: int) -> list[int]:
    return [i * LENGTH for i in range(count)]


@given(st.lists(st.floats(-0.0024, 0.0024), min_size=1, max_size=50))
def test_rounded_time_stamps_are_gapless(errors):
    times = [0.0] + [i * FRAME_S + error for i, error in enumerate(errors, 1)]
    assert positions(times) == gapless(len(times))


def test_a_long_gap_is_followed_at_once():
    assert positions([0.0, FRAME_S, 1.0, 1.0 + FRAME_S]) == [0, LENGTH, RATE, RATE + LENGTH]


def test_a_short_gap_is_followed_when_the_next_frame_confirms_it():
    gap = 0.03
    times = [0.0, FRAME_S + gap, 2 * FRAME_S + gap]
    assert positions(times) == [0, LENGTH, round((2 * FRAME_S + gap) * RATE)]


def test_a_single_stray_time_stamp_is_ignored():
    # In Ogg, the last frame of a page often has the time stamp of a longer frame.
    times = [0.0, FRAME_S + 0.03, 2 * FRAME_S, 3 * FRAME_S]
    assert positions(times) == gapless(4)


def test_time_stamps_that_run_backwards_are_followed():
    assert positions([1.0, 1.0 + FRAME_S, 0.5]) == [RATE, RATE + LENGTH, RATE // 2]


def test_frames_without_time_stamps_follow_each_other():
    assert positions([None, None, None]) == gapless(3)
    assert positions([0.5, None]) == [RATE // 2, RATE // 2 + LENGTH]


@pytest.mark.parametrize("start", [0.25, -0.0065])
def test_the_first_time_stamp_is_the_start(start):
    timeline = Timeline(RATE)
    first = timeline.place(start, LENGTH)
    assert first == timeline.start == round(start * RATE)
    assert timeline.end == first + LENGTH
