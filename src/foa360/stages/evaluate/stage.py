"""The stage: one model, one task, one JSON file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from foa360.config.evaluate import Evaluate
from foa360.config.train import Train
from foa360.core.files import atomic
from foa360.core.jobs import Progress
from foa360.data import ShardDataset
from foa360.learning.checkpoint import device, load, prepare, statistics_of
from foa360.learning.models.audiovisual import AudioVisual
from foa360.stages.evaluate.binary import binary
from foa360.stages.evaluate.probe import probe


def evaluate(
    shards: Sequence[Path],
    model: Path,
    task: str,
    output: Path,
    settings: Evaluate,
    seed: int,
    progress: Progress,
) -> None:
    """Write the metrics of a task: `avc`, `avsa` or `probe`.

    The JSON has `accuracy` with a 95 % interval over videos (`ci_low`, `ci_high`), `chance`, and
    `untrained`, the accuracy of a network of the same shape with random weights. Where it cannot be
    measured, `accuracy` is null and `note` says why.
    """
    prepare(seed)
    trained, about = load(model)
    training = Train.model_validate_json(about["settings"])
    train, test = (
        ShardDataset(
            shards, split, frames=training.frames, crop=training.crop,
            audio_seconds=training.audio_seconds, seed=seed, statistics=statistics_of(about),
        )
        for split in ("train", "test")
    )  # fmt: skip
    untrained = AudioVisual(about["width"], about["context"]).to(device())
    result: dict[str, Any] = {
        "task": task, "experiment": about["experiment"], "steps": about["steps"],
        "train_videos": len(set(train.videos)), "test_videos": len(set(test.videos)),
    }  # fmt: skip
    if len(set(test.videos)) < 2 or len(set(train.videos)) < 2:
        result |= {"accuracy": None, "note": "needs two videos in each split"}
    elif task == "probe":
        result |= probe(trained.eval(), untrained.eval(), train, test, settings, seed, progress)
    else:
        result |= binary(trained.eval(), untrained.eval(), test, task, settings, seed, progress)
    with atomic(output) as temporary:
        temporary.write_text(json.dumps(result, indent=1) + "\n")
