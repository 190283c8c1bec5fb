"""Classify the scenes of TAU Urban Audio-Visual Scenes 2021 by audio, video and both."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from foa360.config.downstream import Downstream
from foa360.config.features import Features
from foa360.config.train import Train
from foa360.core import tables
from foa360.core.records import DownstreamItem
from foa360.downstream import scenes
from foa360.downstream.audio_windows import AudioWindows
from foa360.downstream.files import DownstreamFiles
from foa360.downstream.scenes import SYSTEMS, SceneProtocol, features_of
from foa360.downstream.tau2021 import CLASSES, SceneClip, read_tau2021, validation_locations
from foa360.downstream.video_clips import ClipShape
from foa360.learning.checkpoint import load_with_untrained
from foa360.learning.models.audiovisual import AudioVisual
from foa360.media.container import MediaError

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

DATA = "tau2021"
NETWORKS = ("trained", "untrained")


def classify_tau2021(
    files: DownstreamFiles,
    features: Features,
    settings: Downstream,
    seed: int,
    progress: "Progress",
) -> None:
    """Write a row for each test clip and system, and for each clip that cannot be read.

    Parameters
    ----------
    files : DownstreamFiles
        Input and output paths.
    features : Features
        Section `features` of the configuration.
    settings : Downstream
        Section `downstream` of the configuration.
    seed : int
        Random seed of the validation part, the same for all experiments.
    progress : Progress
        Reports clips.

    Raises
    ------
    LayoutError
        Where the folder differs from the public layout.
    ValueError
        For a network that was trained with other features.
    FloatingPointError
        Where a loss is not finite.
    """
    content = read_tau2021(files.folder)
    networks, info = load_with_untrained(files.model)
    training = Train.model_validate_json(info.settings)
    protocol = SceneProtocol(
        windows=AudioWindows(info, features),
        shape=ClipShape(
            frames=training.frames,
            seconds=training.video_seconds or training.audio_seconds,
            crop=training.crop,
        ),
        classes=len(content.classes),
        settings=settings,
        seed=info.seed,
    )
    rows: list[DownstreamItem] = []

    def row(clip: SceneClip, role: str, **values: str | float) -> DownstreamItem:
        defaults: dict[str, str | float] = {"system": "", "network": ""}
        return DownstreamItem(
            data=DATA,
            split=1,
            role=role,
            seed=info.seed,
            item=clip.name,
            cluster=clip.location,
            label=content.classes[clip.label],
            **(defaults | values),  # type: ignore[arg-type]
        )

    computed: dict[str, dict[str, list[scenes.Features]]] = {"train": {}, "test": {}}
    for role, clips in (("train", content.train), ("test", content.test)):
        for clip in progress(clips, len(clips), "clips"):
            try:
                computed[role][clip.name] = _features(protocol, networks, clip)
            except MediaError as error:
                rows.append(row(clip, role, reason=error.reason, message=error.message))
    train = [clip for clip in content.train if clip.name in computed["train"]]
    test = [clip for clip in content.test if clip.name in computed["test"]]
    places = validation_locations(train, seed)
    valid = [n for n, clip in enumerate(train) if clip.location in places]
    if not valid or len(valid) == len(train):
        raise ValueError("fold1_train.csv has no class with readable clips of two places")

    def decide(
        system: str, network: str, scores: Callable[[SceneClip], Tensor]
    ) -> Iterator[DownstreamItem]:
        for clip in test:
            yield row(
                clip,
                "test",
                system=system,
                network=network,
                **_decision(scores(clip), clip.label, content.classes),
            )

    for number, (name, network) in enumerate(zip(NETWORKS, networks, strict=True)):
        known = [computed["train"][clip.name][number] for clip in train]
        for system, modalities in SYSTEMS.items():
            head = protocol.frozen(known, [clip.label for clip in train], valid, modalities)
            of_test = {name: found[number] for name, found in computed["test"].items()}
            frozen = partial(_of_features, head, of_test)
            rows += decide(f"{system} frozen", name, frozen)
            tuned = protocol.fine_tuned(
                network,
                [clip for n, clip in enumerate(train) if n not in set(valid)],
                [train[n] for n in valid],
                modalities,
            )
            learnt = partial(_of_inputs, tuned, protocol)
            rows += decide(f"{system} fine-tuned", name, learnt)
            progress.say(f"{system}, {name} network: done")
    facts = {
        "classes": len(content.classes),
        "classes_of_the_data_set": CLASSES,
        "binaural": "W = (L + R) / 2, Y = (L - R) / 2, X = Z = 0",
    }
    tables.write(files.output, rows, DownstreamItem, {"facts": json.dumps(facts)})


def _features(
    protocol: SceneProtocol, networks: Sequence[AudioVisual], clip: SceneClip
) -> list[scenes.Features]:
    """Compute the features of all seconds of a clip from each network. Raises MediaError."""
    inputs = protocol.read(clip)
    with torch.no_grad():
        return [
            {
                modality: features_of(network, inputs, modality).cpu()
                for modality in ("audio", "video")
            }
            for network in networks
        ]


def _of_features(
    head: Callable[[scenes.Features], Tensor],
    features: Mapping[str, scenes.Features],
    clip: SceneClip,
) -> Tensor:
    return head(features[clip.name])


def _of_inputs(
    network: Callable[[scenes.Seconds], Tensor], protocol: SceneProtocol, clip: SceneClip
) -> Tensor:
    return network(protocol.read(clip))


def _decision(scores: Tensor, label: int, classes: Sequence[str]) -> dict[str, str | float]:
    """Decide about a clip from the log-probabilities `(seconds, classes)` of its seconds.

    The class is the one with the largest sum, the log loss that of the mean probability.
    """
    values = scores.double().numpy()
    predicted = int(values.sum(0).argmax())
    mean = float(np.exp(values[:, label]).mean())
    return {
        "predicted": classes[predicted],
        "outcome": float(predicted == label),
        "part_outcome": float((values.argmax(1) == label).mean()),
        "loss": float(-np.log(max(mean, np.finfo(float).tiny))),
        "part_loss": float(-values[:, label].mean()),
    }
