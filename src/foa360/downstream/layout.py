"""What a data set is, and how its public layout is compared with a folder."""

from dataclasses import dataclass
from pathlib import Path

#: Longest line of a list of files, characters.
MAX_LINE = 4096


class LayoutError(ValueError):
    """A folder that differs from the public layout; the message is the first difference."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """Facts about a data set, for people.

    title : name and size.
    citation : publication.
    licence : as the data set states it.
    download : what to download, and from where.
    tree : expected content of the folder.
    """

    title: str
    citation: str
    licence: str
    download: str
    tree: str


@dataclass(frozen=True, kw_only=True)
class LabelledVideo:
    """A video of a data set of classes.

    name : path below the folder of videos, as lists have it.
    label : number of the class.
    cluster : videos of one cluster were cut from one recording.
    """

    name: str
    path: Path
    label: int
    cluster: str


@dataclass(frozen=True, kw_only=True)
class Split:
    """Videos that are learnt from, and videos that are tested."""

    train: list[LabelledVideo]
    test: list[LabelledVideo]


@dataclass(frozen=True, kw_only=True)
class ActionSet:
    """Classes in the order of their numbers, and the official splits."""

    classes: list[str]
    splits: list[Split]


def lines_of(path: Path, root: Path) -> list[str]:
    """Return the lines of a list that are not empty. Raises LayoutError that names the file."""
    name = path.relative_to(root)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise LayoutError(f"there is no {name}") from None
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LayoutError(f"{name} cannot be read: {reason}") from None
    return [line.strip() for line in lines if line.strip()]


def first_folder(folder: Path, names: tuple[str, ...]) -> Path:
    """Return the first subfolder that exists; the folder itself where none does."""
    return next((folder / name for name in names if (folder / name).is_dir()), folder)


class FolderContent:
    """Names of the files of folders, each listed once: lists name thousands of them."""

    def __init__(self, root: Path) -> None:
        """Look at folders below a root, which messages leave out."""
        self._root = root
        self._names: dict[Path, frozenset[str]] = {}

    def require(self, path: Path) -> None:
        """Raise LayoutError for a file that is not there."""
        parent = path.parent
        if parent not in self._names:
            try:
                self._names[parent] = frozenset(entry.name for entry in parent.iterdir())
            except OSError:
                name = parent.relative_to(self._root)
                raise LayoutError(f"there is no folder {name}, which lists name") from None
        if path.name not in self._names[parent]:
            raise LayoutError(f"there is no {path.relative_to(self._root)}, which a list names")
