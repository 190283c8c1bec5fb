"""A linear probe: how well frozen audio features predict the class of a clip's main object."""

import numpy as np
import torch
from torch import Tensor, nn

from foa360.config.evaluate import Evaluate
from foa360.learning.checkpoint import single_thread
from foa360.stages.evaluate.lines import ReadLines

#: Name of the evaluation.
PROBE = "probe"
#: Added to standard deviations, so that a constant feature does not divide by zero.
MIN_STD = 1e-6
LEARNING_RATE = 1e-2
WEIGHT_DECAY = 1e-2


def probe_classes(train: ReadLines, test: ReadLines) -> tuple[list[str], list[int], float] | None:
    """Return the classes, the test lines that have one, and the share of the most frequent one.

    The label is the class of the clip's best detected object. None where there are not two classes
    in each split.
    """
    classes = sorted({label for label in train.labels if label})
    rows = [row for row, label in enumerate(test.labels) if label in classes]
    counts = np.unique([test.labels[row] for row in rows], return_counts=True)[1]
    if min(len(classes), len(counts)) < 2:
        return None
    return classes, rows, float(counts.max() / counts.sum())


def probe_outcomes(
    number: int,
    splits: tuple[ReadLines, ReadLines],
    classes: list[str],
    settings: Evaluate,
    seed: int,
) -> Tensor:
    """Fit a linear classifier to features of a number; outcomes of all labelled test lines."""
    inputs, labels = [], []
    for read in splits:
        rows = [row for row, label in enumerate(read.labels) if label in classes]
        inputs.append(read.features[number].audio[rows].mean(1))
        labels.append(torch.tensor([classes.index(read.labels[row]) for row in rows]))
    mean, std = inputs[0].mean(0), inputs[0].std(0) + MIN_STD
    torch.manual_seed(seed)
    with single_thread():
        linear = _fit((inputs[0] - mean) / std, labels[0], len(classes), settings.probe_steps)
    with torch.no_grad():
        predicted = linear((inputs[1] - mean) / std).argmax(1)
    return (predicted == labels[1]).float()


def _fit(features: Tensor, labels: Tensor, classes: int, steps: int) -> nn.Linear:
    """Fit a logistic regression with a little weight decay."""
    linear = nn.Linear(features.shape[1], classes)
    optimiser = torch.optim.AdamW(linear.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    for _ in range(steps):
        optimiser.zero_grad()
        nn.functional.cross_entropy(linear(features), labels).backward()
        optimiser.step()
    return linear
