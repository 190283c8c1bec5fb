"""Find media files in folders, and which sound belongs to which picture."""

import os
from collections.abc import Iterator
from pathlib import Path

SOUND = {
    ".wav",
    ".flac",
    ".ogg",
    ".opus",
    ".m4a",
    ".aac",
    ".mp3",
    ".w64",
    ".caf",
    ".aif",
    ".aiff",
    ".amb",
    ".mka",
}
PICTURE = {".mp4", ".webm", ".mkv", ".mov", ".m4v", ".avi", ".ts", ".mpg", ".mpeg", ".ogv", ".3gp"}  # fmt: skip


def media_files(folder: Path) -> Iterator[Path]:
    """Media files in a folder and below, sorted; hidden ones and loops of links are passed over."""
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            path = Path(parent) / name
            if not name.startswith(".") and path.suffix.lower() in SOUND | PICTURE:
                yield path


def pairs(folder: Path) -> dict[str, tuple[Path, Path]]:
    """Stem relative to the folder → files of picture and sound.

    Both are the same file where one holds both, or where its partner is missing. Several pictures
    with one stem keep their suffix as part of it, and are paired with nothing.
    """
    stems: dict[str, list[Path]] = {}
    for path in media_files(folder):
        stems.setdefault(path.relative_to(folder).with_suffix("").as_posix(), []).append(path)
    found = {}
    for stem, files in stems.items():
        sounds = [f for f in files if f.suffix.lower() in SOUND]
        pictures = [f for f in files if f.suffix.lower() in PICTURE]
        if len(pictures) <= 1 and len(sounds) <= 1:
            found[stem] = ((pictures or sounds)[0], (sounds or pictures)[0])
        else:
            found |= {f"{stem}{f.suffix}": (f, f) for f in files}
    return found
