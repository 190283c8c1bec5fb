"""Digests of weights: content, not name or time."""

import shutil

from foa360.stages.detect.weights import demo_weights, weights_digest


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


def test_an_unknown_name_is_left_to_the_detector(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert weights_digest("other.pt") != weights_digest("another.pt")
