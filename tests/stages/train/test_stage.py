"""Training that goes on where it was interrupted."""

import csv
import pickle
import shutil
import struct
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from tensorboardX.proto.event_pb2 import Event

from foa360.config.experiments import Experiment
from foa360.config.train import Train
from foa360.core import tables
from foa360.core.files import sha256
from foa360.core.jobs import Progress
from foa360.core.records import SubsetClip
from foa360.data.clips import ClipIndex
from foa360.data.inputs import AUDIO_INPUTS
from foa360.learning.checkpoint import load
from foa360.learning.models.audiovisual import AudioVisual
from foa360.learning.training.devices import make_fabric
from foa360.learning.training.run import CHECKPOINT_INTERVAL, TrainingRun
from foa360.learning.training.validation import validation_videos
from foa360.shards.verify import DamagedShardError, checksum_path
from foa360.stages.train.objective import Objective
from foa360.stages.train.stage import TrainFiles, train_model
from foa360.tasks.registry import TASKS

SETTINGS = Train(
    size="tiny",
    width=4,
    crop=32,
    batch=4,
    steps=60,
    learning_rate=1e-3,
    schedule="cosine",
    validation_share=0.2,
    validation_samples=8,
    validation_interval=20,
)


def train(shards, task, folder, settings, init=None, subsets=None, logs=None, **keys) -> None:
    files = TrainFiles(shards=shards, subsets=subsets, init=init, folder=folder, logs=logs)
    experiment = Experiment(name="test", task=task, **keys)
    train_model(experiment, files, settings, 0, Progress("test"))


@pytest.fixture(scope="module")
def many_videos(training_shards, tmp_path_factory):
    """Three shards whose videos have the same content and other ids: enough for a validation."""
    folder = tmp_path_factory.mktemp("many")
    return [renamed_copy(training_shards[0], folder, letter) for letter in "abc"]


def renamed_copy(shard, folder, letter):
    """Copy a shard as one of other videos."""
    copy = Path(shutil.copy(shard, folder / f"{letter}.h5"))
    with h5py.File(copy, "r+") as file:
        for name in ("clip_id", "video_id"):
            texts = file[name][:]
            file[name][:] = [letter.encode() + text[1:] for text in texts]
    publish(copy)
    return copy


def publish(shard) -> None:
    """Write the checksum of a shard that a test has changed."""
    checksum_path(shard).write_text(f"{sha256(shard)}  {shard.name}\n")


@pytest.mark.slow
@pytest.mark.parametrize("task", ["avc", "avsa"])  # with and without dropout
def test_an_interrupted_training_ends_in_the_same_weights(many_videos, tmp_path, monkeypatch, task):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(many_videos, task, whole, SETTINGS)
    advance = TrainingRun.advance

    def interrupted(self, parts):
        if self.step == CHECKPOINT_INTERVAL + 5:
            raise KeyboardInterrupt
        advance(self, parts)

    monkeypatch.setattr(TrainingRun, "advance", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(many_videos, task, parts, SETTINGS)
    assert (parts / "checkpoint.pt").exists()
    monkeypatch.undo()
    train(many_videos, task, parts, SETTINGS)
    for name in ("model.pt", "curves.csv"):
        assert (parts / name).read_bytes() == (whole / name).read_bytes()
    assert not (parts / "checkpoint.pt").exists()


def code_that_makes_a_file(path, _state):
    class Code:
        def __reduce__(self):
            return (Path.touch, (path.with_name("ran"),))

    path.write_bytes(pickle.dumps(Code()))


def other_text(path, _state):
    path.write_bytes(b"no checkpoint")


def truncated(path, state):
    torch.save(state, path)
    path.write_bytes(path.read_bytes()[:-2000])


def without_entries(path, _state):
    torch.save([], path)


def with_half_of_the_weights(path, state):
    names = sorted(state["model"])[::2]
    torch.save({**state, "model": {name: state["model"][name] + 1 for name in names}}, path)


def behind_the_last_step(path, state):
    torch.save({**state, "step": 10**9}, path)


def with_other_curves(path, state):
    torch.save({**state, "curves": [(1, 2, 3, 4)]}, path)


@pytest.mark.parametrize(
    "write",
    [
        code_that_makes_a_file,
        other_text,
        truncated,
        without_entries,
        with_half_of_the_weights,
        behind_the_last_step,
        with_other_curves,
    ],
)
def test_a_checkpoint_that_cannot_be_continued_is_named_and_changes_nothing(tmp_path, write):
    checkpoint = tmp_path / "checkpoint.pt"
    model = AudioVisual(SETTINGS.width, TASKS["avc"].context, 7)
    run = TrainingRun(
        make_fabric(), model, Objective(model, TASKS["avc"], SETTINGS), SETTINGS, 0, checkpoint
    )
    assert run.resume("same") == ""
    run.keep()
    state = torch.load(checkpoint)
    write(checkpoint, state)
    assert "checkpoint.pt is damaged or no checkpoint" in run.resume("same")
    run.keep()
    unchanged = torch.load(checkpoint)
    for name, tensor in state.pop("model").items():
        assert torch.equal(unchanged["model"][name], tensor)
    assert {name: unchanged[name] for name in state} == state
    assert run.resume("other") == f"{checkpoint} has other inputs or settings"
    assert not (tmp_path / "ran").exists()


def validation_losses(folder) -> dict[int, float]:
    with (folder / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {
        int(row["step"]): float(row["validation_loss"]) for row in rows if row["validation_loss"]
    }


@pytest.mark.slow
def test_held_out_videos_choose_the_weights(many_videos, tmp_path):
    # So fast that the loss rises at the end.
    fast = SETTINGS.model_copy(update={"learning_rate": 0.03, "schedule": "constant"})
    train(many_videos, "avc", tmp_path / "long", fast)
    losses = validation_losses(tmp_path / "long")
    assert list(losses) == [20, 40, 60]
    _, info = load(tmp_path / "long" / "model.pt")
    assert info.chosen_step == min(losses, key=losses.__getitem__)
    total = len(set(ClipIndex(many_videos, "train").videos))
    assert info.validation_videos == round(0.2 * total)
    assert info.videos == total - info.validation_videos
    # Up to that step nothing else has happened.
    short = fast.model_copy(update={"steps": info.chosen_step})
    train(many_videos, "avc", tmp_path / "short", short)
    expected = load(tmp_path / "short" / "model.pt")[0].state_dict()
    for name, value in load(tmp_path / "long" / "model.pt")[0].state_dict().items():
        torch.testing.assert_close(value, expected[name], rtol=0, atol=0)


@pytest.mark.slow
def test_held_out_videos_are_not_trained_on(many_videos, tmp_path):
    """Their audio is no number: a step that used it would end the training."""
    clips = ClipIndex(many_videos, "train")
    held_out = validation_videos(clips.videos, 0.2, 0)
    shards = [Path(shutil.copy(shard, tmp_path / shard.name)) for shard in many_videos]
    for shard in shards:
        with h5py.File(shard, "r+") as file:
            for row, video in enumerate(file["video_id"][:]):
                if video.decode() in held_out:
                    file["covariance"][row] = np.nan
        publish(shard)
    train(shards, "avc", tmp_path / "model", SETTINGS)
    assert np.isnan(list(validation_losses(tmp_path / "model").values())).all()
    _, info = load(tmp_path / "model" / "model.pt")
    assert (info.steps, info.chosen_step) == (60, 60)  # none is the least: the last ones stay


@pytest.mark.slow
def test_alignment_starts_from_the_weights_of_correspondence(training_shards, tmp_path):
    train(training_shards, "avc", tmp_path / "avc", SETTINGS.model_copy(update={"steps": 3}))
    init = tmp_path / "avc" / "model.pt"
    brief = SETTINGS.model_copy(update={"steps": 1})
    train(training_shards, "avsa", tmp_path / "avsa", brief, init)
    first, _ = load(init)
    second, info = load(tmp_path / "avsa" / "model.pt")
    assert second.context
    assert (info.task, info.context, info.steps) == ("avsa", True, 1)
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
    publish(copy)
    with pytest.raises(FloatingPointError, match=r"the loss is nan at step 0; clips of the batch:"):
        train([copy], "avc", tmp_path / "model", SETTINGS)
    assert not (tmp_path / "model" / "model.pt").exists()


@pytest.mark.slow
@pytest.mark.parametrize("audio_input", AUDIO_INPUTS)
def test_every_input_is_trained_with_both_kinds_of_crops(training_shards, tmp_path, audio_input):
    brief = SETTINGS.model_copy(update={"steps": 2})
    weights = set()
    for crops in ("yolo", "random"):
        folder = tmp_path / crops
        train(training_shards, "avsa", folder, brief, input=audio_input, crops=crops)
        model, info = load(folder / "model.pt")
        assert (info.input, info.crops) == (audio_input, crops)
        assert model.audio.layers[0].weight.shape[1] == AUDIO_INPUTS[audio_input].channels
        weights.add((folder / "model.pt").read_bytes())
    assert len(weights) == 2


@pytest.mark.slow
def test_a_subset_is_trained_on_its_clips_alone(training_shards, tmp_path):
    with h5py.File(training_shards[0]) as file:
        clips = [clip.decode() for clip in file["clip_id"][:]]
        splits = [split.decode() for split in file["split"][:]]
    chosen = [clip for clip, split in zip(clips, splits, strict=True) if split == "train"][:2]
    rows = [SubsetClip(clip_id=clip, valid=clip in chosen, random_matched=False) for clip in clips]
    tables.write(tmp_path / "subsets.parquet", rows, SubsetClip)
    brief = SETTINGS.model_copy(update={"steps": 2})
    table = tmp_path / "subsets.parquet"
    for subset, count in (("valid", 2), ("random_matched", 0)):
        folder = tmp_path / subset
        train(training_shards, "avc", folder, brief, subsets=table, subset=subset)
        _, info = load(folder / "model.pt")
        assert info.clips == count
        assert info.steps == (2 if count else 0)  # none to train on: it stays untrained


@pytest.mark.slow
def test_synchronisation_needs_clips_with_room_for_two_times(training_shards, tmp_path):
    brief = SETTINGS.model_copy(update={"steps": 2})
    train(training_shards, "avts", tmp_path / "avts", brief)
    assert load(tmp_path / "avts" / "model.pt")[1].task == "avts"
    # No clip is long enough: every step is left out, and said.
    long = brief.model_copy(update={"audio_seconds": 60.0})
    train(training_shards, "avts", tmp_path / "long", long)
    assert load(tmp_path / "long" / "model.pt")[1].steps == 2


@pytest.mark.slow
def test_processes_and_workers_share_a_training_to_its_end(many_videos, tmp_path, capfd):
    shared = SETTINGS.model_copy(
        update={"steps": 2, "devices": 2, "accumulate": 2, "batch": 8, "workers": 1}
    )
    train(many_videos, "avsa", tmp_path / "model", shared)
    _, info = load(tmp_path / "model" / "model.pt")
    assert info.steps == 2
    assert list(validation_losses(tmp_path / "model")) == [2]
    assert "clips/s" in capfd.readouterr().err


@pytest.mark.slow
def test_tensorboard_has_the_curves_and_the_pace(many_videos, tmp_path):
    logs = tmp_path / "logs"
    train(many_videos, "avc", tmp_path / "model", SETTINGS, logs=logs)
    points = events(logs)
    assert [step for step, _ in points["loss"]] == [10, 20, 30, 40, 50, 60]
    with (tmp_path / "model" / "curves.csv").open() as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert [value for _, value in points["loss"]] == pytest.approx(losses, abs=1e-5)
    assert [step for step, _ in points["validation_loss"]] == [20, 40, 60]
    assert all(value > 0 for _, value in points["clips_per_second"])
    assert all(0 <= value <= 1 for _, value in points["waiting"])


def events(folder) -> dict[str, list[tuple[int, float]]]:
    """Read all points of event files, as TensorBoard does: records with two checksums each."""
    points: dict[str, list[tuple[int, float]]] = {}
    for path in sorted(folder.glob("events.*")):
        data = path.read_bytes()
        while data:
            (length,) = struct.unpack("<Q", data[:8])
            event = Event.FromString(data[12 : 12 + length])
            data = data[16 + length :]
            for value in event.summary.value:
                points.setdefault(value.tag, []).append((event.step, value.simple_value))
    return points


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")
def test_compiled_networks_are_trained_to_the_same_weights(training_shards, tmp_path):
    """Within rounding: the compiler orders sums in another way."""
    brief = SETTINGS.model_copy(update={"steps": 2, "learning_rate": 1e-6, "validation_share": 0.0})
    weights = []
    for compiled in (False, True):
        folder = tmp_path / str(compiled)
        settings = brief.model_copy(update={"compile": compiled})
        train(training_shards, "avc", folder, settings)
        weights.append(load(folder / "model.pt")[0].state_dict())
    plain, compiled = weights
    assert plain.keys() == compiled.keys()
    for name, values in plain.items():
        assert torch.allclose(values.float(), compiled[name].float(), atol=1e-5), name
