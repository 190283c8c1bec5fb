"""Train a network that marks what sounds, on the training videos of AVSBench."""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from foa360.config.segmentation import Segmentation
from foa360.core.digest import value_digest
from foa360.core.files import atomic, sha256
from foa360.data.batches import read_ahead
from foa360.downstream.avsbench import TABLES, AvsBench, SoundingVideo, read_avsbench
from foa360.downstream.sounding_batches import SoundingVideos, orders
from foa360.downstream.sounding_boxes import boxes_of
from foa360.downstream.sounding_masks import predicted
from foa360.learning.checkpoint import device, make_deterministic
from foa360.learning.model_file import write_model
from foa360.learning.segmentation.checkpoint import (
    SegmenterInfo,
    load_segmenter,
)
from foa360.learning.segmentation.crops import CropHead
from foa360.learning.segmentation.encoders import ENCODERS
from foa360.learning.segmentation.metrics import jaccard
from foa360.learning.segmentation.network import Shape, SoundSegmenter
from foa360.learning.training.checkpoints import CHECKPOINT_INTERVAL
from foa360.learning.weights import load_weights
from foa360.stages.segment.run import EpochPoint, SegmentationRun

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class SegmentFiles:
    """Paths of the stage.

    init : model whose weights training starts from, if any.
    folder : receives `model.pt` and `curves.csv`.
    """

    init: Path | None
    folder: Path


def train_segmentation(
    experiment: Segmentation, files: SegmentFiles, seed: int, progress: "Progress"
) -> None:
    """Train, and write the weights of the best epoch on the validation videos, and curves.

    Videos that cannot be read are left out; the model names them. An interrupted run resumes from
    its last checkpoint and ends in the same bytes.

    Parameters
    ----------
    experiment : Segmentation
        What is trained.
    files : SegmentFiles
        Input and output paths.
    seed : int
        Random seed of weights and order.
    progress : Progress
        Reports steps.

    Raises
    ------
    LayoutError
        Where the folder differs from the public layout.
    WeightsError
        For given weights that do not fit.
    ValueError
        Where no training or validation video can be read.
    FloatingPointError
        After a loss that is not finite.
    """
    folder = Path(experiment.folder)
    content = read_avsbench(folder, experiment.part)
    make_deterministic(seed)
    samples = SoundingVideos(experiment.frame_size, experiment.alignment)
    readable: dict[str, list[SoundingVideo]] = {}
    unread: dict[str, dict[str, list[str]]] = {}
    for split in ("train", "val"):
        readable[split], errors = samples.readable(content.of_split(split), progress)
        unread[split] = {name: [e.reason, e.message] for name, e in sorted(errors.items())}
        if errors:
            progress.say(f"{split}: {len(errors)} videos cannot be read and are left out")
        if not readable[split]:
            raise ValueError(f"{folder}: no video of the split {split} can be read")
    train = readable["train"]
    network = _network(experiment, files.init)
    crops = _crop_head(experiment, content, network)
    run = SegmentationRun(network, crops, experiment, files.folder / "checkpoint.pt")
    if problem := run.resume(_fingerprint(experiment, content, files, seed)):
        progress.say(f"training begins anew: {problem}")
    per_epoch = -(-len(train) // experiment.batch)
    steps = per_epoch * experiment.epochs
    drawn = orders(len(train), experiment.batch, seed, run.step, steps)
    batches = read_ahead(lambda numbers: samples.batch([train[n] for n in numbers]), drawn)
    for batch in progress(batches, steps - run.step, "steps"):
        run.advance(batch)
        if run.step % per_epoch == 0:
            run.end_epoch(per_epoch, partial(_validate, network, samples, readable["val"]))
        if run.step % CHECKPOINT_INTERVAL == 0:
            run.write_checkpoint()
    network.load_state_dict(run.best)
    info = SegmenterInfo(
        experiment=experiment.name,
        part=experiment.part,
        alignment=experiment.alignment,
        seed=seed,
        encoder=experiment.encoder,
        audio=experiment.audio,
        channels=experiment.channels,
        tpavi=list(experiment.tpavi),
        frame_size=experiment.frame_size,
        steps=steps,
        best_step=run.best_step,
        best_jaccard=run.best_jaccard,
        videos=len(train),
        unread=json.dumps(unread),
        boxes="" if crops is None else json.dumps(_box_counts(samples, train)),
    )
    write_model(files.folder / "model.pt", network, info)
    _write_curves(files.folder / "curves.csv", run.curves)
    run.checkpoint.unlink(missing_ok=True)


def _network(experiment: Segmentation, init: Path | None) -> SoundSegmenter:
    """Network that training starts from. Raises WeightsError."""
    shape = Shape(
        experiment.encoder, experiment.audio, experiment.channels, tuple(experiment.tpavi)
    )
    network = SoundSegmenter(shape)
    if experiment.encoder_weights is not None:
        unused = ENCODERS[experiment.encoder].unused
        load_weights(network.encoder, Path(experiment.encoder_weights), unused)
    if experiment.audio_weights is not None:
        load_weights(network.audio, Path(experiment.audio_weights))
    if init is not None:
        network.load_state_dict(load_segmenter(init)[0].state_dict())
    return network.to(device())


def _crop_head(
    experiment: Segmentation, content: AvsBench, network: SoundSegmenter
) -> CropHead | None:
    if experiment.crop_losses == "off":
        return None
    encoder = None
    if experiment.crop_losses == "separate":
        encoder = ENCODERS[experiment.encoder]()
        encoder.load_state_dict(network.encoder.state_dict())
    width = network.encoder.widths[-1]
    return CropHead(len(content.categories), width, encoder).to(device())


def _validate(
    network: SoundSegmenter, samples: SoundingVideos, videos: Sequence[SoundingVideo]
) -> float:
    """Mean M_J of frames of validation videos whose truth is given."""
    values = []
    for video in videos:
        sample = samples.sample(video)
        masks = predicted(network, sample.frames, sample.patches)
        values += [
            jaccard(mask, truth)
            for mask, truth, known in zip(masks, sample.truth, sample.known, strict=True)
            if known
        ]
    return sum(values) / len(values)


def _box_counts(samples: SoundingVideos, videos: Sequence[SoundingVideo]) -> dict[str, int]:
    """Count the boxes of training frames by where they come from."""
    counts: Counter[str] = Counter()
    for video in videos:
        counts.update(boxes_of(video, samples.sample(video)).sources)
    return dict(sorted(counts.items()))


def _fingerprint(
    experiment: Segmentation, content: AvsBench, files: SegmentFiles, seed: int
) -> str:
    """Digest of what determines the weights; of the files of the data set, names and sizes."""
    table = sha256(Path(experiment.folder) / TABLES[experiment.part])
    sizes = [
        path.stat().st_size if path.is_file() else -1
        for video in content.videos
        for path in video.files
    ]
    given = (files.init, experiment.encoder_weights, experiment.audio_weights)
    digests = [None if path is None else sha256(Path(path)) for path in given]
    return value_digest([experiment.model_dump(mode="json"), seed, table, sizes, digests])


def _write_curves(path: Path, curves: Sequence[EpochPoint]) -> None:
    with atomic(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(EpochPoint._fields)
        for point in curves:
            writer.writerow([point.step, *(f"{value:.5f}" for value in point[1:])])
