"""A linear probe: how much of the class of a clip's main object is in the frozen audio features."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from foa360.config.evaluate import Evaluate
from foa360.core.jobs import Progress
from foa360.data import ShardDataset
from foa360.data.batches import batches
from foa360.learning.checkpoint import device
from foa360.learning.metrics import cluster_bootstrap, wilson
from foa360.learning.models.audiovisual import AudioVisual
from foa360.stages.evaluate.binary import BATCH, FIRST_KEY

#: Spans of each clip that features are taken from.
SPANS = 4


def probe(
    trained: AudioVisual,
    untrained: AudioVisual,
    train: ShardDataset,
    test: ShardDataset,
    settings: Evaluate,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """Accuracy of a linear classifier on the sound of held-out videos.

    The label is the class of the clip's best detected object; `chance` is the share of the most
    frequent one among the test clips.
    """
    classes = sorted({label for label in train.labels if label})
    there = [[i for i, c in enumerate(d.labels) if c in classes] for d in (train, test)]
    if len(classes) < 2 or not there[1]:
        return {"accuracy": None, "note": "needs detected objects of two classes"}
    found = {}
    for name, model in (("trained", trained), ("untrained", untrained)):
        known, known_labels = _features(model, train, there[0], classes, progress)
        new, labels = _features(model, test, there[1], classes, progress)
        mean, spread = known.mean(0), known.std(0) + 1e-6
        torch.manual_seed(seed)
        linear = _fit((known - mean) / spread, known_labels, len(classes), settings.probe_steps)
        with torch.no_grad():
            found[name] = (linear((new - mean) / spread).argmax(1) == labels).numpy()
    correct = found["trained"]
    videos = [test.videos[i] for i in there[1] for _ in range(SPANS)]
    low, high = cluster_bootstrap(correct, videos, seed)
    pairs = wilson(float(correct.sum()), len(correct))
    counts = np.unique([test.labels[i] for i in there[1]], return_counts=True)[1]
    return {
        "accuracy": float(correct.mean()), "ci_low": low, "ci_high": high,
        "wilson_low": pairs.low, "wilson_high": pairs.high, "pairs": len(correct),
        "chance": float(counts.max() / counts.sum()), "classes": classes,
        "untrained": float(found["untrained"].mean()),
    }  # fmt: skip


@torch.no_grad()
def _features(
    model: AudioVisual, data: ShardDataset, rows: list[int], classes: list[str], progress: Progress
) -> tuple[Tensor, Tensor]:
    """Audio features (rows x spans, size), the mean over viewpoints, and class numbers."""
    wanted = [(i, FIRST_KEY + s, 0.0) for i in rows for s in range(SPANS)]
    parts = [wanted[i : i + BATCH] for i in range(0, len(wanted), BATCH)]
    features = [
        model.audio_features(batch["audio"].to(device())).mean(1).cpu()
        for batch in progress(batches(data, parts), len(parts), "batches")
    ]
    labels = [classes.index(data.labels[i]) for i, *_ in wanted]
    return torch.cat(features).clone(), torch.tensor(labels)


def _fit(x: Tensor, labels: Tensor, classes: int, steps: int) -> nn.Linear:
    """Logistic regression with a little weight decay."""
    linear = nn.Linear(x.shape[1], classes)
    optimiser = torch.optim.AdamW(linear.parameters(), 1e-2, weight_decay=1e-2)
    for _ in range(steps):
        optimiser.zero_grad()
        nn.functional.cross_entropy(linear(x), labels).backward()
        optimiser.step()
    return linear
