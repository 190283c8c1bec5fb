"""Classify the scenes of EigenScape by mixtures of Gaussians: what networks are compared with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from foa360.config.features import Features
from foa360.core import tables
from foa360.core.records import DownstreamItem
from foa360.downstream.eigenscape import (
    CLASSES,
    FOLDS,
    Recording,
    draw_folds,
    facts,
    fold_of,
    item_row,
    read_eigenscape,
    readable_segments,
)
from foa360.downstream.scene_mixtures import DESCRIPTIONS, Frames, MixtureBank
from foa360.media.container import MediaError
from foa360.media.resampling import resampled

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: These systems have no network.
NETWORK = "none"


@dataclass(frozen=True)
class _Segment:
    """A segment of a recording, and its frames in each description."""

    recording: Recording
    number: int
    frames: dict[str, Frames]


def classify_by_mixtures(
    folder: Path,
    output: Path,
    features: Features,
    segment_seconds: float,
    seed: int,
    progress: "Progress",
) -> None:
    """Write a row for each segment and description, and for each recording that cannot be read.

    Mixtures are fitted to three folds and tested on the fourth: the folds and segments by which
    networks are tested.

    Parameters
    ----------
    folder : Path
        EigenScape in its public layout.
    output : Path
        DownstreamItem.
    features : Features
        Section `features` of the configuration.
    segment_seconds : float
        Duration of a segment, s.
    seed : int
        Random seed of the folds and of the mixtures.
    progress : Progress
        Reports recordings, and then folds.

    Raises
    ------
    LayoutError
        Where the folder differs from the public layout.
    """
    recordings = read_eigenscape(folder)
    folds = draw_folds(seed)
    found: list[_Segment] = []
    rows: list[DownstreamItem] = []
    for recording in progress(recordings, len(recordings), "recordings"):
        try:
            found += _read(recording, segment_seconds, features)
        except MediaError as error:
            reason = {"reason": error.reason, "message": error.message}
            rows.append(item_row(recording, recording.name, folds, seed, **reason))
    for fold in progress(range(FOLDS), FOLDS, "folds"):
        train = [segment for segment in found if fold_of(segment.recording, folds) != fold]
        test = [segment for segment in found if fold_of(segment.recording, folds) == fold]
        for description in DESCRIPTIONS:
            for segment, predicted in _classified(train, test, description, seed):
                name = f"{segment.recording.name} {segment.number}"
                label = CLASSES[segment.recording.label]
                row = item_row(
                    segment.recording,
                    name,
                    folds,
                    seed,
                    system=f"{description} mixtures",
                    network=NETWORK,
                    predicted=predicted,
                    outcome=float(predicted == label),
                )
                rows.append(row)
    metadata = {"facts": json.dumps(facts(len(found)))}
    tables.write(output, rows, DownstreamItem, metadata)


def _read(recording: Recording, seconds: float, features: Features) -> list[_Segment]:
    read = []
    for number, (foa, rate) in enumerate(readable_segments(recording.path, seconds)):
        at_rate = resampled(foa, rate, features.sample_rate)
        frames = {name: describe(at_rate, features) for name, describe in DESCRIPTIONS.items()}
        read.append(_Segment(recording, number, frames))
    return read


def _classified(
    train: Sequence[_Segment], test: Sequence[_Segment], description: str, seed: int
) -> list[tuple[_Segment, str]]:
    """Return the class of each test segment; nothing where there is no choice."""
    of_class = tables.grouped(train, lambda segment: CLASSES[segment.recording.label])
    if len(of_class) < 2:
        return []
    frames = {name: [s.frames[description] for s in some] for name, some in of_class.items()}
    bank = MixtureBank(frames, seed)
    return [(segment, bank.classify(segment.frames[description])) for segment in test]
