"""Binary decisions: do picture and sound belong together (AVC), are they aligned (AVSA)?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from foa360.config.evaluate import Evaluate
from foa360.core.jobs import Progress
from foa360.data import ShardDataset
from foa360.data.batches import Request, batches
from foa360.learning.checkpoint import device
from foa360.learning.metrics import cluster_bootstrap, wilson
from foa360.learning.models.audiovisual import AudioVisual
from foa360.stages.train.stage import clip_embedding, scores

#: Sound that is out of line is turned by at least this, radians.
LEAST_TURN = np.pi / 3
BATCH = 16
#: Keys of test samples, away from those of training steps.
FIRST_KEY = 1 << 40


def binary(
    trained: AudioVisual,
    untrained: AudioVisual,
    test: ShardDataset,
    task: str,
    settings: Evaluate,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """Share of decisions in which the true sound agrees better with the picture than a false one.

    False sounds of AVC are of another video, those of AVSA the clip's own, turned by 60° to 300°.
    A choice between two needs no threshold; one that was fitted on the training split does not
    carry over to videos on which all scores are lower.
    """
    rounds = max(1, round(settings.pairs / len(test)))
    correct, videos = _decisions(trained, test, rounds, task, seed, progress)
    plain, _ = _decisions(untrained, test, rounds, task, seed, progress)
    over_videos = cluster_bootstrap(correct, videos, seed)
    over_pairs = wilson(float(correct.sum()), len(correct))
    return {
        "accuracy": float(correct.mean()), "ci_low": over_videos.low, "ci_high": over_videos.high,
        "wilson_low": over_pairs.low, "wilson_high": over_pairs.high, "pairs": len(correct),
        "chance": 0.5, "untrained": float(plain.mean()),
    }  # fmt: skip


@torch.no_grad()
def _decisions(
    model: AudioVisual, data: ShardDataset, rounds: int, task: str, seed: int, progress: Progress
) -> tuple[NDArray[np.bool_], NDArray[np.str_]]:
    """Outcome of each decision, and the video that it is about."""
    rows, correct, videos = list(range(len(data))), [], []
    for number in progress(range(rounds), rounds, f"rounds of {len(rows)} decisions"):
        random = np.random.default_rng([seed, number])
        key = FIRST_KEY + number
        video, audio = _embed(model, data, [(i, key, 0.0) for i in rows])
        if task == "avc":
            partner = _other_video(random, data.videos)
            video, audio = clip_embedding(video)[:, None], clip_embedding(audio)[:, None]
            wrong = audio[partner]
        else:
            turns = random.uniform(LEAST_TURN, 2 * np.pi - LEAST_TURN, len(rows))
            turned = [(i, key, float(t)) for i, t in zip(rows, turns, strict=True)]
            wrong = _embed(model, data, turned)[1]
        correct.append((scores(video, audio) > scores(video, wrong)).cpu().numpy())
        videos += data.videos
    return np.concatenate(correct), np.array(videos)


def _embed(
    model: AudioVisual, data: ShardDataset, wanted: Sequence[Request]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Embeddings (n, K, D) of pictures and sounds."""
    parts = [wanted[i : i + BATCH] for i in range(0, len(wanted), BATCH)]
    pairs = [
        model(batch["video"].to(device()), batch["audio"].to(device()))
        for batch in batches(data, parts)
    ]
    video, audio = zip(*pairs, strict=True)
    return torch.cat(video), torch.cat(audio)


def _other_video(random: np.random.Generator, videos: list[str]) -> list[int]:
    """For each row a random row of another video."""
    names = np.array(videos)
    return [int(random.choice(np.flatnonzero(names != name))) for name in names]
