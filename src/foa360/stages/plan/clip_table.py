"""Clip lists of the user: CSV or Parquet with video_id, video, audio, start, duration, split."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from math import isfinite
from pathlib import Path, PurePosixPath

import pandas as pd

from foa360.config.section import ConfigError
from foa360.core.video_ids import is_url
from foa360.stages.plan.durations import Durations, Span, clip_spans
from foa360.stages.plan.listed_clips import ListedClip


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """A row of a list as text; empty where it has no value.

    Text, so that an id such as 007, 1e5 or NaN stays as it is written.
    """

    video_id: str = ""
    video: str = ""
    audio: str = ""
    start: str = ""
    duration: str = ""
    split: str = ""


COLUMN_NAMES = tuple(field.name for field in fields(TableRow))


def table_clips(path: Path, clip_duration: float, durations: Durations) -> list[ListedClip]:
    """Return the clips of a list, in its order.

    Without `video_id` the video names itself: the path without its suffix, or the URL. A row
    without start is one clip from the beginning if it has a duration or its media are remote;
    otherwise it stands for the whole file, cut into clips of `clip_duration` s.
    Raises ConfigError that names the row and its problem.
    """
    clips: list[ListedClip] = []
    for number, row in enumerate(_rows(path), 1):
        clips += _clips(
            row, f"sources: {path}, row {number}", path.parent, clip_duration, durations
        )
    return clips


def _clips(
    row: TableRow, where: str, folder: Path, clip_duration: float, durations: Durations
) -> list[ListedClip]:
    if not row.video:
        raise ConfigError(f"{where}: video is empty")
    if row.split not in {"", "train", "test"}:
        raise ConfigError(f"{where}: split {row.split!r} is not train or test")
    video = _located(row.video, folder)
    audio = _located(row.audio or row.video, folder)
    start = _seconds(row.start, f"{where}: start")
    duration = _seconds(row.duration, f"{where}: duration")
    if duration == 0:
        raise ConfigError(f"{where}: duration {row.duration!r} must be above 0")
    spans = [Span(start or 0.0, duration or clip_duration)]
    if start is None and duration is None and not is_url(video):
        spans = clip_spans(durations.shortest(Path(audio), Path(video)), clip_duration)
    clips: list[ListedClip] = []
    for span in spans:
        clip = ListedClip(
            video_id=row.video_id or _stem(row.video),
            start=span.start,
            duration=span.duration,
            split=row.split or None,
            video=video,
            audio=audio,
        )
        clips.append(clip)
    return clips


def _rows(path: Path) -> Iterator[TableRow]:
    try:
        rows = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    except (ValueError, OSError, csv.Error) as error:
        raise ConfigError(f"sources: the list {path} cannot be read: {error}") from None
    for row in rows:
        yield TableRow(**{name: row.get(name) or "" for name in COLUMN_NAMES})


def _parquet(path: Path) -> list[dict[str, str]]:
    table = pd.read_parquet(path)
    _require_video(list(table.columns))
    return table.astype("string").fillna("").to_dict("records")  # type: ignore[return-value]


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
        _require_video(reader.fieldnames)
        rows = []
        for number, row in enumerate(reader, 1):
            if None in row:
                raise ValueError(f"row {number} has more fields than the first line has names")
            rows.append(row)
    return rows


def _require_video(columns: Sequence[str]) -> None:
    if "video" not in columns:
        raise ValueError(f"it has no column 'video', but {', '.join(map(repr, columns))}")


def _located(path_or_url: str, folder: Path) -> str:
    return path_or_url if is_url(path_or_url) else str(folder / path_or_url)


def _stem(path_or_url: str) -> str:
    return path_or_url if is_url(path_or_url) else str(PurePosixPath(path_or_url).with_suffix(""))


def _seconds(text: str, where: str) -> float | None:
    """Return a time in seconds; None for an empty cell."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or value < 0:
        raise ConfigError(f"{where} {text!r} is not a time in seconds")
    return value
