"""Training that goes on where it was interrupted."""

import pytest

from foa360.config.train import Train
from foa360.core.jobs import Progress
from foa360.data.batches import training_keys
from foa360.learning.checkpoint import load
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
