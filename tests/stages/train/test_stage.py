"""Training that goes on where it was interrupted."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from foa360.config.train import Train
from foa360.core.files import sha256
from foa360.core.jobs import Progress
from foa360.data.batches import training_keys
from foa360.learning.checkpoint import load
from foa360.shards.verify import DamagedShardError, checksum_path
from foa360.stages.train.run import CHECKPOINT_INTERVAL, TrainingRun
from foa360.stages.train.stage import TrainFiles, train_model

SETTINGS = Train(
    width=4, crop=32, frames=1, batch=4, avc_steps=60, avsa_steps=4, learning_rate=1e-3
)


def train(shards, experiment, folder, settings, init=None) -> None:
    files = TrainFiles(shards=shards, init=init, folder=folder)
    train_model(experiment, files, settings, 0, Progress("test"))


def test_every_clip_comes_once_an_epoch_from_any_step_on():
    steps = list(training_keys(10, 5, 0, 0, 6))
    assert sorted(i for part in steps[:2] for i, *_ in part) == list(range(10))
    assert steps[0] != steps[2]
    assert list(training_keys(10, 5, 0, 3, 6)) == steps[3:]


@pytest.mark.slow
def test_an_interrupted_training_ends_in_the_same_weights(training_shards, tmp_path, monkeypatch):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(training_shards, "avc", whole, SETTINGS)
    advance = TrainingRun.advance

    def interrupted(self, video, audio, videos):
        if self.step == CHECKPOINT_INTERVAL + 5:
            raise KeyboardInterrupt
        advance(self, video, audio, videos)

    monkeypatch.setattr(TrainingRun, "advance", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(training_shards, "avc", parts, SETTINGS)
    assert (parts / "checkpoint.pt").exists()
    monkeypatch.undo()
    train(training_shards, "avc", parts, SETTINGS)
    for name in ("model.pt", "curves.csv"):
        assert (parts / name).read_bytes() == (whole / name).read_bytes()
    assert not (parts / "checkpoint.pt").exists()


@pytest.mark.slow
def test_alignment_starts_from_the_weights_of_correspondence(training_shards, tmp_path):
    brief = SETTINGS.model_copy(update={"avc_steps": 3, "avsa_steps": 1})
    train(training_shards, "avc", tmp_path / "avc", brief)
    init = tmp_path / "avc" / "model.pt"
    train(training_shards, "avsa", tmp_path / "avsa", brief, init)
    first, _ = load(init)
    second, info = load(tmp_path / "avsa" / "model.pt")
    assert second.video_context is not None
    assert (info.experiment, info.context, info.steps) == ("avsa", True, 1)
    difference = (first.video.layers[0].weight - second.video.layers[0].weight).abs().max()
    assert difference < 2e-3


def damaged_copy(shard, folder):
    """Copy a shard and its checksum, and change a value of its first clip."""
    copy = Path(shutil.copy(shard, folder / shard.name))
    shutil.copy(checksum_path(shard), checksum_path(copy))
    with h5py.File(copy, "r+") as file:
        file["covariance"][0, 0, 0, 0] += 1.0
    return copy


def test_a_damaged_shard_is_named_before_training(training_shards, tmp_path):
    copy = damaged_copy(training_shards[0], tmp_path)
    with pytest.raises(DamagedShardError, match="the bytes differ from") as error:
        train([copy], "avc", tmp_path / "model", SETTINGS)
    assert error.value.filename == str(copy)
    assert not (tmp_path / "model").exists()


def test_a_loss_that_is_not_finite_ends_training(training_shards, tmp_path):
    """Data that were written so: the file is the one that its checksum describes."""
    copy = damaged_copy(training_shards[0], tmp_path)
    with h5py.File(copy, "r+") as file:
        file["covariance"][:, 0] = np.nan
    checksum_path(copy).write_text(f"{sha256(copy)}  {copy.name}\n")
    with pytest.raises(FloatingPointError, match=r"the loss is nan at step 0; clips of the batch:"):
        train([copy], "avc", tmp_path / "model", SETTINGS)
    assert not (tmp_path / "model" / "model.pt").exists()
