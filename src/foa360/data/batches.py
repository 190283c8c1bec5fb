"""Batches that are read while the network works on the one before."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import torch
from torch.utils.data import DataLoader

from foa360.data.clips import ClipIndex
from foa360.data.dataset import ShardDataset
from foa360.data.loader import prepare_worker
from foa360.data.samples import Batch, SampleKey, read_each

T = TypeVar("T")
Part = TypeVar("Part")


def batches(
    dataset: ShardDataset, keys: Iterable[Sequence[SampleKey]], workers: int = 0
) -> Iterator[Batch | None]:
    """Load and stack samples ahead, in order; None stands for keys of which none can be read.

    Parameters
    ----------
    dataset
        Clips.
    keys
        Of the samples of each batch.
    workers
        Processes that read; a thread of this one by default.
    """
    if not workers:
        return read_ahead(partial(_read, dataset), keys)
    loader: DataLoader[Any] = DataLoader(
        _Batches(dataset),
        batch_size=None,
        sampler=keys,
        num_workers=workers,
        worker_init_fn=prepare_worker,
        multiprocessing_context="spawn",
        collate_fn=_unchanged,
    )
    return iter(loader)


def read_ahead(read: Callable[[Part], T], parts: Iterable[Part]) -> Iterator[T]:
    """Yield what is read of each part, in order; one is read ahead in a thread."""
    with ThreadPoolExecutor(1) as pool:
        current: Future[T] | None = None
        for part in parts:
            following = pool.submit(read, part)
            if current is not None:
                yield current.result()
            current = following
        if current is not None:
            yield current.result()


class _Batches(torch.utils.data.Dataset[Batch | None]):
    """Batches by the keys of their samples."""

    def __init__(self, dataset: ShardDataset) -> None:
        self.dataset = dataset

    def __getitem__(self, keys: Sequence[SampleKey]) -> Batch | None:
        return _read(self.dataset, keys)


def _unchanged(batch: Any) -> Any:
    """Stand for the conversion of arrays, of which a batch has none."""
    return batch


def _read(dataset: ShardDataset, keys: Sequence[SampleKey]) -> Batch | None:
    samples = read_each(lambda key: dataset.sample(*key), keys)
    if not samples:
        return None
    return {
        "video": torch.stack([sample["video"] for sample in samples]),
        "audio": torch.stack([sample["audio"] for sample in samples]),
        "index": torch.tensor([sample["index"] for sample in samples]),
    }


def training_keys(
    clips: ClipIndex, batch: int, seed: int, first_step: int, steps: int
) -> Iterator[list[SampleKey]]:
    """Keys of the samples of each training step, of videos in turn as `ClipIndex.drawn` has them.

    Those of a step depend on its number alone, so that a run can continue from any step.

    Parameters
    ----------
    clips
        Clips of the dataset.
    batch
        Clips per step.
    seed
        Random seed of the order.
    first_step
        Step to begin with.
    steps
        Steps in total.
    """
    passes, taken = divmod(first_step * batch, max(len(clips.clips_of_video), 1))
    drawn = islice(clips.drawn(seed, passes), taken, None)
    for step in range(first_step, steps):
        numbers = range(step * batch, (step + 1) * batch)
        yield [SampleKey(clip, key) for key, clip in zip(numbers, drawn, strict=False)]


def shares(
    batches: Iterable[Sequence[SampleKey]], accumulate: int, rank: int, processes: int
) -> Iterator[Sequence[SampleKey]]:
    """Divide the keys of each batch into so many parts, and yield a process's share of each."""
    for keys in batches:
        for number in range(accumulate):
            part = _piece(keys, number, accumulate)
            yield _piece(part, rank, processes)


def _piece(keys: Sequence[SampleKey], number: int, count: int) -> Sequence[SampleKey]:
    return keys[number * len(keys) // count : (number + 1) * len(keys) // count]
