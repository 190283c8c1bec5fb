"""Columns of lists: those that are read, refused and named."""

import pytest

from foa360.lists.columns import Columns


@pytest.mark.parametrize("name", ["start", "start_seconds", "start_time", "start_s", "start_sec"])
def test_a_time_may_end_in_its_unit(name):
    assert Columns(["video", name]).numbers == {"video": 0, "start": 1}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Start", "start"),
        ("durration", "duration"),
        ("startTime", "start"),
        ("END", "end"),
        ("begin", "start"),
        ("start_ms", "start"),
        ("stop", "end"),
        ("length", "duration"),
        ("Video_ID", "video_id"),
        ("youtube_id", "video_id"),
        ("subset", "split"),
        ("splits", "split"),
        ("audio_path", "audio"),
        ("YouTube ID", "video_id"),
        ("timestamp", "start"),
        ("from_sec", "start"),
        ("offset_seconds", "start"),
        ("finish", "end"),
        ("dur_s", "duration"),
        ("length_seconds", "duration"),
        ("train/test split", "split"),
    ],
)
def test_a_name_that_may_mean_a_known_one_is_refused(name, meant):
    (problem,) = Columns(["video", name]).problems
    assert f"{name!r}: did you mean {meant!r}" in problem


@pytest.mark.parametrize("name", ["label", "title", "licence", "fps", "weekend", "audio_codec"])
def test_other_names_are_passed_over_and_named(name):
    columns = Columns(["video", name])
    assert not columns.problems
    assert columns.unknown == [name]


def test_a_column_that_may_mean_one_that_is_there_is_only_named():
    columns = Columns(["video", "start", "start_frame", "id", "video_id"])
    assert not columns.problems
    assert columns.unknown == ["start_frame", "id"]


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["video", "start", "start"], "'start' is there 2 times"),
        (["video", "label", "label"], "'label' is there 2 times"),
        (["video", "end", "end_time"], "'end' and 'end_time' both mean end"),
        (["video", "Video"], "did you mean 'video'"),
    ],
)
def test_columns_that_are_there_twice_are_refused(names, problem):
    assert problem in Columns(names).problems[0]
