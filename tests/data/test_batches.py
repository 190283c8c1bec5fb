"""Batches of requested samples, read ahead."""

import shutil
from pathlib import Path

import h5py
import pytest
import torch

from foa360.data import ShardDataset
from foa360.data.batches import batches, training_keys
from foa360.data.samples import SampleKey


def test_batches_are_the_requested_samples_in_order(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32)
    keys = [[SampleKey(2, 5, 0.4), SampleKey(0, None)], [SampleKey(1, 7)]]
    loaded = list(batches(data, keys))
    assert [batch["index"].tolist() for batch in loaded] == [[2, 0], [1]]
    for batch, of_batch in zip(loaded, keys, strict=True):
        for row, key in enumerate(of_batch):
            sample = data.sample(key.clip, key.key, key.yaw_offset)
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
    (batch,) = batches(data, [[SampleKey(0, 0), SampleKey(1, 0)]])
    assert batch["index"].tolist() == [1]
    assert "v0_0" in caplog.text


def test_a_batch_is_at_most_the_whole_dataset() -> None:
    steps = list(training_keys(3, 28, 0, 0, 2))
    assert [sorted(key.clip for key in keys) for keys in steps] == [[0, 1, 2]] * 2
    assert [keys[0].key for keys in steps] == [0, 1]
