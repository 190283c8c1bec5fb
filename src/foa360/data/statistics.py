"""Mean and spread of the log-mel spectra, by channel and band."""

import json
from collections.abc import Iterable
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from foa360.features import covariance_to_log_mel, unpack_covariance


def feature_statistics(
    paths: Iterable[Path], split: str = "train"
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation in dB over all frames of a split, `(2, bands)` each.

    Row 0 is W, row 1 the mean over the three dipoles, so that the statistics hold for any rotation.
    One clip is held at a time. Zero and one for an empty split.
    """
    count, total, squares = 0, np.zeros(1), np.zeros(1)
    for path in paths:
        with h5py.File(path, "r") as file:
            settings = json.loads(file.attrs["settings"])
            rate = settings["sample_rate"] / settings["hop"]
            for i in np.flatnonzero(file["split"][:] == split.encode()):
                real = max(1, int(file["duration"][i] * rate))  # what follows fills up
                stored = file["covariance"][i, :, :real]
                decibels = covariance_to_log_mel(unpack_covariance(stored))
                parts = np.stack([decibels[0], decibels[1:].mean(0)]).astype(float)
                count += parts.shape[1]
                total = total + parts.sum(1)
                squares = squares + (parts**2).sum(1)
    if not count:
        return np.zeros((2, 1), np.float32), np.ones((2, 1), np.float32)
    mean = total / count
    spread = np.sqrt(np.maximum(squares / count - mean**2, 1e-4))
    return mean.astype(np.float32), spread.astype(np.float32)
