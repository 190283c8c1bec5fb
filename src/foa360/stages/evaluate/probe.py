"""A linear probe: how well frozen audio features predict the class of a clip's main object."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from foa360.config.evaluate import Evaluate
from foa360.data.batches import batches
from foa360.data.dataset import ShardDataset
from foa360.data.samples import SampleKey
from foa360.learning.checkpoint import device
from foa360.learning.metrics import cluster_bootstrap, wilson
from foa360.learning.models.audiovisual import AudioVisual
from foa360.stages.evaluate.models import BATCH, FIRST_KEY, Metrics, Models, Splits

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Name of the evaluation.
PROBE = "probe"
#: Spans of each clip that features are computed from.
SPANS = 4
#: Added to standard deviations, so that a constant feature does not divide by zero.
MIN_STD = 1e-6
LEARNING_RATE = 1e-2
WEIGHT_DECAY = 1e-2


def evaluate_probe(
    models: Models, splits: Splits, settings: Evaluate, seed: int, progress: "Progress"
) -> dict[str, object]:
    """Measure the accuracy of a linear classifier on the audio of held-out videos.

    The label is the class of the clip's best detected object; `chance` is the share of the most
    frequent class among the test clips.

    Parameters
    ----------
    models : Models
        Networks in evaluation mode.
    splits : Splits
        Clips to fit the classifier on, and to test it on.
    settings : Evaluate
        Section `evaluate` of the configuration.
    seed : int
        Random seed of the classifiers' weights.
    progress : Progress
        Reports batches.

    Returns
    -------
    dict
        Fields of `Metrics`, and `classes`; where it cannot be measured `accuracy` is None and
        `note` gives the reason.
    """
    classes = sorted({label for label in splits.train.labels if label})
    train_clips = _clips_with_label(splits.train, classes)
    test_clips = _clips_with_label(splits.test, classes)
    test_classes = {splits.test.labels[clip] for clip in test_clips}
    if min(len(classes), len(test_classes)) < 2:
        return {"accuracy": None, "note": "needs detected objects of two classes in each split"}

    def outcomes(model: AudioVisual) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        features = _features(model, splits.train, train_clips, progress)
        labels = _class_numbers(splits.train, train_clips, classes)
        test_features = _features(model, splits.test, test_clips, progress)
        test_labels = _class_numbers(splits.test, test_clips, classes)
        mean = features.mean(0)
        std = features.std(0) + MIN_STD
        torch.manual_seed(seed)
        linear = _fit((features - mean) / std, labels, len(classes), settings.probe_steps)
        with torch.no_grad():
            predicted = linear((test_features - mean) / std).argmax(1)
        return np.asarray((predicted == test_labels).numpy())

    correct = outcomes(models.trained)
    baseline = outcomes(models.untrained)
    videos = [splits.test.videos[clip] for clip in test_clips for _ in range(SPANS)]
    over_videos = cluster_bootstrap(correct, videos, seed)
    over_decisions = wilson(int(correct.sum()), len(correct))
    _, counts = np.unique([splits.test.labels[clip] for clip in test_clips], return_counts=True)
    metrics = Metrics(
        accuracy=float(correct.mean()),
        ci_low=over_videos.low,
        ci_high=over_videos.high,
        wilson_low=over_decisions.low,
        wilson_high=over_decisions.high,
        pairs=len(correct),
        chance=float(counts.max() / counts.sum()),
        untrained=float(baseline.mean()),
    )
    return {**asdict(metrics), "classes": classes}


def _clips_with_label(data: ShardDataset, classes: Sequence[str]) -> list[int]:
    return [clip for clip, label in enumerate(data.labels) if label in classes]


def _class_numbers(data: ShardDataset, clips: Sequence[int], classes: Sequence[str]) -> Tensor:
    """Class of each span of each clip."""
    numbers = torch.tensor([classes.index(data.labels[clip]) for clip in clips])
    return numbers.repeat_interleave(SPANS)


@torch.no_grad()
def _features(
    model: AudioVisual, data: ShardDataset, clips: Sequence[int], progress: "Progress"
) -> Tensor:
    """Audio features of the spans of clips, `(clips · SPANS, size)`, the mean over viewpoints."""
    keys: list[SampleKey] = []
    for clip in clips:
        keys += [SampleKey(clip, FIRST_KEY + span) for span in range(SPANS)]
    parts = [keys[i : i + BATCH] for i in range(0, len(keys), BATCH)]
    features = []
    for batch in progress(batches(data, parts), len(parts), "batches"):
        features.append(model.audio_features(batch["audio"].to(device())).mean(1).cpu())
    # A tensor made in inference mode takes no part in training.
    return torch.cat(features).clone()


def _fit(features: Tensor, labels: Tensor, classes: int, steps: int) -> nn.Linear:
    """Fit a logistic regression with a little weight decay."""
    linear = nn.Linear(features.shape[1], classes)
    optimiser = torch.optim.AdamW(linear.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    for _ in range(steps):
        optimiser.zero_grad()
        nn.functional.cross_entropy(linear(features), labels).backward()
        optimiser.step()
    return linear
