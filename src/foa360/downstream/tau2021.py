"""TAU Urban Audio-Visual Scenes 2021: binaural audio and video of ten kinds of places."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from foa360.core.files import is_file_name
from foa360.downstream.layout import Card, FolderContent, LayoutError, lines_of
from foa360.media.container import MediaError

CARD = Card(
    title="TAU Urban Audio-Visual Scenes 2021, development set: 12,291 clips of 10 s from 10 kinds"
    " of places in 12 cities",
    citation="Wang, Mesaros, Heittola, Virtanen: A curated dataset of urban scenes for audio-visual"
    " scene analysis, ICASSP 2021",
    licence="its own, for research that is not commercial: the file LICENSE of the download",
    download="the archives of TAU Urban Audio-Visual Scenes 2021, Development dataset, at Zenodo,"
    " unpacked into one folder",
    tree="""\
audio/{scene}-{city}-{location}-{segment}.wav …
video/{scene}-{city}-{location}-{segment}.mp4 …
evaluation_setup/fold1_train.csv, fold1_test.csv""",
)
CLASSES = 10
COLUMNS = ("filename_audio", "filename_video")
#: Share of the training files of each class that choose the epoch.
VALIDATION_SHARE = 0.1
MAX_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class SceneClip:
    """A clip: its name, files, class, and the place where it was recorded."""

    name: str
    audio: Path
    video: Path
    label: int
    location: str


@dataclass(frozen=True, kw_only=True)
class SceneSet:
    """Classes in the order of their numbers, and the clips of the official fold."""

    classes: list[str]
    train: list[SceneClip]
    test: list[SceneClip]


def read_tau2021(folder: Path) -> SceneSet:
    """Read the lists of a folder; no clip is opened.

    Raises LayoutError for the first difference from the layout.
    """
    content = FolderContent(folder)
    listed = {part: _listed(folder, part) for part in ("train", "test")}
    classes = sorted({scene for scene, *_ in listed["train"]})
    numbers = {name: number for number, name in enumerate(classes)}

    def clips(part: str) -> list[SceneClip]:
        found = []
        for scene, place, audio, video in listed[part]:
            if scene not in numbers:
                raise LayoutError(f"fold1_{part}.csv has the scene “{scene}”, fold1_train.csv none")
            for file in (audio, video):
                content.require(folder / file)
            found.append(
                SceneClip(
                    name=Path(audio).stem,
                    audio=folder / audio,
                    video=folder / video,
                    label=numbers[scene],
                    location=place,
                )
            )
        return found

    return SceneSet(classes=classes, train=clips("train"), test=clips("test"))


def _listed(folder: Path, part: str) -> list[tuple[str, str, str, str]]:
    """Return scene, place and files of each line; the scene is the first word of a file's name."""
    path = folder / "evaluation_setup" / f"fold1_{part}.csv"
    rows = list(csv.DictReader(lines_of(path, folder), delimiter="\t"))
    found = []
    for row in rows:
        files = [str(row.get(column) or "") for column in COLUMNS]
        words = Path(files[0]).stem.split("-")
        kinds = [file.partition("/")[0] for file in files]
        names = [file.partition("/")[2] for file in files]
        if kinds != ["audio", "video"] or not all(map(is_file_name, names)) or len(words) < 4:
            raise LayoutError(
                f"fold1_{part}.csv has a line with “{files[0][:80]}” and “{files[1][:80]}”, where"
                " audio/scene-city-location-segment.wav and the same video are expected"
            )
        label = row.get("scene_label") or words[0]
        found.append((label, "-".join(words[1:3]), files[0], files[1]))
    if not found:
        raise LayoutError(f"fold1_{part}.csv lists nothing")
    return found


def validation_locations(clips: Sequence[SceneClip], seed: int) -> set[str]:
    """Draw the places whose training clips choose the epoch: a tenth of the clips of each class.

    A place is all on one side, also where it has clips of several classes.
    """
    random = np.random.default_rng(seed)
    chosen: set[str] = set()
    for label in sorted({clip.label for clip in clips}):
        of_class = [clip for clip in clips if clip.label == label]
        places = sorted({clip.location for clip in of_class})
        wanted = VALIDATION_SHARE * len(of_class)
        have = sum(clip.location in chosen for clip in of_class)
        for place in random.permutation(places).tolist()[: len(places) - 1]:
            if have >= wanted:
                break
            if place not in chosen:
                chosen.add(place)
                have += sum(clip.location == place for clip in of_class)
    return chosen


def read_binaural(path: Path) -> tuple[NDArray[np.float32], int]:
    """Return a binaural recording as ambisonics `(4, n)`, and its sampling rate.

    W = (L + R) / 2 and Y = (L - R) / 2, X = Z = 0: with them, cardioids to the left and to the
    right are L / 2 and R / 2. The level and time differences of a head are no amplitudes of a sound
    field, so that this is a rule, and no conversion. Raises MediaError.
    """
    try:
        with soundfile.SoundFile(path) as file:
            if file.channels != 2:
                raise MediaError("channel_count", f"{file.channels} channels")
            rate = file.samplerate
            left, right = file.read(round(MAX_SECONDS * rate), dtype="float32", always_2d=True).T
    except soundfile.LibsndfileError as error:
        reason = "unreadable" if path.stat().st_size else "empty_file"
        raise MediaError(reason, str(error.error_string)) from None
    if not len(left):
        raise MediaError("audio_damaged", "no samples")
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        raise MediaError("not_finite", "samples that are not finite")
    silent = np.zeros_like(left)
    return np.stack([(left + right) / 2, (left - right) / 2, silent, silent]), rate
