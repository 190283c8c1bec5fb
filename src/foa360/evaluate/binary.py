"""Binary decisions: do picture and sound belong together (AVC), are they aligned (AVSA)?"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from foa360.config import Evaluate
from foa360.data import ShardDataset
from foa360.data.batches import Request, batches
from foa360.jobs import Progress
from foa360.metrics import best_threshold, cluster_bootstrap, wilson
from foa360.models import AudioVisual
from foa360.train.checkpoint import device
from foa360.train.loop import clip_embedding, scores

Floats = NDArray[np.float64]

#: Sound that is out of line is turned by at least this, radians.
LEAST_TURN = np.pi / 3
BATCH = 16
#: Keys of test samples, away from those of training steps.
FIRST_KEY = 1 << 40


def binary(
    trained: AudioVisual,
    untrained: AudioVisual,
    train: ShardDataset,
    test: ShardDataset,
    task: str,
    settings: Evaluate,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """Accuracy over as many true as false pairs.

    False pairs of AVC have the sound of another video, those of AVSA the clip's own sound turned by
    60° to 300°. The threshold on the score is the best one for pairs of the training split.
    """
    rounds = max(1, round(settings.pairs / 2 / len(test)))
    found = {}
    for name, model in (("trained", trained), ("untrained", untrained)):
        fit = min(len(train), 4 * len(test))
        rows = list(np.random.default_rng(seed).permutation(len(train))[:fit])
        known = _pair_scores(model, train, rows, max(1, rounds // 4), task, seed, progress)
        threshold = best_threshold(known[0], known[1])
        true, false, videos = _pair_scores(
            model, test, list(range(len(test))), rounds, task, seed, progress
        )
        correct = np.concatenate([true > threshold, false <= threshold])
        found[name] = (correct, np.concatenate([videos, videos]), threshold)
    correct, videos, threshold = found["trained"]
    over_videos = cluster_bootstrap(correct, videos, seed)
    over_pairs = wilson(float(correct.sum()), len(correct))
    return {
        "accuracy": float(correct.mean()), "ci_low": over_videos.low, "ci_high": over_videos.high,
        "wilson_low": over_pairs.low, "wilson_high": over_pairs.high, "pairs": len(correct),
        "chance": 0.5, "untrained": float(found["untrained"][0].mean()), "threshold": threshold,
    }  # fmt: skip


@torch.no_grad()
def _pair_scores(
    model: AudioVisual,
    data: ShardDataset,
    rows: list[int],
    rounds: int,
    task: str,
    seed: int,
    progress: Progress,
) -> tuple[Floats, Floats, NDArray[np.str_]]:
    """Scores of true and of false pairs, and the video that each pair's picture is from."""
    true, false, videos = [], [], []
    for number in progress(range(rounds), rounds, f"rounds of {len(rows)} pairs"):
        random = np.random.default_rng([seed, number])
        key = FIRST_KEY + number
        video, audio = _embed(model, data, [(i, key, 0.0) for i in rows])
        if task == "avc":
            partner = _other_video(random, [data.videos[i] for i in rows])
            video, audio = clip_embedding(video)[:, None], clip_embedding(audio)[:, None]
            wrong = audio[partner]
        else:
            turns = random.uniform(LEAST_TURN, 2 * np.pi - LEAST_TURN, len(rows))
            wrong = _embed(
                model, data, [(i, key, float(t)) for i, t in zip(rows, turns, strict=True)]
            )[1]
        true.append(scores(video, audio))
        false.append(scores(video, wrong))
        videos += [data.videos[i] for i in rows]
    return (
        torch.cat(true).double().cpu().numpy(),
        torch.cat(false).double().cpu().numpy(),
        np.array(videos),
    )


def _embed(
    model: AudioVisual, data: ShardDataset, wanted: list[Request]
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
