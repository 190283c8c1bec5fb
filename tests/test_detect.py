"""Detection with the real network and the bundled weights, and viewpoints."""

import os
import subprocess
import sys

import numpy as np
import pytest

from foa360.config import Viewpoints
from foa360.demo.scenes import CLASSES, random_scene
from foa360.detect import demo_weights
from foa360.detect.viewpoints import objects_of, viewpoints_of
from foa360.detect.yolo import Detector, WeightsError
from foa360.media.video import frames_at
from foa360.sphere import angular_distance


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector("demo", image_size=416)


def test_the_bundled_weights_are_small():
    assert demo_weights().stat().st_size < 3_000_000


def test_drawn_objects_are_found_where_they_are(detector):
    hits = total = 0
    for i in range(12):
        label = CLASSES[i % len(CLASSES)]
        scene = random_scene(f"unseen {i}", 5.0, [label])
        (seen,) = scene.objects(2.0)
        total += 1
        for box in detector(scene.frame(2.0, 640, 320)):
            near = angular_distance(
                seen.azimuth, seen.elevation, *np.radians([box["azimuth"], box["elevation"]])
            )
            hits += box["label"] == label and np.degrees(near) < 8
    assert hits >= 0.7 * total


def test_the_same_frame_gives_the_same_boxes(detector):
    frame = random_scene("again", 5.0).frame(1.0, 640, 320)
    assert detector(frame) == detector(frame)


def test_no_network_and_no_home_is_touched(tmp_path):
    code = """
import socket, numpy as np
def blocked(*a, **k): raise AssertionError("network")
socket.socket.connect = blocked; socket.getaddrinfo = blocked
from foa360.detect.yolo import Detector
print(len(Detector("demo", 416)(np.zeros((320, 640, 3), np.uint8))))
"""
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().isdigit()
    assert not list(tmp_path.rglob("*ltralytics*"))


@pytest.mark.parametrize("kind", ["absent", "text"])
def test_weights_that_cannot_be_had_are_named(tmp_path, kind):
    path = tmp_path / "weights.pt"
    if kind == "text":
        path.write_text("hello")
    with pytest.raises(WeightsError, match=r"weights\.pt"):
        Detector(str(path))


def test_a_real_detector_finds_the_player(real_data, real_weights):
    detector = Detector(str(real_weights), image_size=640)
    path = real_data / "sphere360" / "0FB9jMXMP8A_19.webm"
    (frame,) = frames_at(path, [5.0])
    people = [b for b in detector(frame) if b["label"] == "person"]
    assert people
    assert abs(people[0]["azimuth"]) < 30


def clip(**more) -> dict:
    return {
        "clip_id": "c_0",
        "video_id": "c",
        "azimuth": 90.0,
        "elevation": 10.0,
        "diffuseness": 0.2,
        **more,
    }


def box(azimuth, elevation=0.0, label="dog", score=0.9, time=0.5) -> dict:
    return {
        "azimuth": azimuth,
        "elevation": elevation,
        "label": label,
        "score": score,
        "time": time,
    }


def test_sightings_across_the_seam_are_one_object():
    boxes = [box(179, time=0.5), box(-179, time=1.5), box(0, label="car", score=0.4)]
    first, second = objects_of(boxes)
    assert first["label"] == "dog"
    assert abs(abs(first["azimuth"]) - 180) < 0.1
    assert second["score"] == pytest.approx(0.2)


def test_viewpoints_are_objects_then_sound_then_random():
    found = viewpoints_of(clip(), [box(-100), box(0, label="car", score=0.5)], Viewpoints(), 0)
    assert [v["origin"] for v in found] == ["object", "object", "sound", "random"]
    assert [v["index"] for v in found] == [0, 1, 2, 3]
    assert found[2]["azimuth"] == 90.0


def test_viewpoints_keep_their_distance_and_are_always_as_many():
    crowd = [box(a, score=0.9 - abs(a) / 1000, label=str(a)) for a in range(-30, 31, 3)]
    for count in (1, 4, 16):
        settings = Viewpoints(count=count, min_distance=36.0)
        found = viewpoints_of(clip(diffuseness=1.0), crowd, settings, 0)
        assert len(found) == count
        if count == 4:
            for i, a in enumerate(found):
                for b in found[:i]:
                    angles = np.radians(
                        [a["azimuth"], a["elevation"], b["azimuth"], b["elevation"]]
                    )
                    assert np.degrees(angular_distance(*angles)) > 30


def test_viewpoints_depend_on_clip_and_seed_alone():
    silent = clip(azimuth=None, elevation=None, diffuseness=1.0)
    assert viewpoints_of(silent, [], Viewpoints(), 0) == viewpoints_of(silent, [], Viewpoints(), 0)
    assert viewpoints_of(silent, [], Viewpoints(), 0) != viewpoints_of(silent, [], Viewpoints(), 1)
