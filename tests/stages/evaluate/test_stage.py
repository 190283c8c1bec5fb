"""Evaluation: the same bytes every time, with an interval."""

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from foa360.config.evaluate import Evaluate
from foa360.config.train import Train
from foa360.core.jobs import Progress
from foa360.shards.format import CHECKSUM, clip_checksum
from foa360.shards.read import open_shard
from foa360.stages.evaluate.stage import EvaluateFiles, evaluate_model
from foa360.stages.train.stage import TrainFiles, train_model


def write_checksums(path):
    """Write the checksums of the clips of a shard that was changed."""
    with open_shard(Path(path)) as shard:
        checksums = []
        for clip in range(len(shard)):
            rows = {name: shard.row_bytes(name, clip) for name in shard.names if name != CHECKSUM}
            checksums.append(clip_checksum(rows, shard.encoded(clip)))
    with h5py.File(path, "r+") as file:
        file[CHECKSUM][:] = np.array(checksums, "S")


@pytest.fixture(scope="module")
def model(training_shards, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    settings = Train(width=4, crop=32, frames=1, batch=4, avc_steps=3, avsa_steps=1)
    files = TrainFiles(shards=training_shards, init=None, folder=folder)
    train_model("avsa", files, settings, 0, Progress("test"))
    return folder / "model.pt"


@pytest.mark.slow
@pytest.mark.parametrize("task", ["avc", "avsa"])
def test_decisions_are_repeatable_and_have_an_interval(training_shards, model, task, tmp_path):
    files = EvaluateFiles(shards=training_shards, model=model, output=tmp_path / "metrics.json")
    evaluate_model(task, files, Evaluate(pairs=8), 0, Progress("test"))
    first = files.output.read_bytes()
    evaluate_model(task, files, Evaluate(pairs=8), 0, Progress("test"))
    assert files.output.read_bytes() == first
    result = json.loads(first)
    assert result["task"] == task
    assert result["pairs"] == 8
    assert result["ci_low"] <= result["accuracy"] <= result["ci_high"]


@pytest.mark.slow
@pytest.mark.parametrize("task", ["avc", "avsa", "probe"])
def test_damaged_clips_are_left_out_and_named(training_shards, model, task, tmp_path):
    shard = shutil.copy(training_shards[0], tmp_path / "s0000.h5")
    with h5py.File(shard, "r+") as file:
        split = file["split"][:].tolist()
        row = split.index(b"test")
        damaged = file["clip_id"][row].decode()
        offset, size = file["video"][row, 0]
        file["video_data"][offset : offset + size] = 0
    files = EvaluateFiles(shards=[shard], model=model, output=tmp_path / "metrics.json")
    evaluate_model(task, files, Evaluate(pairs=8), 0, Progress("test"))
    result = json.loads(files.output.read_text())
    assert result["damaged_clips"] == [damaged]
    assert result["test_videos"] == split.count(b"test") - 1


@pytest.mark.slow
def test_a_probe_with_one_class_to_test_is_not_measured(training_shards, model, tmp_path):
    """Its chance level would be 100 %."""
    shard = shutil.copy(training_shards[0], tmp_path / "s0000.h5")
    with h5py.File(shard, "r+") as file:
        labels = file["viewpoint_label"]
        numbers = {b"train": 0, b"test": 0}
        for row, split in enumerate(file["split"][:].tolist()):
            numbers[split] += 1
            labels[row] = b"dog" if split == b"test" or numbers[split] % 2 else b"bell"
    write_checksums(shard)
    files = EvaluateFiles(shards=[shard], model=model, output=tmp_path / "probe.json")
    evaluate_model("probe", files, Evaluate(probe_steps=2), 0, Progress("test"))
    result = json.loads(files.output.read_text())
    assert result["damaged_clips"] == []
    assert result["accuracy"] is None
    assert "two classes in each split" in result["note"]


@pytest.mark.slow
def test_a_probe_without_detected_objects_is_not_measured(training_shards, model, tmp_path):
    files = EvaluateFiles(shards=training_shards, model=model, output=tmp_path / "probe.json")
    evaluate_model("probe", files, Evaluate(), 0, Progress("test"))
    result = json.loads(files.output.read_text())
    assert result["accuracy"] is None
    assert "two classes" in result["note"]
