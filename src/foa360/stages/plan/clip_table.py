"""Lists of a user's own: CSV or Parquet with video_id, video, audio, start, duration, split."""

import csv
import re
from collections.abc import Iterator
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from foa360.config.section import ConfigError
from foa360.stages.plan.durations import Lengths, cut

NAMES = ("video_id", "video", "audio", "start", "duration", "split")


def is_address(place: str) -> bool:
    """Whether a place is an address such as https://…, not a path."""
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", place))


def table_rows(path: Path, duration: float, lengths: Lengths) -> list[tuple[Any, ...]]:
    """Clips (video_id, start, duration, split, video, audio) of a list, in its order.

    Without `video_id` the place names the video: the path without its suffix, or the address. A
    row that gives no start is one clip from the beginning if it gives a duration or its media are
    remote, else it stands for the whole file, cut into clips of `duration` s.
    Raises ConfigError that names the row and what is wrong with it.
    """
    rows: list[tuple[Any, ...]] = []
    for number, row in enumerate(_read(path), 1):
        where = f"sources: {path}, row {number}"
        if not row["video"]:
            raise ConfigError(f"{where}: video is empty")
        if row["split"] not in {"", "train", "test"}:
            raise ConfigError(f"{where}: split {row['split']!r} is not train or test")
        video, audio = (_located(row[k] or row["video"], path.parent) for k in ("video", "audio"))
        start = _seconds(row["start"], f"{where}: start")
        length = _seconds(row["duration"], f"{where}: duration")
        if length == 0:
            raise ConfigError(f"{where}: duration {row['duration']!r} must be above 0")
        spans = [(start or 0.0, length or duration)]
        if start is None and length is None and not is_address(video):
            spans = cut(lengths(Path(audio), Path(video)), duration)
        video_id = row["video_id"] or _stem(row["video"])
        rows += [(video_id, *span, row["split"] or None, video, audio) for span in spans]
    return rows


def _read(path: Path) -> Iterator[dict[str, str]]:
    """Rows as text, as it is written: an id such as 007, 1e5 or NaN stays what it is."""
    try:
        rows = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    except (ValueError, OSError, csv.Error) as error:
        raise ConfigError(f"sources: the list {path} cannot be read: {error}") from None
    for row in rows:
        yield {name: row.get(name) or "" for name in NAMES}


def _parquet(path: Path) -> list[dict[str, str]]:
    table = pd.read_parquet(path)
    _has_video(list(table.columns))
    return table.astype("string").fillna("").to_dict("records")  # type: ignore[return-value]


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
        _has_video(reader.fieldnames)
        rows = []
        for number, row in enumerate(reader, 1):
            if None in row:
                raise ValueError(f"row {number} has more fields than the first line has names")
            rows.append(row)
    return rows


def _has_video(columns: list[str]) -> None:
    if "video" not in columns:
        raise ValueError(f"it has no column 'video', but {', '.join(map(repr, columns))}")


def _located(place: str, folder: Path) -> str:
    return place if is_address(place) else str(folder / place)


def _stem(place: str) -> str:
    return place if is_address(place) else str(PurePosixPath(place).with_suffix(""))


def _seconds(text: str, where: str) -> float | None:
    """A time; None where none is given."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or value < 0:
        raise ConfigError(f"{where} {text!r} is not a time in seconds")
    return value
