"""Batches of clips from several processes, which can go on in the middle of an epoch."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Sampler, default_collate

from foa360.data.dataset import BadClipError, ShardDataset


class ShardLoader:
    """Every clip of a dataset once an epoch, in an order drawn from seed and epoch over all shards.

    Each `iter` is an epoch, or the rest of the one that a state was taken in. Samples depend on
    seed, epoch and clip alone: neither the number of workers nor an interruption changes them. A
    clip that cannot be read is left out; `skipped` has its name and why.
    """

    def __init__(self, data: ShardDataset, batch: int, seed: int = 0, workers: int = 0) -> None:
        """Batches of `batch` clips, read by `workers` processes (0: this one)."""
        self.data, self.batch, self.seed, self.workers = data, batch, seed, workers
        self.epoch, self.taken = 0, 0
        self.skipped: dict[str, str] = {}

    def state_dict(self) -> dict[str, int]:
        """Where this is: epoch, and how many of its clips were given out."""
        return {"epoch": self.epoch, "taken": self.taken}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on there with the next `iter`."""
        self.epoch, self.taken = state["epoch"], state["taken"]

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        """Batches of the rest of the epoch; the last may be smaller."""
        for read, batch, bad in self._reader:
            self.taken += read
            self.skipped |= bad
            if batch:
                yield batch
        self.epoch, self.taken = self.epoch + 1, 0

    @cached_property
    def _reader(self) -> Any:
        """Its processes live as long as this."""
        return DataLoader(
            _Careful(self.data), self.batch, sampler=_Rest(self), num_workers=self.workers,
            collate_fn=_collate, persistent_workers=self.workers > 0,
            multiprocessing_context="spawn" if self.workers else None,
        )  # fmt: skip


class _Rest(Sampler[tuple[int, int]]):
    """Epoch and clip of what is left of a loader's epoch."""

    def __init__(self, of: ShardLoader) -> None:
        self.of = of

    def __iter__(self) -> Iterator[tuple[int, int]]:
        loader = self.of
        order = np.random.default_rng([loader.seed, loader.epoch]).permutation(len(loader.data))
        return ((loader.epoch, int(i)) for i in order[loader.taken :])


class _Careful(torch.utils.data.Dataset[Any]):
    """Samples, or the reason why there is none."""

    def __init__(self, data: ShardDataset) -> None:
        self.data = data

    def __getitem__(self, which: tuple[int, int]) -> Any:
        epoch, index = which
        try:
            return self.data.sample(index, epoch)
        except BadClipError as error:
            return error.clip_id, error.said


def _collate(samples: list[Any]) -> tuple[int, dict[str, torch.Tensor], dict[str, str]]:
    """Number of clips, the batch of those that could be read, and the others with the reason."""
    good = [sample for sample in samples if isinstance(sample, dict)]
    bad = dict(sample for sample in samples if not isinstance(sample, dict))
    return len(samples), default_collate(good) if good else {}, bad
