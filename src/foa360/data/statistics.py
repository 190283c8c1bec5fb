"""Mean and standard deviation of the audio features of samples, by group of channels and band."""

from itertools import islice

import numpy as np
from numpy.typing import NDArray

from foa360.data.dataset import ShardDataset
from foa360.data.inputs import FeatureStatistics
from foa360.data.samples import BadClipError

#: Samples that statistics are computed from, by default.
SAMPLES = 512
#: Smallest standard deviation, as a share of the largest one of the group.
MIN_STD_SHARE = 1e-3


def feature_statistics(dataset: ShardDataset, samples: int = SAMPLES) -> FeatureStatistics | None:
    """Measure the statistics of a dataset's samples.

    Where zero has a meaning, as in an intensity, the mean is 0 and the deviation is that from zero;
    see `foa360.data.inputs.AudioInput`.

    Parameters
    ----------
    dataset : ShardDataset
        Of the training split; what it is standardised with itself is not looked at.
    samples : int
        Number of samples, of videos in turn.

    Returns
    -------
    FeatureStatistics or None
        None where no clip can be read.
    """
    groups = np.array(dataset.input.groups)
    count, total, squares = 0, np.zeros(()), np.zeros(())
    drawn = dataset.clips.drawn(dataset.settings.seed)
    for key, clip in enumerate(islice(drawn, samples)):
        try:
            audio = dataset.features(dataset.draw(clip, key)).astype(float)
        except BadClipError:
            continue
        # Channels, frames and viewpoints of one group are values of one distribution.
        means = audio.mean((0, 2)), (audio**2).mean((0, 2))
        count, total, squares = count + 1, total + means[0], squares + means[1]
    if not count:
        return None
    mean, square = (_by_group(values / count, groups) for values in (total, squares))
    mean[~np.array(dataset.input.centred)] = 0
    variance = np.maximum(square - mean**2, 0)
    std = np.maximum(np.sqrt(variance), MIN_STD_SHARE * np.sqrt(variance.max(1, keepdims=True)))
    std[std == 0] = 1
    return FeatureStatistics(mean.astype(np.float32), std.astype(np.float32))


def _by_group(values: NDArray[np.float64], groups: NDArray[np.intp]) -> NDArray[np.float64]:
    """Average the rows of each group."""
    return np.stack([values[groups == group].mean(0) for group in range(groups.max() + 1)])
