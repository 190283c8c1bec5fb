"""Check the files and folders that the configuration names."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foa360.config.detect import WEIGHTS_SUFFIX
from foa360.config.explain import show, similar
from foa360.config.published_weights import PUBLISHED_WEIGHTS
from foa360.config.root import Config
from foa360.config.segmentation import Segmentation
from foa360.config.sources import (
    DemoSource,
    FolderSource,
    HubSource,
    ListSource,
    Source,
    Sphere360Source,
    Yt360Source,
)

#: Similarity from which on a name of weights is suggested for another, which also ends in .pt.
WEIGHTS_SIMILARITY = 0.7
#: Characters that Snakemake interprets in paths.
RESERVED_CHARACTERS = frozenset("{}*?[]\n")


@dataclass(frozen=True)
class NamedPath:
    """A path in the configuration that must exist."""

    key: str
    path: str
    is_folder: bool = False

    @property
    def exists(self) -> bool:
        """Whether there is a file, or a folder, at the path."""
        path = Path(self.path)
        return path.is_dir() if self.is_folder else path.is_file()


def path_problems(config: Config) -> list[str]:
    """Return one line for each file or folder that is absent, or that cannot be used."""
    problems = []
    for named in _named_paths(config):
        if not named.exists:
            kind = "folder" if named.is_folder else "file"
            problems.append(f"{named.key} = {show(named.path)}: no such {kind}")
    problems += _weights_problems(config.detect.weights)
    problems += _output_folder_problems("results", config.results)
    problems += _output_folder_problems("cache", config.cache.path)
    if not config.cache.shared:
        problems += _foreign_folder_problems("cache.path", config.cache.path)
    return problems


def _named_paths(config: Config) -> Iterator[NamedPath]:
    for number, source in enumerate(config.sources):
        yield from _source_paths(f"sources[{number}]", source)
    if config.fetch.cookies:
        yield NamedPath("fetch.cookies", config.fetch.cookies)
    if config.embeddings:
        yield NamedPath("embeddings", config.embeddings)
    for number, experiment in enumerate(config.experiments):
        if isinstance(experiment, Segmentation):
            for name in ("encoder_weights", "audio_weights"):
                path = getattr(experiment, name)
                if path is not None:
                    yield NamedPath(f"experiments[{number}].{name}", path)


def _source_paths(prefix: str, source: Source) -> Iterator[NamedPath]:
    match source:
        case DemoSource() | HubSource():
            return
        case FolderSource():
            yield NamedPath(f"{prefix}.path", source.path, is_folder=True)
        case ListSource():
            yield NamedPath(f"{prefix}.path", source.path)
        case Yt360Source() | Sphere360Source():
            yield NamedPath(f"{prefix}.train", source.train)
            yield NamedPath(f"{prefix}.test", source.test)
            if isinstance(source, Yt360Source):
                yield NamedPath(f"{prefix}.segments", source.segments)
            if source.media:
                yield NamedPath(f"{prefix}.media", source.media, is_folder=True)


def _weights_problems(weights: str) -> list[str]:
    if Path(weights).is_file() and Path(weights).suffix != WEIGHTS_SUFFIX:
        # Ultralytics would run what other kinds of files contain.
        return [f"detect.weights = {show(weights)}: must be a {WEIGHTS_SUFFIX} file"]
    if weights == "demo" or Path(weights).is_file() or weights in PUBLISHED_WEIGHTS:
        return []
    nearest = similar(weights, _files_beside(weights), WEIGHTS_SIMILARITY) or similar(
        Path(weights).name.lower(), ["demo", *sorted(PUBLISHED_WEIGHTS)], WEIGHTS_SIMILARITY
    )
    hint = "" if nearest is None else f"; did you mean '{nearest}'?"
    return [
        f"detect.weights = {show(weights)}: no such file; must be demo, a path, or the name of a"
        f" detector that Ultralytics publishes, such as yolo11n.pt{hint}"
    ]


def _files_beside(weights: str) -> list[str]:
    """Paths of the files of weights in the folder where there is none of this path."""
    folder = Path(weights).parent
    try:
        return sorted(str(path) for path in folder.glob(f"*{WEIGHTS_SUFFIX}"))
    except OSError:  # a folder that cannot be read
        return []


def _output_folder_problems(key: str, folder: str) -> list[str]:
    if RESERVED_CHARACTERS & set(folder):
        return [f"{key} = {show(folder)}: must not contain any of {{}}*?[]"]
    if Path(folder).exists() and not Path(folder).is_dir():
        return [f"{key} = {show(folder)}: is a file, must be a folder"]
    return []


def _foreign_folder_problems(key: str, folder: str) -> list[str]:
    """Refuse a folder that others decide about: what lies in it would be taken for our own."""
    try:
        info = os.stat(folder)
    except OSError:  # there is none, or it cannot be used, which is said where it is made
        return []
    if info.st_uid != os.geteuid():
        problem = "belongs to another user"
    elif info.st_mode & stat.S_IWOTH:
        problem = "can be written to by every user"
    else:
        return []
    return [f"{key} = {show(folder)}: {problem}; set cache.shared to true if that is meant"]
