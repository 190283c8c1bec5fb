"""The clips that are trained on and those that choose the weights, as samples."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from foa360.config.experiments import Experiment
from foa360.config.train import Train
from foa360.core import tables
from foa360.core.records import SubsetClip
from foa360.data.clips import ClipIndex
from foa360.data.dataset import ShardDataset
from foa360.data.inputs import FeatureStatistics
from foa360.data.statistics import feature_statistics
from foa360.learning.training.validation import divided_clips
from foa360.tasks.registry import TASKS


class Parts(NamedTuple):
    """Samples of the videos that are trained on, with their statistics, and of the others."""

    training: ShardDataset
    validation: ShardDataset
    statistics: FeatureStatistics


def training_parts(
    shards: Sequence[Path],
    subsets: Path | None,
    experiment: Experiment,
    settings: Train,
    seed: int,
) -> Parts:
    """Divide the clips of an experiment by their videos.

    Parameters
    ----------
    shards : sequence of Path
        Feature shards.
    subsets : Path, optional
        Table of subsets, SubsetClip, for an experiment that is trained on one.
    experiment : Experiment
        What is trained.
    settings : Train
        Section `train` of the configuration, with the values of the experiment.
    seed : int
        Random seed of the division and of the samples.
    """
    only = None
    if subsets is not None and experiment.subset != "all":
        rows = tables.read(subsets, SubsetClip)
        only = {row.clip_id for row in rows if getattr(row, experiment.subset)}
    clips = ClipIndex(shards, "train", only=only)
    trained_on, held_out = divided_clips(clips, settings.validation_share, seed)

    def dataset(statistics: FeatureStatistics | None, *, validation: bool) -> ShardDataset:
        return ShardDataset(
            shards,
            "train",
            only=held_out if validation else trained_on,
            input=experiment.input,
            frames=settings.frames,
            crop=settings.crop,
            audio_seconds=settings.audio_seconds,
            video_seconds=settings.video_seconds,
            seed=seed,
            augment=not validation,
            statistics=statistics,
            viewpoints=experiment.crops,
            views=settings.views,
            fov=settings.fov,
            max_elevation=settings.max_elevation,
            windows=TASKS[experiment.task].windows,
        )

    plain = dataset(None, validation=False)
    statistics = feature_statistics(plain)
    if statistics is None:  # nothing to train on
        groups = len(plain.input.centred)
        statistics = FeatureStatistics(
            np.zeros((groups, 1), np.float32), np.ones((groups, 1), np.float32)
        )
    training, validation = (dataset(statistics, validation=part) for part in (False, True))
    return Parts(training, validation, statistics)


def video_numbers(data: ShardDataset) -> Tensor:
    """Return the number of each clip's video, (clips,)."""
    _, numbers = np.unique(np.array(data.videos, str), return_inverse=True)
    return torch.from_numpy(numbers)
