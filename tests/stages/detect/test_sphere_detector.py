"""Detection in frames with the real network and the bundled weights."""

import cv2
import numpy as np
import pytest
from sphere_detector import SphereDetector

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
from foa360.stages.detect.yolo import Detector
from foa360.stages.track.merge import FrameDetections


@pytest.fixture(scope="module")
def detector() -> SphereDetector:
    return SphereDetector(Detector("demo"), image_size=416)


def detect(detector: SphereDetector, frame: np.ndarray) -> FrameDetections:
    ((_, found),) = detector([(0, frame)])
    return found


def test_drawn_objects_are_found_where_they_are(detector):
    hits = total = 0
    for i in range(12):
        label = CLASSES[i % len(CLASSES)]
        scene = random_scene(f"unseen {i}", 5.0, [label])
        (drawn,) = scene.objects(2.0)
        total += 1
        found = detect(detector, scene.frame(2.0, 640, 320))
        for box, name in zip(found.boxes, found.labels, strict=True):
            near = angular_distance(drawn.azimuth, drawn.elevation, *box[:2])
            hits += name == label and np.degrees(near) < 8
    assert hits >= 0.7 * total


def test_the_same_frame_gives_the_same_boxes(detector):
    frame = random_scene("again", 5.0).frame(1.0, 640, 320)
    first, second = detect(detector, frame), detect(detector, frame)
    assert (first.boxes == second.boxes).all()
    assert (first.scores == second.scores).all()


def test_a_real_detector_finds_the_player(real_data, real_weights):
    detector = SphereDetector(Detector(str(real_weights)))
    path = real_data / "sphere360" / "0FB9jMXMP8A_19.webm"
    (frame,) = frames_at(path, [5.0])
    found = detect(detector, frame)
    first = found.labels.index("person")
    assert abs(np.degrees(found.boxes[first, 0])) < 30


def seam_frame(label: str, width: int = 1280) -> np.ndarray:
    """Draw a scene whose only object is on the seam."""
    scene = random_scene(f"seam {label}", 5.0, [label])
    (drawn,) = scene.objects(2.0)
    frame = scene.frame(2.0, width, width // 2)
    return np.roll(frame, round((drawn.azimuth - np.pi) / (2 * np.pi) * width), 1)


@pytest.mark.parametrize("mode", ["erp_wrap", "tangent"])
def test_an_object_on_the_seam_is_detected_once(mode):
    detector = SphereDetector(Detector("demo"), mode, 416 if mode == "erp_wrap" else 128)
    for label in ("person", "car", "drum"):
        found = detect(detector, seam_frame(label))
        own = [i for i, name in enumerate(found.labels) if name == label]
        assert len(own) == 1
        assert abs(np.degrees(found.boxes[own[0], 0])) > 172


def test_tangent_views_detect_objects_above(detector):
    scene = random_scene("above 1", 5.0, ["drum"])
    (drawn,) = scene.objects(2.0)
    frame = scene.frame(2.0, 1280, 640)
    u, v = np.meshgrid(np.arange(1280), np.arange(640))
    there = to_vector(*pixel_to_direction(u, v, 1280, 640)) @ look_at(0, np.radians(65)).T
    source = there @ look_at(drawn.azimuth, drawn.elevation)
    columns, rows = direction_to_pixel(*to_direction(source), 1280, 640)
    moved = cv2.remap(
        frame, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    found = detect(SphereDetector(Detector("demo"), "tangent", 128), moved)
    best = found.labels.index("drum")
    assert np.degrees(angular_distance(*found.boxes[best, :2], 0, np.radians(65))) < 5
    assert found.boxes[best, 2:] == pytest.approx([drawn.h_fov, drawn.v_fov], rel=0.35)


def test_exported_networks_detect_the_same():
    frame = random_scene("export", 5.0, ["person", "car"]).frame(1.0, 640, 320)
    plain = detect(SphereDetector(Detector("demo"), "erp_wrap", 416), frame)
    other = detect(SphereDetector(Detector("demo", backend="onnx"), "erp_wrap", 416), frame)
    assert other.labels == plain.labels
    assert len(plain.labels)
    assert other.boxes == pytest.approx(plain.boxes, abs=2e-3)
    assert other.scores == pytest.approx(plain.scores, abs=2e-3)


def test_people_on_the_seam_of_a_real_tour_are_one_each(real_data, real_weights):
    (frame,) = frames_at(real_data / "video360" / "ricoh_tour.mp4", [10.0])
    walkers, near = {}, {}
    for mode in ("erp", "erp_wrap", "tangent"):
        found = detect(SphereDetector(Detector(str(real_weights)), mode), frame)
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


def test_detectors_of_several_modes_share_one_model():
    frame = seam_frame("person")
    model = Detector("demo")
    before = detect(SphereDetector(model, "erp", 416), frame)
    detect(SphereDetector(model, "tangent", 128), frame)
    after = detect(SphereDetector(model, "erp", 416), frame)
    assert after.labels == before.labels
    assert (after.scores == before.scores).all()


def test_frames_keep_their_tags_and_their_order_in_batches():
    frames = [random_scene(f"batch {i}", 5.0).frame(1.0, 640, 320) for i in range(5)]
    model = Detector("demo")
    single = [detect(SphereDetector(model, "erp", 416), frame) for frame in frames]
    model.batch_size = 2
    batched = list(SphereDetector(model, "erp", 416)(enumerate(frames)))
    assert [tag for tag, _ in batched] == [0, 1, 2, 3, 4]
    for alone, (_, together) in zip(single, batched, strict=True):
        assert together.labels == alone.labels
        assert together.boxes == pytest.approx(alone.boxes, abs=1e-3)
