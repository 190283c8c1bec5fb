"""Batches that are read while the network works on the one before."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch

from foa360.data.dataset import BadClipError, ShardDataset

#: Clip, key of its random choices, and turn of its sound, as `ShardDataset.sample` takes them.
Request = tuple[int, int | None, float]


def batches(
    dataset: ShardDataset, requests: Iterable[Sequence[Request]]
) -> Iterator[dict[str, torch.Tensor]]:
    """Stack the requested samples; one batch is read ahead in a thread, in order."""
    with ThreadPoolExecutor(1) as pool:
        ahead = None
        for wanted in requests:
            following = pool.submit(_read, dataset, list(wanted))
            if ahead is not None:
                yield ahead.result()
            ahead = following
        if ahead is not None:
            yield ahead.result()


def _read(dataset: ShardDataset, wanted: Sequence[Request]) -> dict[str, torch.Tensor]:
    samples: list[dict[str, Any]] = []
    for index, key, turn in wanted:
        try:
            samples.append(dataset.sample(index, key, turn))
        except BadClipError as error:
            logging.getLogger(__name__).warning("left out of a batch: %s", error)
    batch = {name: torch.stack([s[name] for s in samples]) for name in ("video", "audio")}
    return batch | {"index": torch.tensor([s["index"] for s in samples])}


def training_requests(
    count: int, batch: int, seed: int, first_step: int, steps: int
) -> Iterator[list[Request]]:
    """Requests of the steps from `first_step` on: every clip once an epoch, in seeded order.

    A step's request depends on nothing but its number, so that a run can go on anywhere.
    """
    if first_step >= steps:
        return
    size = min(batch, count)
    per_epoch = count // size
    for step in range(first_step, steps):
        epoch, part = divmod(step, per_epoch)
        order = np.random.default_rng([seed, epoch]).permutation(count)
        yield [(int(i), step, 0.0) for i in order[part * size : (part + 1) * size]]
