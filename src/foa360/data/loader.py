"""Batches of clips from several processes, resumable in the middle of an epoch."""

import hashlib
import math
import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypedDict, cast

import cv2
import numpy as np
import torch
from torch import Tensor, distributed
from torch.utils.data import DataLoader, Sampler

from foa360.core.hdf5 import is_machine_error
from foa360.data.dataset import ShardDataset
from foa360.data.samples import BadClipError, Batch, Sample

#: Batches that each worker reads ahead.
BATCHES_AHEAD = 2
#: Freed memory that a process keeps for its next samples.
KEPT_BYTES = 24 << 20
#: What a script gets that its own workers would start again.
NEEDS_GUARD = (
    'a script that loads with workers needs `if __name__ == "__main__":` around its work, since'
    " every worker imports the script"
)


class LoaderState(TypedDict):
    """Position of a loader, and what the position refers to.

    epoch, taken : the epoch, and the number of its clips that each rank has read.
    seed, world_size : those of the loader.
    clips : digest of the ids of the dataset's clips and of its seed.
    """

    epoch: int
    taken: int
    seed: int
    world_size: int
    clips: str


class ShardLoader:
    """Every clip of a dataset once per epoch, in an order over all shards drawn from the seed.

    Each `iter` is an epoch, or the rest of the one that a state was saved in. Samples depend on
    seed, epoch and clip alone: neither the number of workers nor an interruption changes them. A
    clip that cannot be read is left out; `skipped` has the reason by its id.

    In training on several devices each rank reads its own part of the clips. All ranks have the
    same number of batches; the last one of some ranks has a clip more.
    """

    def __init__(
        self,
        dataset: ShardDataset,
        batch: int,
        seed: int = 0,
        workers: int = 0,
        rank: int | None = None,
        world_size: int | None = None,
    ) -> None:
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
        rank, world_size
            Number of this process and of all that share the clips; by default those of PyTorch's
            process group, or 0 and 1 if there is none.

        Raises ValueError unless 0 ≤ rank < world_size, and each rank has a clip.
        """
        self.dataset = dataset
        self.batch = batch
        self.seed = seed
        self.workers = workers
        self.rank, self.world_size = _place_in_group(rank, world_size)
        if not len(dataset):
            raise ValueError(f"the dataset has no clip of the split {dataset.split!r}")
        if len(dataset) < self.world_size:
            raise ValueError(
                f"the dataset has {len(dataset)} clips, fewer than there are ranks:"
                f" {self.world_size}"
            )
        self.skipped: dict[str, str] = {}
        #: Batches whose memory stays mapped, for those that will use it again.
        self._shared: deque[Batch] = deque(maxlen=workers * (BATCHES_AHEAD + 1))
        self._position = _Position()

    def state_dict(self) -> LoaderState:
        """Return the position, for `load_state_dict`."""
        return {
            "epoch": self._position.epoch,
            "taken": self._position.taken,
            "seed": self.seed,
            "world_size": self.world_size,
            "clips": self._clips_digest,
        }

    def load_state_dict(self, state: LoaderState) -> None:
        """Continue from a saved position with the next `iter`.

        Raises ValueError for the state of a loader of other clips, seeds or number of ranks: it
        would repeat some clips of the epoch and leave out others.
        """
        own = self.state_dict()
        for name in ("seed", "world_size", "clips"):
            if state.get(name) != own[name]:
                raise ValueError(
                    f"the state is of another loader: its {name} is {state.get(name)!r},"
                    f" that of this one {own[name]!r}"
                )
        self._position.epoch = state["epoch"]
        self._position.taken = state["taken"]

    def __len__(self) -> int:
        """Return the number of batches of a whole epoch in each rank, if all clips can be read."""
        return math.ceil(len(self.dataset) // self.world_size / self.batch)

    def __iter__(self) -> Iterator[Batch]:
        """Yield the batches of the rest of the epoch; the last may be smaller.

        Raises SystemExit where a worker that imports the script would start workers of its own.
        """
        if self.workers and _is_starting_worker():
            raise SystemExit(NEEDS_GUARD)
        for loaded in self._read():
            self._position.taken += loaded.clips
            self.skipped |= loaded.skipped
            if loaded.batch is not None:
                yield self._own(loaded.batch)
        self._position.epoch += 1
        self._position.taken = 0

    def _read(self) -> Iterator["_Loaded"]:
        """Yield what the workers load; a guard may be missing if they end before that."""
        begun = False
        try:
            for loaded in self._reader:
                begun = True
                yield loaded
        except RuntimeError as error:
            if begun or not self.workers or "exited unexpectedly" not in str(error):
                raise
            raise RuntimeError(
                f"the workers ended before their first batch: {NEEDS_GUARD}"
            ) from None

    def _own(self, batch: Batch) -> Batch:
        """Copy a batch of a worker, which will use its memory again."""
        if not self.workers:
            return batch
        self._shared.append(batch)
        return cast(Batch, {name: cast(Tensor, values).clone() for name, values in batch.items()})

    @cached_property
    def _clips_digest(self) -> str:
        """Digest of what a position in an epoch refers to."""
        text = "\n".join([str(self.dataset.settings.seed), *self.dataset.clip_ids])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def _reader(self) -> "DataLoader[Any]":
        """Its processes live as long as this loader.

        Nothing here may refer to the loader. The garbage collector would find the cycle, and remove
        the semaphores of processes that still start.
        """
        _keep_freed_memory()
        return DataLoader(
            _TolerantDataset(self.dataset),
            batch_sampler=_RemainingBatches(
                len(self.dataset),
                self.batch,
                self.seed,
                (self.rank, self.world_size),
                self._position,
            ),
            num_workers=self.workers,
            # Of each worker at most one batch more than it reads ahead is not copied yet.
            collate_fn=_Collator(BATCHES_AHEAD + 1 if self.workers else 0),
            worker_init_fn=prepare_worker,
            prefetch_factor=BATCHES_AHEAD if self.workers else None,
            persistent_workers=self.workers > 0,
            multiprocessing_context="spawn" if self.workers else None,
        )


def _place_in_group(rank: int | None, world_size: int | None) -> tuple[int, int]:
    """Return rank and number of ranks: those given, or those of PyTorch's process group."""
    if (rank is None) != (world_size is None):
        raise ValueError("rank and world_size are given together, or neither")
    if rank is None or world_size is None:
        if not (distributed.is_available() and distributed.is_initialized()):
            return 0, 1
        return distributed.get_rank(), distributed.get_world_size()
    if not 0 <= rank < world_size:
        raise ValueError(f"rank {rank} of {world_size}: must be from 0 to {world_size - 1}")
    return rank, world_size


def _is_starting_worker() -> bool:
    """Tell whether this process is a worker that still imports the script of the main process."""
    return bool(getattr(multiprocessing.current_process(), "_inheriting", False))


@dataclass
class _Position:
    """Epoch of a loader, and number of its clips that were read."""

    epoch: int = 0
    taken: int = 0


def prepare_worker(_number: int) -> None:
    """Keep OpenCV from using the cores of the other workers, as PyTorch does by itself."""
    cv2.setNumThreads(1)
    _keep_freed_memory()


def _keep_freed_memory() -> None:
    """Make glibc keep freed memory for the next samples: it keeps blocks of sizes freed before.

    Otherwise most of the memory of a sample comes from the kernel, page by page, each time.
    """
    np.empty(KEPT_BYTES, np.uint8)


class _Skipped(NamedTuple):
    """A clip that cannot be read, and why."""

    clip_id: str
    message: str


class _Loaded(NamedTuple):
    """Number of clips that were read, their batch, and the messages of those left out."""

    clips: int
    batch: Batch | None
    skipped: dict[str, str]


class _RemainingBatches(Sampler[list[tuple[int, int]]]):
    """Epoch and number of each clip in the batches that remain of a rank's epoch."""

    def __init__(
        self, clips: int, batch: int, seed: int, place: tuple[int, int], position: _Position
    ) -> None:
        self._clips = clips
        self._batch = batch
        self._seed = seed
        self._place = place
        self._position = position

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        epoch = self._position.epoch
        order = np.random.default_rng([self._seed, epoch]).permutation(self._clips)
        rank, world_size = self._place
        of_rank = order[rank::world_size].tolist()
        # All ranks have as many batches: one more in some would wait for the others for ever.
        begins = range(self._position.taken, self._clips // world_size, self._batch)
        ends = [*begins[1:], len(of_rank)]
        for begin, end in zip(begins, ends, strict=False):
            yield [(epoch, index) for index in of_rank[begin:end]]


class _TolerantDataset(torch.utils.data.Dataset[Sample | _Skipped]):
    """Samples, or the reason why there is none."""

    def __init__(self, dataset: ShardDataset) -> None:
        self.dataset = dataset

    def __getitem__(self, item: tuple[int, int]) -> Sample | _Skipped:
        epoch, index = item
        try:
            return self.dataset.sample(index, epoch)
        except BadClipError as error:
            if is_machine_error(error.__cause__):
                raise
            return _Skipped(error.clip_id, error.message)


class _Collator:
    """Stacks the samples of a batch, in workers in memory that is shared and used again.

    To get new shared memory for each batch takes as long as a fourth of its samples.
    """

    def __init__(self, slots: int) -> None:
        """Prepare so many places in shared memory; without any, batches have memory of their own.

        A place is used again after so many batches: the main process must have copied it by then.
        """
        self.slots = slots
        self.count = 0
        self.shared: dict[tuple[int, str], Tensor] = {}

    def __call__(self, loaded: Sequence[Sample | _Skipped]) -> _Loaded:
        self.count += 1
        samples: list[Sample] = []
        skipped = {}
        for item in loaded:
            if isinstance(item, _Skipped):
                skipped[item.clip_id] = item.message
            else:
                samples.append(item)
        if not samples:
            return _Loaded(len(loaded), None, skipped)
        batch = {}
        for name in samples[0]:
            batch[name] = self._stack(name, [torch.as_tensor(sample[name]) for sample in samples])  # type: ignore[literal-required]
        return _Loaded(len(loaded), cast(Batch, batch), skipped)

    def _stack(self, name: str, values: list[Tensor]) -> Tensor:
        if not self.slots:
            return torch.stack(values)
        shape = (len(values), *values[0].shape)
        place = (self.count % self.slots, name)
        memory = self.shared.get(place)
        if memory is None or memory.shape != shape:
            memory = torch.empty(shape, dtype=values[0].dtype).share_memory_()
            self.shared[place] = memory
        return torch.stack(values, out=memory)
