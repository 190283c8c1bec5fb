"""Train one experiment on all feature shards (Morgado et al. 2020)."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from foa360.config.train import Train
from foa360.core.digest import value_digest
from foa360.core.files import atomic, sha256
from foa360.data.batches import batches, training_keys
from foa360.data.dataset import ShardDataset
from foa360.data.statistics import feature_statistics
from foa360.learning.checkpoint import ModelInfo, device, load, make_deterministic, save
from foa360.learning.models.audiovisual import AudioVisual
from foa360.shards.verify import intact_digest
from foa360.stages.train.run import CurvePoint, TrainingRun
from foa360.tasks.registry import TASKS

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class TrainFiles:
    """Paths of the stage.

    shards : feature shards.
    init : model whose weights training starts from, if any.
    folder : receives `model.pt` and `curves.csv`.
    """

    shards: Sequence[Path]
    init: Path | None
    folder: Path


def train_model(
    experiment: str, files: TrainFiles, settings: Train, seed: int, progress: "Progress"
) -> None:
    """Train, and write weights and learning curves.

    An interrupted run resumes from its last checkpoint and ends in the same weights. With fewer
    than two videos there are no negatives: the untrained model is written. No model is written
    for a shard that differs from its checksum (raises DamagedShardError), nor after a loss that is
    not finite (FloatingPointError).

    Parameters
    ----------
    experiment : str
        Name of a task of `foa360.tasks.registry`.
    files : TrainFiles
        Input and output paths.
    settings : Train
        Section `train` of the configuration.
    seed : int
        Random seed of weights, order and samples.
    progress : Progress
        Reports steps.
    """
    task = TASKS[experiment]
    fingerprint = _fingerprint(files, settings, experiment, seed)
    make_deterministic(seed)
    statistics = feature_statistics(files.shards)
    data = ShardDataset(
        files.shards,
        "train",
        frames=settings.frames,
        crop=settings.crop,
        audio_seconds=settings.audio_seconds,
        seed=seed,
        augment=True,
        statistics=statistics,
        viewpoints=settings.viewpoints,
    )
    model = AudioVisual(settings.width, task.context).to(device())
    if files.init is not None:
        # The transformers of a task with context start untrained.
        model.load_state_dict(load(files.init)[0].state_dict(), strict=False)
    videos, video_of_clip = np.unique(np.array(data.videos, str), return_inverse=True)
    steps = task.steps(settings)
    if len(videos) < 2:
        progress.say("fewer than two training videos: the model stays untrained")
        steps = 0
    run = TrainingRun(model, task, settings, steps, files.folder / "checkpoint.pt")
    run.resume(fingerprint)
    keys = training_keys(len(data), settings.batch, seed, run.step, steps)
    video_numbers = torch.from_numpy(video_of_clip)
    for batch in progress(batches(data, keys), steps - run.step, "steps"):
        clips = batch["index"].tolist()
        try:
            run.advance(batch["video"], batch["audio"], video_numbers[clips])
        except FloatingPointError as error:
            names = ", ".join(data.clip_ids[clip] for clip in clips)
            raise FloatingPointError(f"{error}; clips of the batch: {names}") from None
    info = ModelInfo(
        experiment=experiment,
        width=settings.width,
        context=task.context,
        steps=steps,
        mean=torch.from_numpy(statistics.mean),
        std=torch.from_numpy(statistics.std),
        settings=settings.model_dump_json(),
        clips=len(data),
        videos=len(videos),
    )
    save(files.folder / "model.pt", model, info)
    _write_curves(files.folder / "curves.csv", run.curves)
    run.remove_checkpoint()


def _write_curves(path: Path, curves: Sequence[CurvePoint]) -> None:
    with atomic(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(CurvePoint._fields)
        for point in curves:
            writer.writerow([point.step, f"{point.loss:.5f}", f"{point.accuracy:.4f}"])


def _fingerprint(files: TrainFiles, settings: Train, experiment: str, seed: int) -> str:
    """Digest of everything that determines the weights; raises DamagedShardError."""
    digests = [intact_digest(path) for path in files.shards]
    if files.init is not None:
        digests.append(sha256(files.init))
    return value_digest([digests, settings.model_dump(mode="json"), experiment, seed])
