"""The clips that each kind of source lists, as frames with the columns of `COLUMNS`."""

import re
from pathlib import Path
from typing import Any

import pandas as pd

from foa360.config.root import Config
from foa360.config.section import ConfigError
from foa360.config.sources import (
    DemoSource,
    FolderSource,
    HubSource,
    ListSource,
    Source,
)
from foa360.config.sources import Sphere360Source as Sphere360
from foa360.config.sources import Yt360Source as Yt360
from foa360.stages.plan.clip_table import is_address, table_rows
from foa360.stages.plan.durations import Lengths, cut
from foa360.stages.plan.hub import hub_files
from foa360.stages.plan.pairs import pairs, printable
from foa360.stages.plan.published import ID_LENGTH, sphere360, yt360

COLUMNS = ["video_id", "start", "duration", "split", "source", "video", "audio", "group"]
#: Clips of YouTube videos, cut by others, are called {id}_{start} or {id}-{start}.
CUT = re.compile(rf"(.*/)?([\w-]{{{ID_LENGTH}}})l?[_-]\d+", re.ASCII)


def clips_of(source: Source, config: Config, lengths: Lengths) -> pd.DataFrame:
    """Clips of one source.

    `split` is None where the source does not say; `group` names what a split must keep together.
    Raises ConfigError for a list that cannot be understood.
    """
    duration = config.clip.duration
    match source:
        case DemoSource():
            frame = _frame(_demo(source, config))
        case FolderSource():
            frame = _frame(_folder(Path(source.path), duration, lengths))
            frame["group"] = frame["video_id"].map(_whole_video)
        case ListSource():
            frame = _frame(table_rows(Path(source.path), duration, lengths))
        case HubSource():
            frame = _frame(_hub(source, config, lengths))
        case Yt360():
            frame = yt360(source, duration)
        case Sphere360():
            frame = sphere360(source, duration)
    frame["source"] = source.kind
    return frame[COLUMNS]


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    names = ["video_id", "start", "duration", "split", "video", "audio"]
    frame = pd.DataFrame(rows, columns=names).astype({"start": float, "duration": float})
    frame["group"] = frame["video_id"]
    return frame


def _whole_video(stem: str) -> str:
    """The video that a file was cut from, as far as its name tells."""
    found = CUT.fullmatch(stem)
    return found[2] if found else stem


def _demo(source: DemoSource, config: Config) -> list[tuple[Any, ...]]:
    from foa360.demo.catalogue import catalogue

    media = Path(config.cache.path) / "demo" / "media"
    return [
        (v.video_id, 0.0, v.duration, v.split, str(media / v.video), str(media / v.audio))
        for v in catalogue(source, config.seed)
    ]


def _hub(source: HubSource, config: Config, lengths: Lengths) -> list[tuple[Any, ...]]:
    rows = []
    memory = Path(config.results) / "plan" / "hub.json"
    for video_id, video, audio in hub_files(source, memory):
        length = None if is_address(video) else lengths(Path(audio), Path(video))
        spans = cut(length, config.clip.duration)
        rows += [(video_id, *span, None, video, audio) for span in spans]
    return rows


def _folder(folder: Path, duration: float, lengths: Lengths) -> list[tuple[Any, ...]]:
    rows = []
    for stem, (video, audio) in pairs(folder).items():
        names = [printable(str(n)) for n in (stem, video, audio)]
        spans = cut(lengths(audio, video), duration)
        rows += [(names[0], *span, None, *names[1:]) for span in spans]
    if not rows:
        raise ConfigError(f"sources: no media files in the folder {folder}")
    return rows
