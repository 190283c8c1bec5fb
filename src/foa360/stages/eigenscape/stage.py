"""Classify the scenes of EigenScape by a linear classifier on frozen audio features."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from foa360.config.features import Features
from foa360.core import tables
from foa360.core.records import DownstreamItem
from foa360.downstream.audio_windows import AudioWindows, audio_features
from foa360.downstream.eigenscape import (
    CLASSES,
    FOLDS,
    PARK_WARNING,
    Recording,
    draw_folds,
    facts,
    fold_of,
    item_row,
    read_eigenscape,
    readable_segments,
)
from foa360.downstream.files import DownstreamFiles
from foa360.learning.checkpoint import load_with_untrained
from foa360.learning.models.audiovisual import AudioVisual
from foa360.media.container import MediaError

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

NETWORKS = ("trained", "untrained")
#: Where the classifier has not learnt the class of a segment.
MIN_PROBABILITY = 1e-30
#: Most iterations of the classifier.
ITERATIONS = 2000


@dataclass(frozen=True)
class _Segment:
    """A segment of a recording, and its mean features from each network."""

    recording: Recording
    number: int
    features: list[NDArray[np.float32]]


def classify_eigenscape(
    files: DownstreamFiles,
    features: Features,
    segment_seconds: float,
    seed: int,
    progress: "Progress",
) -> None:
    """Write a row for each segment, and for each recording that cannot be read.

    The features of a segment are the mean over its windows. A logistic regression is fitted to the
    standardised features of three folds and tested on the fourth; all segments of a recording are
    in one fold.

    Parameters
    ----------
    files : DownstreamFiles
        Input and output paths.
    features : Features
        Section `features` of the configuration.
    segment_seconds : float
        Duration of a segment, s.
    seed : int
        Random seed of the folds, the same for all experiments.
    progress : Progress
        Reports recordings.

    Raises
    ------
    LayoutError
        Where the folder differs from the public layout.
    ValueError
        For a network that was trained with other features.
    """
    progress.say(PARK_WARNING)
    recordings = read_eigenscape(files.folder)
    networks, info = load_with_untrained(files.model)
    windows = AudioWindows(info, features)
    folds = draw_folds(seed)
    found: list[_Segment] = []
    rows: list[DownstreamItem] = []
    for recording in progress(recordings, len(recordings), "recordings"):
        try:
            found += _read(recording, segment_seconds, windows, networks)
        except MediaError as error:
            reason = {"reason": error.reason, "message": error.message}
            rows.append(item_row(recording, recording.name, folds, info.seed, **reason))
    for fold in range(FOLDS):
        tested = np.array([fold_of(segment.recording, folds) == fold for segment in found])
        for number, network in enumerate(NETWORKS):
            rows += _decided(found, tested, number, network, folds, info.seed)
    tables.write(files.output, rows, DownstreamItem, {"facts": json.dumps(facts(len(found)))})


def _read(
    recording: Recording, seconds: float, windows: AudioWindows, networks: Sequence[AudioVisual]
) -> list[_Segment]:
    read = []
    for number, (foa, rate) in enumerate(readable_segments(recording.path, seconds)):
        inputs = windows(foa, rate)
        means = [audio_features(network, inputs).mean(0) for network in networks]
        read.append(_Segment(recording, number, means))
    return read


def _decided(
    found: Sequence[_Segment],
    tested: NDArray[np.bool_],
    number: int,
    network: str,
    folds: NDArray[np.intp],
    seed: int,
) -> list[DownstreamItem]:
    """Fit a classifier to the other folds, and decide about the segments of one."""
    if not tested.any() or len({s.recording.label for s in found}) < 2:
        return []
    inputs = np.stack([segment.features[number] for segment in found])
    labels = np.array([segment.recording.label for segment in found])
    if len(set(labels[~tested])) < 2:
        return []
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=ITERATIONS))
    classifier.fit(inputs[~tested], labels[~tested])
    known = classifier.classes_.tolist()
    probabilities = classifier.predict_proba(inputs[tested])
    rows = []
    for place, probability in zip(np.flatnonzero(tested).tolist(), probabilities, strict=True):
        segment = found[place]
        label, predicted = segment.recording.label, known[int(probability.argmax())]
        true = float(probability[known.index(label)]) if label in known else 0.0
        rows.append(
            item_row(
                segment.recording,
                f"{segment.recording.name} {segment.number}",
                folds,
                seed,
                system="linear",
                network=network,
                predicted=CLASSES[predicted],
                outcome=float(predicted == label),
                loss=float(-np.log(max(true, MIN_PROBABILITY))),
            )
        )
    return rows
