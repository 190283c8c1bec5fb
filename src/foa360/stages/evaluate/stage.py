"""Evaluate one model on one task, into one JSON file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from foa360.config.evaluate import Evaluate
from foa360.config.train import Train
from foa360.core.files import atomic
from foa360.data.dataset import ShardDataset
from foa360.learning.checkpoint import device, load, make_deterministic
from foa360.learning.models.audiovisual import AudioVisual
from foa360.stages.evaluate.binary import evaluate_decisions
from foa360.stages.evaluate.models import Models, Splits
from foa360.stages.evaluate.probe import PROBE, evaluate_probe
from foa360.tasks.registry import TASKS

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class EvaluateFiles:
    """Paths of the stage.

    shards : feature shards.
    model : weights, as the stage `train` writes them.
    output : JSON file of the metrics.
    """

    shards: Sequence[Path]
    model: Path
    output: Path


def evaluate_model(
    task: str, files: EvaluateFiles, settings: Evaluate, seed: int, progress: "Progress"
) -> None:
    """Write the metrics of a task.

    The JSON has `accuracy` with a 95 % interval over videos (`ci_low`, `ci_high`), `chance`, and
    `untrained`, the accuracy of a network of the same shape with random weights. Where it cannot be
    measured, `accuracy` is null and `note` gives the reason. Clips that differ from their checksums
    are left out and named in `damaged_clips`.

    Parameters
    ----------
    task : str
        `avc`, `avsa` or `probe`.
    files : EvaluateFiles
        Input and output paths.
    settings : Evaluate
        Section `evaluate` of the configuration.
    seed : int
        Random seed of decisions and of the untrained network.
    progress : Progress
        Reports rounds and batches.
    """
    make_deterministic(seed)
    trained, info = load(files.model)
    training = Train.model_validate_json(info.settings)

    def dataset(split: str) -> ShardDataset:
        return ShardDataset(
            files.shards,
            split,
            frames=training.frames,
            crop=training.crop,
            audio_seconds=training.audio_seconds,
            seed=seed,
            statistics=info.statistics,
            verify=True,
        )

    splits = Splits(train=dataset("train"), test=dataset("test"))
    untrained = AudioVisual(info.width, info.context).to(device())
    models = Models(trained=trained.eval(), untrained=untrained.eval())
    result: dict[str, object] = {
        "task": task,
        "experiment": info.experiment,
        "steps": info.steps,
        "train_videos": len(set(splits.train.videos)),
        "test_videos": len(set(splits.test.videos)),
        "damaged_clips": splits.train.damaged + splits.test.damaged,
    }
    if min(len(set(splits.train.videos)), len(set(splits.test.videos))) < 2:
        result |= {"accuracy": None, "note": "needs two videos in each split"}
    elif task == PROBE:
        result |= evaluate_probe(models, splits, settings, seed, progress)
    else:
        metrics = evaluate_decisions(models, splits.test, TASKS[task], settings, seed, progress)
        result |= asdict(metrics)
    with atomic(files.output) as temporary:
        temporary.write_text(json.dumps(result, indent=1) + "\n")
