"""The clips that each kind of source lists, as frames with the columns of `COLUMNS`."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from foa360.config import (
    Config,
    ConfigError,
    DemoSource,
    FolderSource,
    ListSource,
    Source,
    Sphere360Source,
    Yt360Source,
)
from foa360.files import atomic
from foa360.media.probe import MediaError, probe
from foa360.sources.pairs import pairs

COLUMNS = ["video_id", "start", "duration", "split", "source", "video", "audio"]
YOUTUBE = "https://www.youtube.com/watch?v="
#: The last clip of a file may lack this much, s.
SHORT = 0.2


def clips_of(source: Source, config: Config, cache: Path) -> pd.DataFrame:
    """Clips of one source; `split` is None where the source does not say.

    `cache` is a file that remembers the lengths of local media between runs. Raises ConfigError
    for a list that cannot be understood.
    """
    kinds: dict[str, Callable[[], pd.DataFrame]] = {
        "demo": partial(_demo, source, config),
        "folder": partial(_folder, source, config, cache),
        "list": partial(_list, source, config),
        "yt360": partial(_yt360, source, config),
        "sphere360": partial(_sphere360, source, config),
    }
    frame = kinds[source.kind]()
    frame["source"] = source.kind
    return frame[COLUMNS]


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["video_id", "start", "duration", "split", "video", "audio"])


def _demo(source: DemoSource, config: Config) -> pd.DataFrame:
    from foa360.demo.catalogue import catalogue

    media = Path(config.cache) / "demo" / "media"
    return _frame(
        [
            (v.video_id, 0.0, v.duration, v.split, str(media / v.video), str(media / v.audio))
            for v in catalogue(source, config.seed)
        ]
    )


def _folder(source: FolderSource, config: Config, cache: Path) -> pd.DataFrame:
    known = json.loads(cache.read_text()) if cache.is_file() else {}
    lengths, rows = {}, []
    for stem, (video, audio) in pairs(Path(source.path)).items():
        length = None
        for path in dict.fromkeys((audio, video)):
            info = path.stat() if path.exists() else None
            key = f"{path}|{info and info.st_size}|{info and info.st_mtime_ns}"
            lengths[key] = known[key] if key in known else _length(path)
            length = min(filter(None, (length, lengths[key])), default=None)
        for start, duration in cut(length, config.clip.duration):
            rows.append((stem, start, duration, None, str(video), str(audio)))
    if not rows:
        raise ConfigError(f"sources: no media files in the folder {source.path}")
    if lengths != {k: known.get(k) for k in lengths}:
        with atomic(cache) as temporary:
            temporary.write_text(json.dumps(known | lengths))
    return _frame(rows)


def cut(length: float | None, duration: float) -> list[tuple[float, float]]:
    """Spans of a file; one where its length is unknown or below a clip's."""
    if length is None or length < duration - SHORT:
        return [(0.0, duration if not length else float(np.floor(length * 1000) / 1000))]
    return [(i * duration, duration) for i in range(int((length + SHORT) // duration))]


def _length(path: Path) -> float | None:
    try:
        return probe(path, claims=False).duration
    except MediaError:
        return None


def _list(source: ListSource, config: Config) -> pd.DataFrame:
    path = Path(source.path)
    try:
        if path.suffix == ".parquet":
            table = pd.read_parquet(path).astype("string").fillna("")
        else:
            table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (ValueError, OSError) as error:
        raise ConfigError(f"sources: the list {path} cannot be read: {error}") from None
    if "video" not in table:
        raise ConfigError(f"sources: the list {path} has no column 'video': {list(table.columns)}")
    rows = []
    for number, row in enumerate(table.to_dict("records")):
        video = _located(row["video"], path.parent)
        audio = _located(row.get("audio") or row["video"], path.parent)
        stem = (
            row["video"]
            if "://" in row["video"]
            else str(PurePosixPath(row["video"]).with_suffix(""))
        )
        start = _number(row.get("start"), 0.0, path, number, "start")
        duration = _number(row.get("duration"), config.clip.duration, path, number, "duration")
        split = row.get("split") or None
        if split not in {None, "train", "test"}:
            raise ConfigError(
                f"sources: {path}, row {number + 1}: split '{split}' is not train or test"
            )
        rows.append((row.get("video_id") or stem, start, duration, split, video, audio))
    return _frame(rows)


def _located(name: str, folder: Path) -> str:
    return name if name.startswith(("http://", "https://")) else str(folder / name)


def _number(text: Any, default: float, path: Path, row: int, column: str) -> float:
    try:
        value = float(text) if text not in {None, ""} else default
    except ValueError:
        value = float("nan")
    if not np.isfinite(value) or value < 0 or (column == "duration" and value == 0):
        raise ConfigError(
            f"sources: {path}, row {row + 1}: {column} '{text}' is not a time in seconds"
        )
    return value


def _yt360(source: Yt360Source, config: Config) -> pd.DataFrame:
    starts = {}
    for line in Path(source.segments).read_text(encoding="utf-8").splitlines():
        if line.strip():
            video_id, _, times = line.strip().rpartition(" ")
            starts[video_id] = [float(t) for t in times.split(",")]
    wanted = [
        (video_id, start, split)
        for split, name in (("train", source.train), ("test", source.test))
        for video_id in Path(name).read_text(encoding="utf-8").split()
        for start in starts.get(video_id, [])
    ]
    return _listed(wanted, "-", source.media, config)


def _sphere360(source: Sphere360Source, config: Config) -> pd.DataFrame:
    wanted = []
    for split, name in (("train", source.train), ("test", source.test)):
        for line in Path(name).read_text(encoding="utf-8").split():
            video_id, _, start = line.rpartition("_")
            wanted.append((video_id, float(start), split))
    return _listed(wanted, "_", source.media, config)


def _listed(
    wanted: list[tuple[str, float, str]], separator: str, media: str | None, config: Config
) -> pd.DataFrame:
    """Clips of a published list, from a folder of whole videos or of clips, or from YouTube.

    A file that holds one clip is a source video of its own: its id is that of the clip.
    """
    duration = config.clip.duration
    if media is None:
        frame = pd.DataFrame(wanted, columns=["video_id", "start", "split"])
        frame["duration"] = duration
        frame["video"] = frame["audio"] = YOUTUBE + frame["video_id"]
        return frame
    found, rows = pairs(Path(media)), []
    for video_id, start, split in wanted:
        clip = f"{video_id}{separator}{start:g}"
        if clip in found:
            rows.append((clip, 0.0, duration, split, *map(str, found[clip])))
        else:
            there = found.get(video_id) or [Path(media) / f"{video_id}.mp4"] * 2
            rows.append((video_id, start, duration, split, *map(str, there)))
    return _frame(rows)
