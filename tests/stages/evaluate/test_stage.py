"""Evaluation: the same bytes every time, with an interval."""

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from foa360.config.evaluate import Evaluate
from foa360.config.experiments import Experiment
from foa360.config.train import Train
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import Decision, SubsetClip
from foa360.shards.format import CHECKSUM, clip_checksum
from foa360.shards.read import open_shard
from foa360.stages.evaluate.choices import CHOICES
from foa360.stages.evaluate.stage import EVALUATIONS, EvaluateFiles, evaluate_model
from foa360.stages.test_list.stage import TestListFiles, write_test_list
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
    settings = Train(size="tiny", width=4, crop=32, batch=4, steps=1)
    files = TrainFiles(shards=training_shards, init=None, folder=folder)
    train_model(Experiment(name="avsa", task="avsa"), files, settings, 0, Progress("test"))
    return folder / "model.pt"


def evaluate(shards, model, folder: Path, **keys) -> EvaluateFiles:
    """Draw a test list and evaluate a model on it; all clips count as valid."""
    folder.mkdir(exist_ok=True)
    ids = []
    for path in shards:
        with h5py.File(path) as file:
            ids += [clip.decode() for clip in file["clip_id"][:]]
    rows = [SubsetClip(clip_id=clip, valid=True, random_matched=False) for clip in ids]
    tables.write(folder / "subsets.parquet", rows, SubsetClip)
    settings = Evaluate(**{"fit_pairs": 8, "epochs": 2, "probe_steps": 20} | keys)
    drawn = TestListFiles(
        shards=shards, subsets=folder / "subsets.parquet", output=folder / "test_list.parquet"
    )
    write_test_list(drawn, settings, 0.5, 0, Progress("test"))
    files = EvaluateFiles(
        shards=shards,
        test_list=drawn.output,
        model=model,
        metrics={name: folder / f"{name}.json" for name in EVALUATIONS},
        decisions=folder / "decisions.parquet",
    )
    evaluate_model(files, settings, Progress("test"))
    return files


@pytest.mark.slow
def test_decisions_are_repeatable_and_make_up_the_metrics(training_shards, model, tmp_path):
    files = evaluate(training_shards, model, tmp_path / "first", pairs=9)
    again = evaluate(training_shards, model, tmp_path / "again", pairs=9)
    assert files.decisions.read_bytes() == again.decisions.read_bytes()
    rows = tables.read(files.decisions, Decision)
    for name in CHOICES:
        assert files.metrics[name].read_bytes() == again.metrics[name].read_bytes()
        result = json.loads(files.metrics[name].read_text())
        own = [row for row in rows if row.evaluation == name]
        assert result["task"] == name
        assert result["decisions"] == len(own) == 9
        parts = result["by_crops"]
        assert [parts[kind]["decisions"] for kind in ("yolo", "random")] == [5, 4]
        assert result["accuracy"] == pytest.approx(np.mean([row.outcome for row in own]))
        assert result["blind"] == max(result["blind_other"], result["blind_mean"])
        assert result["ci_low"] <= result["accuracy"] <= result["ci_high"]
        reaching = {
            key
            for key in ("chance", "untrained", "blind_other", "blind_mean", "deaf")
            if result[key] >= result["ci_low"]
        }
        assert set(result["reached_by"]) == reaching
    matching = json.loads(files.metrics["matching"].read_text())
    assert matching["blind_mean"] == 0.5
    assert sum(part["decisions"] for part in matching["by_objects"].values()) == 9
    alignment = json.loads(files.metrics["avsa_choice"].read_text())
    assert sum(part["decisions"] for part in alignment["by_yaw"].values()) == 9


@pytest.mark.slow
def test_damaged_clips_are_left_out_and_named(training_shards, model, tmp_path):
    shard = shutil.copy(training_shards[0], tmp_path / "s0000.h5")
    with h5py.File(shard, "r+") as file:
        split = file["split"][:].tolist()
        row = split.index(b"test")
        damaged = file["clip_id"][row].decode()
        offset, size = file["video"][row, 0]
        file["video_data"][offset : offset + size] = 0
    files = evaluate([shard], model, tmp_path / "metrics", pairs=8)
    for path in files.metrics.values():
        result = json.loads(path.read_text())
        assert result["damaged_clips"] == [damaged]
    assert damaged not in {row.clip_id for row in tables.read(files.decisions, Decision)}


def no_images(file):
    for offset, size in file["video"][0]:
        file["video_data"][offset + 8 : offset + size] = 0


def no_numbers(file):
    file["covariance"][0] = np.nan


@pytest.mark.slow
@pytest.mark.parametrize("damage", [no_images, no_numbers])
def test_clips_that_cannot_be_read_are_left_out_of_all_sides_of_a_decision(
    training_shards, model, tmp_path, damage
):
    """The checksum is right, and what is stored is no image, or no number."""
    shard = shutil.copy(training_shards[0], tmp_path / "s0000.h5")
    with h5py.File(shard, "r+") as file:
        file["split"][:] = b"test"
        unreadable = file["clip_id"][0].decode()
        damage(file)
    write_checksums(shard)
    files = evaluate([shard], model, tmp_path / "metrics", pairs=40)
    result = json.loads(files.metrics["matching"].read_text())
    assert result["unreadable_clips"] == [unreadable]
    rows = tables.read(files.decisions, Decision)
    assert rows
    assert unreadable not in {row.clip_id for row in rows}
    assert result["decisions"] < 40


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
    files = evaluate([shard], model, tmp_path / "metrics", pairs=2, probe_steps=2)
    result = json.loads(files.metrics["probe"].read_text())
    assert result["damaged_clips"] == []
    assert result["accuracy"] is None
    assert "two classes in each split" in result["note"]


@pytest.mark.slow
def test_a_probe_without_detected_objects_is_not_measured(training_shards, model, tmp_path):
    files = evaluate(training_shards, model, tmp_path / "metrics", pairs=2)
    result = json.loads(files.metrics["probe"].read_text())
    assert result["accuracy"] is None
    assert "two classes" in result["note"]
