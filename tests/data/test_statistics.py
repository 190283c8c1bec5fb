"""Mean and standard deviation of the log-mel spectra."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from foa360.ambisonics import covariance_to_log_mel
from foa360.data import ShardDataset, feature_statistics
from foa360.shards.packing import unpack_covariance


def test_statistics_standardise_the_spectra(shards: list[Path]) -> None:
    statistics = feature_statistics(shards)
    assert statistics.mean.shape == statistics.std.shape == (2, 32)
    data = ShardDataset(shards, "train", frames=1, crop=32, statistics=statistics)
    samples = [data.sample(index, key)["audio"] for index in (0, 1, 3) for key in range(10)]
    spectra = torch.stack(samples)[:, :, 0].numpy()
    assert abs(spectra.mean()) < 0.3
    assert 0.5 < spectra.std() < 1.5


def test_statistics_are_those_of_the_training_split_without_padding(shards: list[Path]) -> None:
    levels = []
    for path in shards:
        with h5py.File(path) as file:
            rate = 24000 / json.loads(file.attrs["settings"])["hop"]
            for clip in np.flatnonzero(file["split"][:] == b"train"):
                frames = int(file["duration"][clip] * rate)
                stored = unpack_covariance(file["covariance"][clip, :, :frames])
                levels.append(covariance_to_log_mel(stored))
    joined = np.concatenate(levels, 1)
    mean, std = feature_statistics(shards)
    expected = np.stack([joined[0].mean(0), joined[1:].mean((0, 1))])
    assert mean == pytest.approx(expected, abs=1e-3)
    assert std[0] == pytest.approx(joined[0].std(0), abs=1e-2)


def test_statistics_are_neutral_without_training_clips() -> None:
    mean, std = feature_statistics([])
    assert (mean == 0).all()
    assert (std == 1).all()
