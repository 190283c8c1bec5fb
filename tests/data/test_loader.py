"""Loaders: every clip once per epoch, resumable, tolerant of damaged clips."""

import gc
import json
import shutil
import weakref
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from foa360.data import ShardDataset, ShardLoader


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_resumes_in_the_middle_of_an_epoch(shards: list[Path], workers: int) -> None:
    def loader() -> ShardLoader:
        data = ShardDataset(shards, "train", frames=1, crop=32, augment=True)
        return ShardLoader(data, batch=2, seed=4, workers=workers)

    uninterrupted = loader()
    first, second = list(uninterrupted), list(uninterrupted)
    indices = torch.cat([batch["index"] for batch in first]).tolist()
    assert sorted(indices) == list(range(len(uninterrupted.dataset)))
    assert not torch.equal(first[0]["audio"], second[0]["audio"])
    interrupted = loader()
    next(iter(interrupted))
    state = json.loads(json.dumps(interrupted.state_dict()))
    resumed = loader()
    resumed.load_state_dict(state)
    rest = list(resumed)
    assert len(rest) == len(first) - 1
    for a, b in zip(first[1:], rest, strict=True):
        assert torch.equal(a["audio"], b["audio"])
        assert torch.equal(a["video"], b["video"])
    assert torch.equal(next(iter(resumed))["audio"], second[0]["audio"])


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_that_is_left_early_ends_its_processes_at_once(
    shards: list[Path], workers: int
) -> None:
    """Not when the garbage collector comes: it would remove what starting processes need."""
    data = ShardDataset(shards, "train", frames=1, crop=32)
    loader = ShardLoader(data, batch=2, workers=workers)
    next(iter(loader))
    reader = weakref.ref(loader._reader)
    gc.disable()
    try:
        del loader
        assert reader() is None
    finally:
        gc.enable()


def test_batches_hold_all_parts_of_the_samples(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32, negatives="other")
    batch = next(iter(ShardLoader(data, batch=3)))
    assert set(batch) == {"video", "audio", "viewpoints", "index", "negative"}
    for row, index in enumerate(batch["index"].tolist()):
        sample = data.sample(index, 0)
        assert torch.equal(batch["negative"][row], sample["negative"])
        assert torch.equal(batch["viewpoints"][row], sample["viewpoints"])


@pytest.mark.parametrize("workers", [0, 2])
def test_a_bad_clip_is_skipped_counted_and_named(
    shards: list[Path], tmp_path: Path, workers: int
) -> None:
    bad = Path(shutil.copy(shards[0], tmp_path / "bad.h5"))
    with h5py.File(bad, "r+") as file:
        row = int(np.flatnonzero(file["split"][:] == b"train")[0])
        name = file["clip_id"][row].decode()
        offset, size = file["video"][row].T
        for begin, length in zip(offset, size, strict=True):
            file["video_data"][begin : begin + length] = 0
    data = ShardDataset([bad], "train", frames=1, crop=32)
    loader = ShardLoader(data, batch=4, workers=workers)
    loaded = sum(len(batch["index"]) for batch in loader)
    assert loaded == len(data) - 1
    assert list(loader.skipped) == [name]
    assert "image" in loader.skipped[name]
    assert loader.state_dict() == {"epoch": 1, "taken": 0}
