"""Boxes above a low score contain those that the network returns for a higher confidence.

Of boxes of a class that overlap, the best remains; boxes come in the order of their scores, and the
300 best of an image are kept. None of this lets a box with a low score change one with a higher.
"""

from collections.abc import Sequence

import numpy as np
import pytest
from sphere_detector import joined

from foa360.config.detect import Detect
from foa360.demo.scenes import random_scene
from foa360.media.detector_images import DetectorImages
from foa360.media.images import Image
from foa360.media.video import frames_at
from foa360.stages.detect.frame_boxes import frame_boxes
from foa360.stages.detect.yolo import Detector
from foa360.stages.track.on_sphere import ON_SPHERE, FrameBoxes

MODES = ("erp", "erp_wrap", "tangent")


def network(
    detector: Detector, settings: Detect, frames: Sequence[Image], threshold: float
) -> list[FrameBoxes]:
    images_of = DetectorImages(settings.mode, settings.image_size)
    found = frame_boxes(detector, images_of, enumerate(frames), threshold)
    return [joined(images) for _, images in found]


def above(found: FrameBoxes, threshold: float) -> FrameBoxes:
    used = found.scores > np.float32(threshold)
    labels = [label for label, is_used in zip(found.labels, used, strict=True) if is_used]
    return FrameBoxes(found.boxes[used], found.scores[used], labels, found.view[used])


def assert_equal_boxes(first: FrameBoxes, second: FrameBoxes) -> None:
    assert (first.boxes == second.boxes).all()
    assert (first.scores == second.scores).all()
    assert first.labels == second.labels
    assert (first.view == second.view).all()


def assert_confidence_can_follow(
    detector: Detector, settings: Detect, frames: Sequence[Image]
) -> None:
    stored = network(detector, settings, frames, settings.stored_threshold)
    requested = network(detector, settings, frames, settings.box_threshold)
    count = sum(len(found.scores) for found in requested)
    assert 0 < count < sum(len(found.scores) for found in stored)
    for low, high in zip(stored, requested, strict=True):
        selected = above(low, settings.box_threshold)
        assert_equal_boxes(selected, high)
        on_sphere = ON_SPHERE[settings.mode]
        later = on_sphere(selected, settings.confidence)
        at_once = on_sphere(high, settings.confidence)
        assert (later.boxes == at_once.boxes).all()
        assert (later.scores == at_once.scores).all()
        assert later.labels == at_once.labels


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("confidence", [0.25, 0.5])
def test_boxes_of_drawn_frames(mode, confidence):
    size = 128 if mode == "tangent" else 416
    settings = Detect(mode=mode, image_size=size, confidence=confidence)
    scenes = [random_scene(f"low {i}", 5.0) for i in range(1 if mode == "tangent" else 4)]
    frames = [scene.frame(1.0, 1280, 640) for scene in scenes]
    assert_confidence_can_follow(Detector("demo"), settings, frames)


@pytest.mark.parametrize("mode", MODES)
def test_boxes_of_a_real_frame(mode, real_data, real_weights):
    settings = Detect(mode=mode, image_size=320 if mode == "tangent" else 640)
    frames = list(frames_at(real_data / "video360" / "ricoh_tour.mp4", [10.0]))
    assert_confidence_can_follow(Detector(str(real_weights)), settings, frames)


def test_exported_networks():
    settings = Detect(mode="erp", image_size=416)
    frames = [random_scene(f"low {i}", 5.0).frame(1.0, 1280, 640) for i in range(4)]
    assert_confidence_can_follow(Detector("demo", backend="onnx"), settings, frames)


def test_an_image_with_more_boxes_than_the_network_returns_keeps_the_best():
    """A score near 0 asks for more than 300 boxes; those above a higher one are all there."""
    detector = Detector("demo")
    scene = random_scene("low 0", 5.0).frame(1.0, 640, 320)
    tiles = [np.tile(scene[::8, ::8], (8, 8, 1))]
    settings = Detect(image_size=640)
    (everything,) = network(detector, settings, tiles, 1e-5)
    assert len(everything.scores) == 300
    between = float(np.median(everything.scores))
    for threshold in (between, float(everything.scores[0]) / 2):
        (high,) = network(detector, settings, tiles, threshold)
        assert 0 < len(high.scores) < 300
        assert_equal_boxes(above(everything, threshold), high)
