"""Find media files in folders, and which sound belongs to which picture."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

SOUND = {
    ".wav", ".flac", ".ogg", ".opus", ".m4a", ".aac", ".mp3", ".w64", ".caf", ".aif", ".aiff",
    ".amb", ".mka",
}  # fmt: skip
PICTURE = {
    ".mp4", ".webm", ".mkv", ".mov", ".m4v", ".avi", ".ts", ".mpg", ".mpeg", ".ogv", ".3gp",
}  # fmt: skip


def media_files(folder: Path) -> Iterator[Path]:
    """Media files in a folder and below, sorted; hidden ones are passed over.

    Links are followed, each real folder once. A folder that cannot be read is named in the log.
    """
    seen: set[str] = set()
    for parent, folders, files in os.walk(folder, onerror=_unreadable, followlinks=True):
        real = os.path.realpath(parent)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            path = Path(parent) / name
            if not name.startswith(".") and path.suffix.lower() in SOUND | PICTURE:
                yield path


def _unreadable(error: OSError) -> None:
    logging.getLogger(__name__).warning("passed over %s: %s", error.filename, error.strerror)


def pairs(folder: Path) -> dict[str, tuple[Path, Path]]:
    """Stem relative to the folder → files of picture and sound.

    Both are the same file where one holds both, or where its partner is missing. Several pictures
    or sounds with one stem are paired with nothing and keep their whole names, and so does a file
    whose stem is the name of another file.
    """
    files = list(media_files(folder))
    names = {f.relative_to(folder).as_posix() for f in files}
    stems: dict[str, list[Path]] = {}
    for path in files:
        stems.setdefault(path.relative_to(folder).with_suffix("").as_posix(), []).append(path)
    found = {}
    for stem, group in stems.items():
        sounds = [f for f in group if f.suffix.lower() in SOUND]
        pictures = [f for f in group if f.suffix.lower() in PICTURE]
        if len(pictures) <= 1 and len(sounds) <= 1 and stem not in names:
            found[stem] = ((pictures or sounds)[0], (sounds or pictures)[0])
        else:
            found |= {f.relative_to(folder).as_posix(): (f, f) for f in group}
    return found


def printable(name: str) -> str:
    """A file name that UTF-8 can hold: bytes that are none become `\\xe9`, and are not found."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
