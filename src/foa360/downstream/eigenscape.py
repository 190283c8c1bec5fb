"""EigenScape: acoustic scenes in fourth-order ambisonics (ACN/SN3D), without published folds."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from foa360.core.records import DownstreamItem
from foa360.downstream.layout import Card, FolderContent
from foa360.media.container import MediaError

#: Key of the data set in the configuration.
DATA = "eigenscape"

CLASSES = (
    "Beach", "BusyStreet", "Park", "PedestrianZone", "QuietStreet", "ShoppingCentre",
    "TrainStation", "Woodland",
)  # fmt: skip
#: Recordings of a class, and folds that they are divided among.
RECORDINGS, FOLDS = 8, 4
#: W, Y, Z, X come first of the 25 channels.
FIRST_ORDER = 4
BLOCK_SECONDS = 1.0

CARD = Card(
    title="EigenScape: 64 recordings of 8 kinds of places, 10 minutes of 25 channels each",
    citation="Green, Murphy: EigenScape: a database of spatial acoustic scene recordings, Applied"
    " Sciences 7 (11), 1204, 2017",
    licence="CC BY 4.0, as its records at Zenodo state",
    download="the archives of all classes but Park from https://zenodo.org/record/1284156, and"
    " Park.zip from https://zenodo.org/record/2628463, unpacked into one folder",
    tree="""\
{Class}.1.wav … {Class}.8.wav, or {Class}/{Class}.1.wav …
  with the classes Beach, BusyStreet, Park, PedestrianZone, QuietStreet, ShoppingCentre,
  TrainStation and Woodland""",
)
PARK_WARNING = (
    "Park.6 and Park.8 are mixed up in the first upload of EigenScape: Park.zip must be that of"
    " https://zenodo.org/record/2628463, which cannot be told from the files"
)


@dataclass(frozen=True)
class Recording:
    """A recording: number of its class, its own number from 1, and its file."""

    label: int
    number: int
    path: Path

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name


def read_eigenscape(folder: Path) -> list[Recording]:
    """List the recordings of a folder; none is opened.

    Raises LayoutError for the first one that is not there.
    """
    content = FolderContent(folder)
    recordings = []
    for label, name in enumerate(CLASSES):
        parent = folder / name if (folder / name).is_dir() else folder
        for number in range(1, RECORDINGS + 1):
            path = parent / f"{name}.{number}.wav"
            content.require(path)
            recordings.append(Recording(label, number, path))
    return recordings


def draw_folds(seed: int) -> NDArray[np.intp]:
    """Draw the fold of each recording, `(classes, recordings)`: two of every class in each."""
    random = np.random.default_rng(seed)
    folds = np.arange(RECORDINGS) % FOLDS
    return np.stack([random.permutation(folds) for _ in CLASSES])


def segments(path: Path, seconds: float) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Yield W, Y, Z, X `(4, n)` and the sampling rate of each whole segment.

    The file is read block by block, of which the other channels are dropped at once: it has 2 GB.
    Raises MediaError.
    """
    if path.stat().st_size == 0:
        raise MediaError("empty_file", "0 bytes")
    try:
        with soundfile.SoundFile(path) as file:
            if file.channels < FIRST_ORDER:
                raise MediaError("channel_count", f"{file.channels} channels")
            rate = file.samplerate
            length = round(seconds * rate)
            held: list[NDArray[np.float32]] = []
            count = 0
            for block in file.blocks(round(BLOCK_SECONDS * rate), dtype="float32", always_2d=True):
                held.append(block[:, :FIRST_ORDER].T.copy())
                count += len(block)
                while count >= length:
                    joined = np.concatenate(held, 1)
                    if not np.isfinite(joined[:, :length]).all():
                        raise MediaError("not_finite", "samples that are not finite")
                    yield joined[:, :length], rate
                    held = [joined[:, length:]]
                    count -= length
    except soundfile.LibsndfileError as error:
        raise MediaError("unreadable", str(error.error_string)) from None


def readable_segments(path: Path, seconds: float) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Yield the segments of a recording, one at least. Raises MediaError."""
    is_empty = True
    for segment in segments(path, seconds):
        is_empty = False
        yield segment
    if is_empty:
        raise MediaError("clip_outside", f"shorter than {seconds:g} s")


def fold_of(recording: Recording, folds: NDArray[np.intp]) -> int:
    """Return the fold of a recording, from 0, of those of all `(classes, recordings)`."""
    return int(folds[recording.label, recording.number - 1])


def item_row(
    recording: Recording, item: str, folds: NDArray[np.intp], seed: int, **values: str | float
) -> DownstreamItem:
    """Make the row of a recording or of one of its segments.

    Parameters
    ----------
    recording : Recording
        Whose fold and class the row has.
    item : str
        What is decided about.
    folds : (classes, recordings)
        Folds, from 0.
    seed : int
        Of the network or the mixtures.
    **values
        Other columns, such as the decision, or why there is none.
    """
    defaults: dict[str, str | float] = {"system": "", "network": ""}
    return DownstreamItem(
        data=DATA,
        split=fold_of(recording, folds) + 1,
        role="test",
        seed=seed,
        item=item,
        cluster=recording.name,
        label=CLASSES[recording.label],
        **(defaults | values),  # type: ignore[arg-type]
    )


def facts(segment_count: int) -> dict[str, int | str]:
    """Return what the tables of results state about the data set."""
    return {
        "classes": len(CLASSES),
        "classes_of_the_data_set": len(CLASSES),
        "segments": segment_count,
        "warning": PARK_WARNING,
    }
