"""Detection with the real network and the bundled weights."""

import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
import yaml

from foa360.ambisonics import look_at
from foa360.demo.scenes import CLASSES, random_scene
from foa360.media.video import frames_at
from foa360.sphere import (
    angular_distance,
    direction_to_pixel,
    pixel_to_direction,
    to_direction,
    to_vector,
)
from foa360.stages.detect.merge import Objects
from foa360.stages.detect.search import Searcher
from foa360.stages.detect.weights import demo_weights
from foa360.stages.detect.yolo import Detector, WeightsError


@pytest.fixture(scope="module")
def search() -> Searcher:
    return Searcher(Detector("demo"), image_size=416)


def objects(search: Searcher, frame: np.ndarray) -> Objects:
    ((_, found),) = search([(0, frame)])
    return found


def test_the_bundled_weights_are_small():
    assert demo_weights().stat().st_size < 3_000_000


def test_drawn_objects_are_found_where_they_are(search):
    hits = total = 0
    for i in range(12):
        label = CLASSES[i % len(CLASSES)]
        scene = random_scene(f"unseen {i}", 5.0, [label])
        (seen,) = scene.objects(2.0)
        total += 1
        found = objects(search, scene.frame(2.0, 640, 320))
        for box, name in zip(found.boxes, found.labels, strict=True):
            near = angular_distance(seen.azimuth, seen.elevation, *box[:2])
            hits += name == label and np.degrees(near) < 8
    assert hits >= 0.7 * total


def test_the_same_frame_gives_the_same_boxes(search):
    frame = random_scene("again", 5.0).frame(1.0, 640, 320)
    first, second = objects(search, frame), objects(search, frame)
    assert (first.boxes == second.boxes).all()
    assert (first.scores == second.scores).all()


def test_no_network_and_no_home_is_touched(tmp_path):
    code = """
import socket, numpy as np
def blocked(*a, **k): raise AssertionError("network")
socket.socket.connect = blocked; socket.getaddrinfo = blocked
from foa360.stages.detect.yolo import Detector
print(len(Detector("demo")([np.zeros((320, 640, 3), np.uint8)])))
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


def untrained(path, kind: str):
    """Weights of a narrow model for a task, as Ultralytics saves them."""
    from ultralytics.utils import ROOT

    from foa360.stages.detect.ultralytics_offline import yolo_class

    source = ROOT / "cfg" / "models" / "11" / f"yolo11{kind}.yaml"
    model = yaml.safe_load(source.read_text()) | {"scales": {"n": [0.33, 0.125, 512]}, "nc": 5}
    (path / "model.yaml").write_text(yaml.safe_dump(model | {"scale": "n"}))
    yolo_class()(path / "model.yaml").save(path / "model.pt")
    return str(path / "model.pt")


def test_a_segmentation_model_serves_and_a_classifier_is_named(tmp_path):
    frame = random_scene("again", 5.0).frame(1.0, 128, 64)
    for kind in ("-seg", "-pose"):
        detector = Detector(untrained(tmp_path, kind), confidence=0.001)
        assert objects(Searcher(detector, image_size=128), frame).boxes.shape[1] == 4
    with pytest.raises(WeightsError, match="classify"):
        Detector(untrained(tmp_path, "-cls"))


def test_a_real_detector_finds_the_player(real_data, real_weights):
    search = Searcher(Detector(str(real_weights)))
    path = real_data / "sphere360" / "0FB9jMXMP8A_19.webm"
    (frame,) = frames_at(path, [5.0])
    found = objects(search, frame)
    first = found.labels.index("person")
    assert abs(np.degrees(found.boxes[first, 0])) < 30


def seam_frame(label: str, width: int = 1280) -> np.ndarray:
    """A scene whose only object sits on the seam."""
    scene = random_scene(f"seam {label}", 5.0, [label])
    (seen,) = scene.objects(2.0)
    frame = scene.frame(2.0, width, width // 2)
    return np.roll(frame, round((seen.azimuth - np.pi) / (2 * np.pi) * width), 1)


@pytest.mark.parametrize("mode", ["erp_wrap", "tangent"])
def test_what_the_seam_cuts_is_one_thing(mode):
    search = Searcher(Detector("demo"), mode, 416 if mode == "erp_wrap" else 128)
    for label in ("person", "car", "drum"):
        found = objects(search, seam_frame(label))
        mine = [i for i, name in enumerate(found.labels) if name == label]
        assert len(mine) == 1
        assert abs(np.degrees(found.boxes[mine[0], 0])) > 172


def test_tangent_views_find_what_is_above(search):
    scene = random_scene("above 1", 5.0, ["drum"])
    (seen,) = scene.objects(2.0)
    frame = scene.frame(2.0, 1280, 640)
    u, v = np.meshgrid(np.arange(1280), np.arange(640))
    there = to_vector(*pixel_to_direction(u, v, 1280, 640)) @ look_at(0, np.radians(65)).T
    source = there @ look_at(seen.azimuth, seen.elevation)
    columns, rows = direction_to_pixel(*to_direction(source), 1280, 640)
    moved = cv2.remap(
        frame, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    found = objects(Searcher(Detector("demo"), "tangent", 128), moved)
    best = found.labels.index("drum")
    assert np.degrees(angular_distance(*found.boxes[best, :2], 0, np.radians(65))) < 5
    assert found.boxes[best, 2:] == pytest.approx([seen.h_fov, seen.v_fov], rel=0.35)


def test_exported_networks_find_the_same():
    frame = random_scene("export", 5.0, ["person", "car"]).frame(1.0, 640, 320)
    plain = objects(Searcher(Detector("demo"), "erp_wrap", 416), frame)
    other = objects(Searcher(Detector("demo", backend="onnx"), "erp_wrap", 416), frame)
    assert other.labels == plain.labels
    assert len(plain.labels)
    assert other.boxes == pytest.approx(plain.boxes, abs=2e-3)
    assert other.scores == pytest.approx(plain.scores, abs=2e-3)


def test_people_on_the_seam_of_a_real_tour_are_one_each(real_data, real_weights):
    (frame,) = frames_at(real_data / "video360" / "ricoh_tour.mp4", [10.0])
    walkers, near = {}, {}
    for mode in ("erp", "erp_wrap", "tangent"):
        found = objects(Searcher(Detector(str(real_weights)), mode), frame)
        people = [
            np.degrees(box)
            for box, label in zip(found.boxes, found.labels, strict=True)
            if label == "person" and abs(np.degrees(box[0])) > 145
        ]
        walkers[mode] = sum(-30 < box[1] < 0 for box in people)
        near[mode] = sum(box[1] < -40 for box in people)
    # Two people walk there, one of them is cut; a man is near the camera, below them.
    assert walkers["erp"] == 3
    assert walkers["erp_wrap"] == 2
    assert walkers["tangent"] == 2
    assert near["erp_wrap"] == near["tangent"] == 1
