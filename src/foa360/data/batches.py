"""Batches that are read while the network works on the one before."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch

from foa360.data.dataset import ShardDataset
from foa360.data.samples import BadClipError, Batch, Sample, SampleKey


def batches(dataset: ShardDataset, keys: Iterable[Sequence[SampleKey]]) -> Iterator[Batch]:
    """Load and stack samples; one batch is read ahead in a thread, in order."""
    with ThreadPoolExecutor(1) as pool:
        current: Future[Batch] | None = None
        for batch_keys in keys:
            following = pool.submit(_read, dataset, list(batch_keys))
            if current is not None:
                yield current.result()
            current = following
        if current is not None:
            yield current.result()


def _read(dataset: ShardDataset, keys: Sequence[SampleKey]) -> Batch:
    samples: list[Sample] = []
    for key in keys:
        try:
            samples.append(dataset.sample(*key))
        except BadClipError as error:
            logging.getLogger(__name__).warning("left out of a batch: %s", error)
    return {
        "video": torch.stack([sample["video"] for sample in samples]),
        "audio": torch.stack([sample["audio"] for sample in samples]),
        "index": torch.tensor([sample["index"] for sample in samples]),
    }


def training_keys(
    count: int, batch: int, seed: int, first_step: int, steps: int
) -> Iterator[list[SampleKey]]:
    """Keys of the samples of each training step: every clip once per epoch, in seeded order.

    Those of a step depend on its number alone, so that a run can continue from any step.

    Parameters
    ----------
    count
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
    if first_step >= steps:
        return
    size = min(batch, count)
    steps_per_epoch = count // size
    for step in range(first_step, steps):
        epoch, part = divmod(step, steps_per_epoch)
        order = np.random.default_rng([seed, epoch]).permutation(count)
        clips = order[part * size : (part + 1) * size].tolist()
        yield [SampleKey(clip, step) for clip in clips]
