"""Media files in folders, and which audio file belongs to which video file."""

import logging
import os
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

AUDIO_SUFFIXES = frozenset(
    {
        ".aac",
        ".aif",
        ".aiff",
        ".amb",
        ".bwf",
        ".caf",
        ".flac",
        ".m4a",
        ".mka",
        ".mp3",
        ".oga",
        ".ogg",
        ".opus",
        ".rf64",
        ".w64",
        ".wav",
        ".weba",
        ".wv",
    }
)
VIDEO_SUFFIXES = frozenset(
    {
        ".360",
        ".3gp",
        ".avi",
        ".flv",
        ".insv",
        ".m2ts",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".mxf",
        ".ogv",
        ".ts",
        ".webm",
    }
)
#: Channels of first-order ambisonics.
FOA_CHANNELS = 4
#: Files of a video: one with the frames, one with the audio.
PAIR = 2


class MediaPair(NamedTuple):
    """Files with the video and the audio of one source video; the same file if it holds both."""

    video: Path
    audio: Path


def media_files(folder: Path, excluded: Collection[Path] = ()) -> Iterator[Path]:
    """Yield the media files of a folder and its sub-folders, sorted; hidden ones are skipped.

    Links are followed, each real folder once, and `excluded` folders not at all. A folder that
    cannot be read is named in the log.
    """
    return filter(_is_media, _files(folder, excluded, _log_unreadable))


def other_files(folder: Path, excluded: Collection[Path] = ()) -> Iterator[Path]:
    """Yield the files beside `media_files` that are not media, by their extensions."""
    return (path for path in _files(folder, excluded, None) if not _is_media(path))


def _files(
    folder: Path, excluded: Collection[Path], on_error: Callable[[OSError], None] | None
) -> Iterator[Path]:
    visited = {os.path.realpath(path) for path in excluded}
    for parent, folders, files in os.walk(folder, onerror=on_error, followlinks=True):
        real = os.path.realpath(parent)
        if real in visited:
            folders.clear()
            continue
        visited.add(real)
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(parent) / name


def media_pairs(folder: Path, excluded: Collection[Path] = ()) -> dict[str, MediaPair]:
    """Return the video and audio files of a folder by their stem relative to the folder.

    Both are the same file if one file holds both, or if its partner is missing. Stems that differ
    only in case, or in how accents are composed, are one if that gives a file of video and one of
    audio. Several video or audio files with one stem are paired with nothing and keep their whole
    names, and so does a file whose stem is the name of another file. Files in `excluded` folders
    are left out.
    """
    files = list(media_files(folder, excluded))
    names = {path.relative_to(folder).as_posix() for path in files}
    groups: dict[str, list[Path]] = {}
    for path in files:
        stem = path.relative_to(folder).with_suffix("").as_posix()
        groups.setdefault(stem, []).append(path)
    _join_spellings(groups)
    pairs: dict[str, MediaPair] = {}
    for stem, group in groups.items():
        audio = [path for path in group if _is_audio(path)]
        video = [path for path in group if not _is_audio(path)]
        if len(video) <= 1 and len(audio) <= 1 and stem not in names:
            pairs[stem] = MediaPair(video=(video or audio)[0], audio=(audio or video)[0])
            continue
        for path in group:
            pairs[path.relative_to(folder).as_posix()] = MediaPair(path, path)
    return pairs


def with_four_channels(
    pairs: Mapping[str, MediaPair], channels: Callable[[Path], int | None]
) -> dict[str, MediaPair]:
    """Return pairs whose audio is the file that has four channels, and say where both or one do.

    A stereo mix beside a video with four channels is none of its audio. Where both files have four
    channels, the audio file is used.

    Parameters
    ----------
    pairs
        Files by stem.
    channels
        Number of channels of a file's audio.
    """
    chosen = dict(pairs)
    mixes: list[Path] = []
    doubtful: list[Path] = []
    for stem, pair in pairs.items():
        if pair.audio == pair.video or (channels(pair.video) or 0) < FOA_CHANNELS:
            continue
        if (channels(pair.audio) or 0) < FOA_CHANNELS:
            chosen[stem] = MediaPair(pair.video, pair.video)
            mixes.append(pair.audio)
        else:
            doubtful.append(pair.audio)
    log = logging.getLogger(__name__)
    if mixes:
        log.warning(
            "%d audio files have fewer than four channels and the videos beside them have four,"
            " which are used: such as %s",
            len(mixes),
            mixes[0],
        )
    if doubtful:
        log.warning(
            "%d videos have four channels of audio and a file with four beside them, which is used:"
            " such as %s",
            len(doubtful),
            doubtful[0],
        )
    return chosen


def _join_spellings(groups: dict[str, list[Path]]) -> None:
    """Join, in place, stems of one video and of one audio file that differ only in spelling."""
    spellings: dict[str, list[str]] = {}
    for stem in groups:
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", stem).casefold())
        spellings.setdefault(folded, []).append(stem)
    for stems in spellings.values():
        files = [path for stem in stems for path in groups[stem]]
        if len(stems) != PAIR or len(files) != PAIR:
            continue
        audio, video = sorted(stems, key=lambda stem: not _is_audio(groups[stem][0]))
        if _is_audio(groups[audio][0]) and not _is_audio(groups[video][0]):
            groups[video] += groups.pop(audio)


def _is_audio(path: Path) -> bool:
    return path.suffix.lower() in AUDIO_SUFFIXES


def _is_media(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix in AUDIO_SUFFIXES or suffix in VIDEO_SUFFIXES


def _log_unreadable(error: OSError) -> None:
    logging.getLogger(__name__).warning("skipped %s: %s", error.filename, error.strerror)
