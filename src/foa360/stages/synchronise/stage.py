"""Train a network that tells aligned from shifted audio on all feature shards."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from foa360.config.synchronisation import Synchronisation
from foa360.core.digest import value_digest
from foa360.core.files import sha256
from foa360.data.batches import read_ahead, shares, training_keys
from foa360.data.clips import ClipIndex
from foa360.data.samples import SampleKey
from foa360.data.shifted import ShiftedClips, read_batch
from foa360.data.shifted_samples import ShiftedSettings
from foa360.learning.checkpoint import make_deterministic
from foa360.learning.model_file import write_model
from foa360.learning.synchronisation.checkpoint import (
    SynchroniserInfo,
    load_synchroniser,
    new_synchroniser,
)
from foa360.learning.synchronisation.objective import AlignmentObjective
from foa360.learning.training.devices import make_fabric
from foa360.learning.training.loop import take_steps, write_curves
from foa360.learning.training.run import Examples, TrainingRun
from foa360.learning.training.validation import divided_clips, validation_keys
from foa360.shards.verify import published_digest

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class SynchroniseFiles:
    """Paths of the stage.

    shards : feature shards.
    init : model whose weights training starts from, if any.
    folder : receives `model.pt` and `curves.csv`.
    logs : receives curves for TensorBoard.
    """

    shards: Sequence[Path]
    init: Path | None
    folder: Path
    logs: Path | None = None


def train_synchronisation(
    experiment: Synchronisation, files: SynchroniseFiles, seed: int, progress: "Progress"
) -> None:
    """Train, and write the weights with the least loss on the validation videos, and curves.

    Each clip of a batch is there with its own audio and with the same audio shifted. Clips without
    room for a shift are left out; the model names them. An interrupted run resumes from its last
    checkpoint and ends in the same bytes.

    Parameters
    ----------
    experiment : Synchronisation
        What is trained.
    files : SynchroniseFiles
        Input and output paths.
    seed : int
        Random seed of weights, order and samples.
    progress : Progress
        Reports steps.

    Raises
    ------
    ValueError
        Where no training clip has room for a shift.
    DamagedShardError
        For a shard that was changed after its checksum was written.
    FloatingPointError
        After a loss that is not finite.
    """
    fingerprint = _fingerprint(experiment, files, seed)
    make_deterministic(seed)
    samples = ShiftedSettings(
        frames=experiment.frames,
        crop=experiment.crop,
        seconds=experiment.seconds,
        sample_rate=experiment.sample_rate,
        audio=experiment.audio,
        shift=experiment.shift,
        crops=experiment.crops,
        seed=seed,
    )
    training, validation = _parts(files.shards, samples, experiment.validation_share)
    too_short = sorted([*training.too_short, *validation.too_short])
    if too_short:
        progress.say(f"{len(too_short)} clips are too short for a shift and are left out")
    if not len(training):
        raise ValueError(
            f"no training clip has room for samples of {samples.seconds:g} s with a shift of"
            f" {samples.shift:g} s"
        )
    model = new_synchroniser(experiment.width, samples)
    if files.init is not None:
        model.load_state_dict(load_synchroniser(files.init)[0].state_dict())
    fabric = make_fabric()
    run = TrainingRun(
        fabric,
        model,
        AlignmentObjective(model),
        experiment,
        seed,
        files.folder / "checkpoint.pt",
    )
    if problem := run.resume(fingerprint):
        progress.say(f"training begins anew: {problem}")
    keys = training_keys(training.clips, experiment.batch, seed, run.step, experiment.steps)
    loaded = _examples(
        training, shares(keys, experiment.accumulate, fabric.global_rank, fabric.world_size)
    )
    look = partial(_validation_examples, validation, experiment, seed)
    take_steps(run, experiment, loaded, look, files.logs, progress)
    info = SynchroniserInfo(
        experiment=experiment.name,
        seed=seed,
        width=experiment.width,
        samples=asdict(samples),
        steps=experiment.steps,
        chosen_step=run.choose_weights(),
        clips=len(training),
        videos=len(set(training.clips.videos)),
        validation_videos=len(set(validation.clips.videos)),
        too_short=too_short,
    )
    write_model(files.folder / "model.pt", model, info)
    write_curves(files.folder / "curves.csv", run)
    run.remove_checkpoint()


def _parts(
    shards: Sequence[Path], samples: ShiftedSettings, share: float
) -> tuple[ShiftedClips, ShiftedClips]:
    """Divide the training clips by their videos: those that are trained on, and the others."""
    trained_on, held_out = divided_clips(ClipIndex(shards, "train"), share, samples.seed)
    training = ShiftedClips(shards, "train", replace(samples, augment=True), only=trained_on)
    return training, ShiftedClips(shards, "train", samples, only=held_out)


def _examples(
    clips: ShiftedClips, batches: Iterable[Sequence[SampleKey]]
) -> Iterator[Examples | None]:
    """Load each batch; None where none of its clips can be read."""
    for batch in read_ahead(partial(read_batch, clips), batches):
        if batch is None:
            yield None
        else:
            names = [clips.clips.clip_ids[request.index] for request in batch.requests]
            yield Examples((batch.video, batch.audio), names)


def _validation_examples(
    clips: ShiftedClips, experiment: Synchronisation, seed: int
) -> Iterator[Examples | None]:
    """Load the samples of the validation videos; none without such videos."""
    if len(clips):
        count = experiment.validation_samples
        yield from _examples(clips, validation_keys(clips.clips, experiment.batch, count, seed))


def _fingerprint(experiment: Synchronisation, files: SynchroniseFiles, seed: int) -> str:
    """Digest of everything that determines the weights; raises DamagedShardError."""
    digests = [published_digest(path) for path in files.shards]
    init = None if files.init is None else sha256(files.init)
    return value_digest([digests, init, experiment.model_dump(mode="json"), seed])
