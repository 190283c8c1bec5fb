"""Batches of clips from several processes, resumable in the middle of an epoch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypedDict, cast

import numpy as np
import torch
from torch.utils.data import DataLoader, Sampler, default_collate

from foa360.data.dataset import ShardDataset
from foa360.data.samples import BadClipError, Batch, Sample


class LoaderState(TypedDict):
    """Position of a loader: epoch, and number of its clips that were read."""

    epoch: int
    taken: int


class ShardLoader:
    """Every clip of a dataset once per epoch, in an order over all shards drawn from the seed.

    Each `iter` is an epoch, or the rest of the one that a state was saved in. Samples depend on
    seed, epoch and clip alone: neither the number of workers nor an interruption changes them. A
    clip that cannot be read is left out; `skipped` has the reason by its id.
    """

    def __init__(self, dataset: ShardDataset, batch: int, seed: int = 0, workers: int = 0) -> None:
        """Prepare to load.

        Parameters
        ----------
        dataset
            Clips to load.
        batch
            Clips per batch.
        seed
            Random seed of the order.
        workers
            Processes that read; 0 reads in this one.
        """
        self.dataset = dataset
        self.batch = batch
        self.seed = seed
        self.workers = workers
        self.skipped: dict[str, str] = {}
        self._position = _Position()

    def state_dict(self) -> LoaderState:
        """Return the position, for `load_state_dict`."""
        return {"epoch": self._position.epoch, "taken": self._position.taken}

    def load_state_dict(self, state: LoaderState) -> None:
        """Continue from a saved position with the next `iter`."""
        self._position.epoch = state["epoch"]
        self._position.taken = state["taken"]

    def __iter__(self) -> Iterator[Batch]:
        """Yield the batches of the rest of the epoch; the last may be smaller."""
        for loaded in self._reader:
            self._position.taken += loaded.clips
            self.skipped |= loaded.skipped
            if loaded.batch is not None:
                yield loaded.batch
        self._position.epoch += 1
        self._position.taken = 0

    @cached_property
    def _reader(self) -> "DataLoader[Any]":
        """Its processes live as long as this loader.

        Nothing here may refer to the loader. The garbage collector would find the cycle, and remove
        the semaphores of processes that still start.
        """
        return DataLoader(
            _TolerantDataset(self.dataset),
            self.batch,
            sampler=_RemainingClips(len(self.dataset), self.seed, self._position),
            num_workers=self.workers,
            collate_fn=_collate,
            persistent_workers=self.workers > 0,
            multiprocessing_context="spawn" if self.workers else None,
        )


@dataclass
class _Position:
    """Epoch of a loader, and number of its clips that were read."""

    epoch: int = 0
    taken: int = 0


class _Skipped(NamedTuple):
    """A clip that cannot be read, and why."""

    clip_id: str
    message: str


class _Loaded(NamedTuple):
    """Number of clips that were read, their batch, and the messages of those left out."""

    clips: int
    batch: Batch | None
    skipped: dict[str, str]


class _RemainingClips(Sampler[tuple[int, int]]):
    """Epoch and number of each clip that remains of an epoch."""

    def __init__(self, clips: int, seed: int, position: _Position) -> None:
        self._clips = clips
        self._seed = seed
        self._position = position

    def __iter__(self) -> Iterator[tuple[int, int]]:
        epoch = self._position.epoch
        order = np.random.default_rng([self._seed, epoch]).permutation(self._clips)
        for index in order[self._position.taken :].tolist():
            yield epoch, index


class _TolerantDataset(torch.utils.data.Dataset[Sample | _Skipped]):
    """Samples, or the reason why there is none."""

    def __init__(self, dataset: ShardDataset) -> None:
        self.dataset = dataset

    def __getitem__(self, item: tuple[int, int]) -> Sample | _Skipped:
        epoch, index = item
        try:
            return self.dataset.sample(index, epoch)
        except BadClipError as error:
            return _Skipped(error.clip_id, error.message)


def _collate(loaded: Sequence[Sample | _Skipped]) -> _Loaded:
    samples: list[Sample] = []
    skipped = {}
    for item in loaded:
        if isinstance(item, _Skipped):
            skipped[item.clip_id] = item.message
        else:
            samples.append(item)
    batch = cast(Batch, default_collate(samples)) if samples else None
    return _Loaded(len(loaded), batch, skipped)
