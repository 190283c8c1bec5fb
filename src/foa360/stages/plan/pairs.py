"""Media files in folders, and which audio file belongs to which video file."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

AUDIO_SUFFIXES = frozenset(
    {
        ".aac",
        ".aif",
        ".aiff",
        ".amb",
        ".caf",
        ".flac",
        ".m4a",
        ".mka",
        ".mp3",
        ".ogg",
        ".opus",
        ".w64",
        ".wav",
    }
)
VIDEO_SUFFIXES = frozenset(
    {
        ".3gp",
        ".avi",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".ogv",
        ".ts",
        ".webm",
    }
)


class MediaPair(NamedTuple):
    """Files with the video and the audio of one source video; the same file if it holds both."""

    video: Path
    audio: Path


def media_files(folder: Path) -> Iterator[Path]:
    """Yield the media files of a folder and its sub-folders, sorted; hidden ones are skipped.

    Links are followed, each real folder once. A folder that cannot be read is named in the log.
    """
    visited: set[str] = set()
    for parent, folders, files in os.walk(folder, onerror=_log_unreadable, followlinks=True):
        real = os.path.realpath(parent)
        if real in visited:
            folders.clear()
            continue
        visited.add(real)
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            path = Path(parent) / name
            if not name.startswith(".") and _is_media(path):
                yield path


def media_pairs(folder: Path) -> dict[str, MediaPair]:
    """Return the video and audio files of a folder by their stem relative to the folder.

    Both are the same file if one file holds both, or if its partner is missing. Several video or
    audio files with one stem are paired with nothing and keep their whole names, and so does a file
    whose stem is the name of another file.
    """
    files = list(media_files(folder))
    names = {path.relative_to(folder).as_posix() for path in files}
    groups: dict[str, list[Path]] = {}
    for path in files:
        stem = path.relative_to(folder).with_suffix("").as_posix()
        groups.setdefault(stem, []).append(path)
    pairs: dict[str, MediaPair] = {}
    for stem, group in groups.items():
        audio = [path for path in group if path.suffix.lower() in AUDIO_SUFFIXES]
        video = [path for path in group if path.suffix.lower() in VIDEO_SUFFIXES]
        if len(video) <= 1 and len(audio) <= 1 and stem not in names:
            pairs[stem] = MediaPair(video=(video or audio)[0], audio=(audio or video)[0])
            continue
        for path in group:
            pairs[path.relative_to(folder).as_posix()] = MediaPair(path, path)
    return pairs


def _is_media(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix in AUDIO_SUFFIXES or suffix in VIDEO_SUFFIXES


def _log_unreadable(error: OSError) -> None:
    logging.getLogger(__name__).warning("skipped %s: %s", error.filename, error.strerror)
