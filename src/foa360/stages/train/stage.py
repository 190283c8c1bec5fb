"""Train one experiment on all feature shards (Morgado et al. 2020)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from lightning_fabric import Fabric
from torch import distributed

from foa360.config.experiments import Experiment
from foa360.config.train import Train
from foa360.core.digest import value_digest
from foa360.core.files import sha256
from foa360.data.batches import batches, shares, training_keys
from foa360.data.dataset import ShardDataset
from foa360.data.samples import SampleKey
from foa360.learning.checkpoint import ModelInfo, load, make_deterministic
from foa360.learning.model_file import write_model
from foa360.learning.models.audiovisual import AudioVisual
from foa360.learning.training.devices import make_fabric
from foa360.learning.training.loop import take_steps, write_curves
from foa360.learning.training.run import Examples, TrainingRun
from foa360.learning.training.validation import validation_keys
from foa360.shards.verify import published_digest
from foa360.stages.train.objective import Objective
from foa360.stages.train.parts import training_parts, video_numbers
from foa360.tasks.registry import TASKS

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class TrainFiles:
    """Paths of the stage.

    shards : feature shards.
    subsets : table of subsets, SubsetClip, if the experiment is trained on one.
    init : model whose weights training starts from, if any.
    folder : receives `model.pt` and `curves.csv`.
    logs : receives curves for TensorBoard.
    """

    shards: Sequence[Path]
    subsets: Path | None = None
    init: Path | None
    folder: Path
    logs: Path | None = None


def train_model(
    experiment: Experiment, files: TrainFiles, settings: Train, seed: int, progress: "Progress"
) -> None:
    """Train, and write weights and learning curves.

    The weights are those with the least loss on the validation videos, which are not trained on.
    An interrupted run resumes from its last checkpoint and ends in the same weights. With fewer
    than two videos there are no negatives: the untrained model is written. No model is written
    for a shard that was changed after its checksum was written (raises DamagedShardError), nor
    after a loss that is not finite (FloatingPointError).

    Parameters
    ----------
    experiment : Experiment
        What is trained.
    files : TrainFiles
        Input and output paths.
    settings : Train
        Section `train` of the configuration, with the values of the experiment.
    seed : int
        Random seed of weights, order and samples.
    progress : Progress
        Reports steps.
    """
    fabric = make_fabric(settings.devices, settings.precision, settings.nodes)
    train = partial(
        _train,
        experiment=experiment,
        files=files,
        settings=settings,
        seed=seed,
        progress=progress,
    )
    fabric.launch(train)
    if distributed.is_available() and distributed.is_initialized():
        distributed.destroy_process_group()


def _train(
    fabric: Fabric,
    *,
    experiment: Experiment,
    files: TrainFiles,
    settings: Train,
    seed: int,
    progress: "Progress",
) -> None:
    """Train in this process, of one or more."""
    task = TASKS[experiment.task]
    fingerprint = _fingerprint(experiment, files, settings, seed)
    make_deterministic(seed)
    parts = training_parts(files.shards, files.subsets, experiment, settings, seed)
    data = parts.training
    model = AudioVisual(settings.width, task.context, data.input.channels)
    if files.init is not None:
        # What only one of the networks has, such as the translations of AVSA, starts untrained.
        model.load_state_dict(load(files.init)[0].state_dict(), strict=False)
    videos = set(data.videos)
    steps = settings.steps
    if len(videos) < 2:
        _say(fabric, progress, "fewer than two training videos: the model stays untrained")
        steps = 0
    elif not len(parts.validation):
        _say(fabric, progress, "no validation videos: the weights of the last step are kept")
    if settings.compile:
        # In place, so that the names of the weights stay.
        model.video.compile()
        model.audio.compile()
    objective = Objective(model, task, settings)
    run = TrainingRun(fabric, model, objective, settings, seed, files.folder / "checkpoint.pt")
    if problem := run.resume(fingerprint):
        _say(fabric, progress, f"training begins anew: {problem}")
    if steps:
        keys = training_keys(data.clips, settings.batch, seed, run.step, steps)
        loaded = _examples(fabric, data, keys, settings.accumulate, settings.workers)
        validation = partial(_validation_examples, fabric, parts.validation, settings, seed)
        take_steps(run, settings, loaded, validation, files.logs, progress)
    if not fabric.is_global_zero:
        return
    info = ModelInfo(
        experiment=experiment.name,
        task=experiment.task,
        input=experiment.input,
        crops=experiment.crops,
        seed=seed,
        width=settings.width,
        context=task.context,
        steps=steps,
        chosen_step=run.choose_weights(),
        mean=torch.from_numpy(parts.statistics.mean),
        std=torch.from_numpy(parts.statistics.std),
        settings=settings.model_dump_json(exclude={"workers"}),
        clips=len(data),
        videos=len(videos),
        validation_videos=len(set(parts.validation.videos)),
    )
    write_model(files.folder / "model.pt", model, info)
    write_curves(files.folder / "curves.csv", run)
    run.remove_checkpoint()


def _say(fabric: Fabric, progress: "Progress", text: str) -> None:
    if fabric.is_global_zero:
        progress.say(text)


def _examples(
    fabric: Fabric,
    data: ShardDataset,
    keys: Iterable[Sequence[SampleKey]],
    accumulate: int = 1,
    workers: int = 0,
) -> Iterator[Examples | None]:
    """Load this process's share of each part of each batch; None where none can be read."""
    numbers = video_numbers(data)
    own = shares(keys, accumulate, fabric.global_rank, fabric.world_size)
    for batch in batches(data, own, workers):
        if batch is None:
            yield None
        else:
            names = [data.clip_ids[clip] for clip in batch["index"].tolist()]
            tensors = batch["video"], batch["audio"], numbers[batch["index"]]
            yield Examples(tensors, names)


def _validation_examples(
    fabric: Fabric, data: ShardDataset, settings: Train, seed: int
) -> Iterator[Examples | None]:
    """Load the samples of the validation videos; none without such videos."""
    if len(data):
        keys = validation_keys(data.clips, settings.batch, settings.validation_samples, seed)
        yield from _examples(fabric, data, keys)


def _fingerprint(experiment: Experiment, files: TrainFiles, settings: Train, seed: int) -> str:
    """Digest of everything that determines the weights; raises DamagedShardError."""
    digests = [published_digest(path) for path in files.shards]
    digests += [sha256(path) for path in (files.init, files.subsets) if path is not None]
    options = experiment.model_dump(mode="json"), settings.model_dump_json(exclude={"workers"})
    return value_digest([digests, options, seed])
