"""What an evaluation compares: a trained and an untrained network, on two splits."""

from dataclasses import dataclass

from foa360.data.dataset import ShardDataset
from foa360.learning.models.audiovisual import AudioVisual

#: Clips per batch.
BATCH = 16
#: Keys of test samples start here, away from those of training steps.
FIRST_KEY = 1 << 40


@dataclass(frozen=True, kw_only=True)
class Models:
    """A trained network, and one of the same shape with random weights."""

    trained: AudioVisual
    untrained: AudioVisual


@dataclass(frozen=True, kw_only=True)
class Splits:
    """Datasets of the training and the test split."""

    train: ShardDataset
    test: ShardDataset


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Accuracy of decisions.

    accuracy : share of right decisions.
    ci_low, ci_high : 95 % interval over videos.
    wilson_low, wilson_high : 95 % interval over decisions, as if these were independent.
    pairs : number of decisions.
    chance : accuracy of guessing.
    untrained : accuracy of the untrained network.
    """

    accuracy: float
    ci_low: float
    ci_high: float
    wilson_low: float
    wilson_high: float
    pairs: int
    chance: float
    untrained: float
