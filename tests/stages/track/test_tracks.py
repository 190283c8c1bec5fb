"""Detections over time become objects."""

import numpy as np
import pytest
from support.detections import detection, tracked

from foa360.stages.track.tracks import summarize_objects, track


def test_an_object_is_followed_across_the_seam():
    detections = []
    for i in range(8):
        azimuth = 170 + 4 * i if i < 3 else 170 + 4 * i - 360
        detections.append(detection(azimuth, time=float(i)))
    detections += [detection(0, label="car", score=0.4, time=float(i)) for i in range(4)]
    dog, car = summarize_objects(tracked(detections))
    assert (dog.label, dog.object) == ("dog", 0)
    assert dog.times == [float(i) for i in range(8)]
    assert abs(np.degrees(dog.azimuth) - (-176)) < 0.1
    assert dog.score == pytest.approx(0.9)
    assert (car.label, car.object) == ("car", 1)
    assert car.score == pytest.approx(0.2)
    assert np.degrees([car.h_fov, car.v_fov]) == pytest.approx([10, 20])
    assert car.azimuths == [0.0] * 4


def test_two_that_meet_are_not_exchanged():
    left = [detection(-30 + 6 * i, time=float(i), score=0.8) for i in range(4)]
    right = [detection(30 - 6 * i, time=float(i), score=0.7) for i in range(4)]
    found = summarize_objects(tracked(left + right))
    assert len(found) == 2
    assert [len(tracked_object.times) for tracked_object in found] == [4, 4]


def test_a_distant_detection_is_another_object():
    assert track([detection(0, time=0.0), detection(90, time=1.0)]) == [0, 1]


def test_an_object_may_move_further_in_a_longer_time():
    assert track([detection(0, time=0.0), detection(30, time=1.0)]) == [0, 1]
    assert track([detection(0, time=0.0), detection(30, time=2.0)]) == [0, 0]
    assert track([detection(0, time=0.0), detection(45, time=9.0)]) == [0, 1]


def test_classes_are_tracked_apart():
    assert track([detection(0, time=0.0), detection(0, label="car", time=1.0)]) == [0, 1]


def test_no_detections_are_no_objects():
    assert track([]) == []
    assert summarize_objects([]) == []


def test_the_number_of_an_object_follows_its_score():
    detections = [
        detection(0, score=0.3),
        detection(90, score=0.9),
        detection(0, score=0.3, time=1.5),
    ]
    assert track(detections) == [1, 0, 1]
