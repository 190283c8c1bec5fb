"""Shards as samples of the shape that a model was trained with."""

from collections.abc import Collection, Sequence
from pathlib import Path

from foa360.config.train import Train
from foa360.data.dataset import ShardDataset
from foa360.learning.checkpoint import ModelInfo


def model_dataset(
    shards: Sequence[Path],
    split: str,
    info: ModelInfo,
    *,
    only: Collection[str] | None = None,
    verify: bool = False,
) -> ShardDataset:
    """Index the clips of a split for a model; for `only` and `verify` see `ShardDataset`."""
    training = Train.model_validate_json(info.settings)
    return ShardDataset(
        shards,
        split,
        only=only,
        verify=verify,
        input=info.input,
        frames=training.frames,
        crop=training.crop,
        audio_seconds=training.audio_seconds,
        video_seconds=training.video_seconds,
        statistics=info.statistics,
    )
