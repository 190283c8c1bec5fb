"""The Ultralytics detector: weights, isolation, kinds of models."""

import os
import subprocess
import sys

import pytest
import yaml

from foa360.demo.scenes import random_scene
from foa360.stages.detect.ultralytics_offline import yolo_class
from foa360.stages.detect.weights import demo_weights
from foa360.stages.detect.yolo import Detector, WeightsError


def test_the_bundled_weights_are_small():
    assert demo_weights().stat().st_size < 3_000_000


def test_neither_the_network_nor_the_home_folder_is_used(tmp_path):
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
def test_unavailable_weights_are_named(tmp_path, kind):
    path = tmp_path / "weights.pt"
    if kind == "text":
        path.write_text("hello")
    with pytest.raises(WeightsError, match=r"weights\.pt"):
        Detector(str(path))


def untrained(path, kind: str):
    """Weights of a narrow model for a task, as Ultralytics saves them."""
    from ultralytics.utils import ROOT

    source = ROOT / "cfg" / "models" / "11" / f"yolo11{kind}.yaml"
    model = yaml.safe_load(source.read_text()) | {"scales": {"n": [0.33, 0.125, 512]}, "nc": 5}
    (path / "model.yaml").write_text(yaml.safe_dump(model | {"scale": "n"}))
    yolo_class()(path / "model.yaml").save(path / "model.pt")
    return str(path / "model.pt")


def test_segmentation_and_pose_models_are_accepted_and_a_classifier_is_refused(tmp_path):
    frame = random_scene("again", 5.0).frame(1.0, 128, 64)
    for kind in ("-seg", "-pose"):
        (found,) = Detector(untrained(tmp_path, kind), confidence=0.001)([frame])
        assert found.boxes.shape[1] == 4
    with pytest.raises(WeightsError, match="classify"):
        Detector(untrained(tmp_path, "-cls"))


def test_a_call_may_lower_the_threshold_for_itself_alone():
    frame = random_scene("export", 5.0, ["person", "car"]).frame(1.0, 640, 320)
    detector = Detector("demo", confidence=0.5)
    (before,) = detector([frame])
    (lower,) = detector([frame], confidence=0.01)
    (after,) = detector([frame])
    assert lower.scores.min() < 0.5 <= before.scores.min()
    assert (after.scores == before.scores).all()
