"""The Ultralytics detector: weights, isolation, kinds of models."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml

from foa360.demo.scenes import random_scene
from foa360.stages.detect.ultralytics_offline import yolo_class
from foa360.stages.detect.weights import WeightsError, demo_weights
from foa360.stages.detect.yolo import Detector


def test_the_bundled_weights_are_small():
    assert demo_weights().stat().st_size < 3_000_000


def test_neither_the_network_nor_the_home_folder_is_used(tmp_path):
    code = """
import socket, numpy as np
def blocked(*a, **k): raise AssertionError("network")
socket.socket.connect = blocked; socket.getaddrinfo = blocked
from foa360.stages.detect.yolo import Detector
print(len(Detector("demo")([np.zeros((320, 640, 3), np.uint8)], 0.25)))
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


class TouchesFile:
    """Creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("backend", ["torch", "onnx"])
def test_code_in_weights_is_not_run(tmp_path, backend):
    torch.save({"model": TouchesFile(tmp_path / "touched")}, tmp_path / "weights.pt")
    with pytest.raises(WeightsError, match=r"weights\.pt"):
        Detector(str(tmp_path / "weights.pt"), backend=backend)
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize("suffix", [".torchscript", ".yaml", ".onnx", ".PT", ""])
def test_only_weights_that_load_as_tensors_are_opened(tmp_path, suffix):
    path = tmp_path / f"weights{suffix}"
    path.write_bytes(demo_weights().read_bytes())
    with pytest.raises(WeightsError, match="not a file of weights"):
        Detector(str(path))


def test_settings_of_another_user_are_not_read(tmp_path):
    """The folder of temporary files is everybody's: its content decides nothing."""
    prepared = tmp_path / f"foa360-ultralytics-{os.getuid()}"
    (prepared / "Ultralytics").mkdir(parents=True)
    code = """
import os
from foa360.stages.detect.ultralytics_offline import yolo_class
yolo_class()
print(os.environ["YOLO_CONFIG_DIR"], oct(os.stat(os.environ["YOLO_CONFIG_DIR"]).st_mode & 0o777))
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    environment.pop("YOLO_CONFIG_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    folder, mode = done.stdout.split()
    assert Path(folder) != prepared
    assert mode == "0o700"
    assert not Path(folder).exists(), "it is removed at the end"


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
        (found,) = Detector(untrained(tmp_path, kind))([frame], 0.001)
        assert found.boxes.shape[1] == 4
    with pytest.raises(WeightsError, match="classify"):
        Detector(untrained(tmp_path, "-cls"))
