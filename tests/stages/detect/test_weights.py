"""Digests of weights: content, not name or time."""

import os
import pickle
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from foa360 import stages
from foa360.config.published_weights import PUBLISHED_WEIGHTS
from foa360.core.digest import reached
from foa360.core.files import sha256
from foa360.stages.detect.ultralytics_offline import yolo_class
from foa360.stages.detect.weights import WeightsError, demo_weights, weights_problem
from foa360.stages.detect.weights_digest import weights_digest
from foa360.stages.detect.yolo import Detector


def test_a_copy_of_the_bundled_weights_is_the_same(tmp_path):
    copy = tmp_path / "copy.pt"
    shutil.copyfile(demo_weights(), copy)
    assert weights_digest(str(copy)) == weights_digest("demo")
    copy.write_bytes(copy.read_bytes()[:-1])
    assert weights_digest(str(copy)) != weights_digest("demo")


def test_published_weights_are_the_same_before_and_after_their_download(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = weights_digest("yolo11n.pt")
    (tmp_path / "yolo11n.pt").write_bytes(b"weights")
    assert weights_digest("yolo11n.pt") == before
    assert weights_digest("yolo11s.pt") != before
    assert weights_digest("./yolo11n.pt") != before, "a path is a file of the user's"


def test_the_names_of_all_published_detectors_are_known():
    yolo_class()
    from ultralytics.utils.downloads import GITHUB_ASSETS_NAMES

    models = (name for name in GITHUB_ASSETS_NAMES if re.match(r"(yolo|rtdetr).*\.pt$", name))
    # Of other tasks; and a model that needs a package of its own.
    others = re.compile(r"-(cls|obb|sem|sem-ade20k|depth)\.pt$|^yolo_nas")
    assert {name for name in models if not others.search(name)} == PUBLISHED_WEIGHTS


def test_another_list_of_names_repeats_no_job():
    for stage in Path(stages.__path__[0]).glob("*/stage.py"):
        code = reached(f"foa360.stages.{stage.parent.name}.stage")
        assert "foa360.config.published_weights" not in code, stage


def test_a_file_of_the_users_is_judged_by_content_whatever_its_name_resembles(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "yolo-mine.pt").write_bytes(b"one")
    before = weights_digest("yolo-mine.pt")
    (tmp_path / "yolo-mine.pt").write_bytes(b"two")
    assert weights_digest("yolo-mine.pt") != before


def test_an_unknown_name_is_left_to_the_detector(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert weights_digest("other.pt") != weights_digest("another.pt")


def test_the_bundled_weights_are_tensors_of_their_digest():
    assert weights_problem(demo_weights(), None) is None
    assert weights_problem(demo_weights(), sha256(demo_weights())) is None
    assert "SHA-256" in weights_problem(demo_weights(), "0" * 64)


@pytest.mark.parametrize("kind", ["pipe", "text", "pickle", "script", "zip", "empty"])
def test_weights_are_judged_by_their_content(tmp_path, kind):
    path = tmp_path / "weights.pt"
    if kind == "pipe":
        os.mkfifo(path)
        assert weights_problem(path, None) == "not a regular file"
        return
    if kind == "script":
        shutil.copyfile(demo_weights(), path)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("archive/code/__torch__.py", "def forward(self): pass")
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a/notes.txt", "x")
    else:
        path.write_bytes({"text": b"nc: 2", "pickle": pickle.dumps({}), "empty": b""}[kind])
    assert weights_problem(path, None) == "the file is no archive of tensors"
    with pytest.raises(WeightsError, match="no archive of tensors"):
        Detector(str(path))


def test_weights_of_another_digest_are_not_loaded(tmp_path):
    path = tmp_path / "weights.pt"
    path.write_bytes(demo_weights().read_bytes())
    with pytest.raises(WeightsError, match="weights_sha256"):
        Detector(str(path), expected_sha256="0" * 64)
    assert Detector(str(path), expected_sha256=sha256(path)).names
