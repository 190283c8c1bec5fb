"""Binary decisions: does the true audio score above a false one?

A choice between two needs no threshold; one that was fitted on the training split does not carry
over to videos on which all scores are lower.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from foa360.config.evaluate import Evaluate
from foa360.data.batches import batches
from foa360.data.dataset import ShardDataset
from foa360.data.samples import SampleKey
from foa360.learning.checkpoint import device
from foa360.learning.metrics import cluster_bootstrap, wilson
from foa360.learning.models.audiovisual import AudioVisual
from foa360.stages.evaluate.models import BATCH, FIRST_KEY, Metrics, Models
from foa360.tasks.task import Embeddings, Task, TestRound

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Accuracy of a guess between two.
CHANCE = 0.5


def evaluate_decisions(
    models: Models,
    test: ShardDataset,
    task: Task,
    settings: Evaluate,
    seed: int,
    progress: "Progress",
) -> Metrics:
    """Measure the share of decisions in which the true audio scores above a false one.

    Parameters
    ----------
    models : Models
        Networks in evaluation mode.
    test : ShardDataset
        Clips of the test split, of two videos at least.
    task : Task
        Chooses the false audio.
    settings : Evaluate
        Section `evaluate` of the configuration.
    seed : int
        Random seed of the decisions.
    progress : Progress
        Reports rounds over the test clips.
    """
    rounds = max(1, round(settings.pairs / len(test)))
    numbers = range(rounds)
    correct = _decisions(models.trained, test, task, seed, progress(numbers, rounds, "rounds"))
    baseline = _decisions(models.untrained, test, task, seed, progress(numbers, rounds, "rounds"))
    videos = np.tile(np.array(test.videos), rounds)
    over_videos = cluster_bootstrap(correct, videos, seed)
    over_decisions = wilson(int(correct.sum()), len(correct))
    return Metrics(
        accuracy=float(correct.mean()),
        ci_low=over_videos.low,
        ci_high=over_videos.high,
        wilson_low=over_decisions.low,
        wilson_high=over_decisions.high,
        pairs=len(correct),
        chance=CHANCE,
        untrained=float(baseline.mean()),
    )


@torch.no_grad()
def _decisions(
    model: AudioVisual, test: ShardDataset, task: Task, seed: int, rounds: Iterable[int]
) -> NDArray[np.bool_]:
    """Outcome of each decision, round by round over all clips."""
    outcomes = []
    for number in rounds:
        key = FIRST_KEY + number

        def embed(yaw_offsets: Sequence[float], key: int = key) -> Embeddings:
            keys = [SampleKey(clip, key, yaw) for clip, yaw in enumerate(yaw_offsets)]
            return _embed(model, test, keys)

        def rotated_audio(yaw_offsets: Sequence[float]) -> torch.Tensor:
            return embed(yaw_offsets).audio

        decisions = task.decide(
            TestRound(
                embeddings=embed([0.0] * len(test)),
                videos=test.videos,
                random=np.random.default_rng([seed, number]),
                rotated_audio=rotated_audio,
            )
        )
        outcomes.append(decisions.cpu().numpy())
    return np.concatenate(outcomes)


def _embed(model: AudioVisual, data: ShardDataset, keys: Sequence[SampleKey]) -> Embeddings:
    """Embeddings of requested samples."""
    parts = [keys[i : i + BATCH] for i in range(0, len(keys), BATCH)]
    video, audio = [], []
    for batch in batches(data, parts):
        embedded = model(batch["video"].to(device()), batch["audio"].to(device()))
        video.append(embedded[0])
        audio.append(embedded[1])
    return Embeddings(torch.cat(video), torch.cat(audio))
