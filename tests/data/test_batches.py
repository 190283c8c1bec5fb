"""Batches of requested samples, read ahead."""

import shutil
from pathlib import Path

import h5py
import pytest
import torch

from foa360.data import ShardDataset
from foa360.data.batches import batches, training_keys
from foa360.data.samples import SampleKey


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_are_the_requested_samples_in_order(shards: list[Path], workers: int) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32)
    keys = [[SampleKey(2, 5), SampleKey(0, None)], [SampleKey(1, 7)]]
    loaded = [batch for batch in batches(data, keys, workers) if batch is not None]
    assert [batch["index"].tolist() for batch in loaded] == [[2, 0], [1]]
    for batch, of_batch in zip(loaded, keys, strict=True):
        for row, key in enumerate(of_batch):
            sample = data.sample(key.clip, key.key)
            assert torch.equal(batch["audio"][row], sample["audio"])
            assert torch.equal(batch["video"][row], sample["video"])
    assert list(batches(data, [])) == []


def test_clips_that_cannot_be_read_are_left_out_of_batches(
    shards: list[Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bad = Path(shutil.copy(shards[0], tmp_path / "bad.h5"))
    with h5py.File(bad, "r+") as file:
        file["video_data"][:] = 0
    data = ShardDataset([bad, shards[1]], "train", frames=1, crop=32)
    batch, nothing = batches(data, [[SampleKey(0, 0), SampleKey(1, 0)], [SampleKey(0, 1)]])
    assert nothing is None
    assert batch is not None
    assert batch["index"].tolist() == [1]
    assert "v0_0" in caplog.text


def test_training_draws_each_video_once_per_pass_over_them(shards: list[Path]) -> None:
    clips = ShardDataset(shards, "train").clips
    for batch in (1, 2, 3, 7):
        keys = [key for step in training_keys(clips, batch, 0, 0, 20) for key in step]
        assert len(keys) == 20 * batch
        assert [key.key for key in keys] == list(range(20 * batch))  # no two samples are the same
        for first in range(0, len(keys) - 3, 4):
            assert sorted(key.clip for key in keys[first : first + 4]) == [0, 1, 2, 3]


def test_the_samples_of_a_step_depend_on_its_number_alone(shards: list[Path]) -> None:
    clips = ShardDataset(shards, "train").clips
    steps = list(training_keys(clips, 3, 5, 0, 12))
    for first in range(13):
        assert list(training_keys(clips, 3, 5, first, 12)) == steps[first:]
    assert list(training_keys(clips, 3, 6, 0, 12)) != steps
