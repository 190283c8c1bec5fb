"""AVSBench-object: five frames of five seconds, and masks of what sounds in them."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from foa360.core.files import is_file_name
from foa360.downstream.layout import Card, LayoutError, lines_of

Part = Literal["s4", "ms3"]

CARD = Card(
    title="AVSBench-object: S4 with 4,932 videos of one sounding object, MS3 with 424 of several",
    citation="Zhou, Wang, Zhang, Sun, Zhang, Birchfield, Guo, Kong, Wang, Zhong: Audio-visual"
    " segmentation, ECCV 2022",
    licence="for research, on request; the videos come from YouTube",
    download="AVSBench-object on request at https://github.com/OpenNLPLab/AVSBench, unpacked into"
    " one folder",
    tree="""\
Single-source/s4_meta_data.csv
Single-source/s4_data/visual_frames/{split}/{category}/{name}/{name}_1.png … _5.png
Single-source/s4_data/gt_masks/{split}/{category}/{name}/{name}_1.png (… _5.png but for train)
Single-source/s4_data/audio_wav/{split}/{category}/{name}.wav
Multi-sources/ms3_meta_data.csv
Multi-sources/ms3_data/visual_frames/{name}/{name}.mp4_1.png … .mp4_5.png
Multi-sources/ms3_data/gt_masks/{split}/{name}/{name}_1.png … _5.png
Multi-sources/ms3_data/audio_wav/{split}/{name}.wav
  with the splits train, val and test; one part is enough for its experiments""",
)
SPLITS = ("train", "val", "test")
VIDEO_FRAMES = 5
#: Frames of a training video of S4 whose truth is given.
S4_TRAINING_MASKS = 1
#: Columns that a table must have.
COLUMNS = {"s4": ("name", "category", "split"), "ms3": ("name", "split")}
TABLES = {"s4": "Single-source/s4_meta_data.csv", "ms3": "Multi-sources/ms3_meta_data.csv"}
DATA = {"s4": "Single-source/s4_data", "ms3": "Multi-sources/ms3_data"}
#: Share of the videos of a table without files from which on the folder is half-unpacked.
MAX_MISSING = 0.5


@dataclass(frozen=True, kw_only=True)
class SoundingVideo:
    """Five frames, masks of those whose truth is given, and the audio.

    label : number of the category in `AvsBench.categories`.
    """

    name: str
    split: str
    label: int
    frames: tuple[Path, ...]
    masks: tuple[Path | None, ...]
    audio: Path

    @property
    def files(self) -> Iterator[Path]:
        """All files of the video."""
        yield from self.frames
        yield from (mask for mask in self.masks if mask is not None)
        yield self.audio


@dataclass(frozen=True, kw_only=True)
class AvsBench:
    """Videos of a part in the order of its table.

    categories : sorted; of MS3, whose table names none, the one name `several`.
    """

    part: Part
    categories: list[str]
    videos: list[SoundingVideo]

    def of_split(self, split: str) -> list[SoundingVideo]:
        """Videos of a split."""
        return [video for video in self.videos if video.split == split]


def read_avsbench(folder: Path, part: Part) -> AvsBench:
    """Read the table of a part; no other file is opened.

    A video without some of its files stays, and has a reason where it is read. Raises LayoutError
    for a table that differs from the public one, a folder of a split and category that is not
    there, a split without videos, and where most videos lack files: for the first of these.
    """
    if not folder.is_dir():
        raise LayoutError("there is no such folder")
    rows = list(_rows(folder, part))
    categories = sorted({row["category"] for row in rows})
    labels = {name: number for number, name in enumerate(categories)}
    videos = [_video(folder / DATA[part], part, row, labels[row["category"]]) for row in rows]
    for split in SPLITS:
        if not any(video.split == split for video in videos):
            raise LayoutError(f"{TABLES[part]} has no row with the split {split}")
    _require_unpacked(folder, part, videos)
    return AvsBench(part=part, categories=categories, videos=videos)


def _rows(folder: Path, part: Part) -> Iterator[dict[str, str]]:
    path = folder / TABLES[part]
    reader = csv.DictReader(lines_of(path, folder))
    fields = [name.strip().lstrip("\ufeff") for name in reader.fieldnames or ()]
    reader.fieldnames = fields
    for column in COLUMNS[part]:
        if column not in fields:
            raise LayoutError(f"{TABLES[part]} has no column {column}, but {', '.join(fields)}")
    seen: set[str] = set()
    for row in reader:
        values = {name: (row[name] or "").strip() for name in COLUMNS[part]}
        values.setdefault("category", "several")
        where = f"{TABLES[part]} has the row “{values['name'][:80]}”"
        if not is_file_name(values["name"]) or not is_file_name(values["category"]):
            raise LayoutError(f"{where}, whose name or category is no name of a file")
        if values["split"] not in SPLITS:
            raise LayoutError(f"{where} with the split “{values['split'][:80]}”")
        if values["name"] in seen:
            raise LayoutError(f"{where} twice")
        seen.add(values["name"])
        yield values


def _video(data: Path, part: Part, row: dict[str, str], label: int) -> SoundingVideo:
    name, split = row["name"], row["split"]
    place = Path(split, row["category"]) if part == "s4" else Path(split)
    if part == "s4":
        frames = data / "visual_frames" / place / name
        stem = name
        known = S4_TRAINING_MASKS if split == "train" else VIDEO_FRAMES
    else:
        frames = data / "visual_frames" / name
        stem = f"{name}.mp4"
        known = VIDEO_FRAMES
    masks = data / "gt_masks" / place / name
    numbers = range(1, VIDEO_FRAMES + 1)
    return SoundingVideo(
        name=name,
        split=split,
        label=label,
        frames=tuple(frames / f"{stem}_{n}.png" for n in numbers),
        masks=tuple(masks / f"{name}_{n}.png" if n <= known else None for n in numbers),
        audio=data / "audio_wav" / place / f"{name}.wav",
    )


def _require_unpacked(folder: Path, part: Part, videos: Sequence[SoundingVideo]) -> None:
    """Raise LayoutError for a folder that lacks a whole branch, or most videos."""
    for video in videos:
        mask = next(path for path in video.masks if path is not None)
        # Above the folders of the video itself.
        branches = (video.frames[0].parents[1], mask.parents[1], video.audio.parent)
        for branch in dict.fromkeys(branches):
            if not branch.is_dir():
                raise LayoutError(f"there is no folder {branch.relative_to(folder)}")
    listed = _Listing()
    missing = [next((p for p in video.files if p not in listed), None) for video in videos]
    found = [path for path in missing if path is not None]
    if len(found) > MAX_MISSING * len(videos):
        raise LayoutError(
            f"{len(found)} of the {len(videos)} videos of {TABLES[part]} lack files; the first is"
            f" {found[0].relative_to(folder)}"
        )


class _Listing:
    """Files of folders, each listed once."""

    def __init__(self) -> None:
        self._names: dict[Path, frozenset[str]] = {}

    def __contains__(self, path: Path) -> bool:
        parent = path.parent
        if parent not in self._names:
            try:
                self._names[parent] = frozenset(entry.name for entry in parent.iterdir())
            except OSError:
                self._names[parent] = frozenset()
        return path.name in self._names[parent]
