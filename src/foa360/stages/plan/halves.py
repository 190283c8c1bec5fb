"""Video and audio of one recording in two files whose names differ, and recordings in four files.

Downloaders leave `X.f137.mp4` and `X.f338.webm` where they cannot join them; others keep video and
audio in folders of their own, or call the files `X_video` and `X_audio`.
"""

import logging
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from foa360.stages.plan.durations import MediaHeader
from foa360.stages.plan.pairs import FOA_CHANNELS, MediaPair

Header = Callable[[Path], MediaHeader | None]

#: End of a stem that says which half, or which format of a downloader, a file holds.
HALF = re.compile(r"(?P<stem>.+?)(?:\.f\d[\w-]*|[ ._-]+(?:video|audio))", re.IGNORECASE)
#: Name of a file with one channel of a recording: that of a component or capsule, or its number.
CHANNEL = re.compile(
    r"(?P<stem>.*?)[ ._-]*(?P<channel>[WXYZ]|FLU|FRD|BLD|BRU|(?:ch|tr|track)?[ ._-]?0?[1-4])",
    re.IGNORECASE,
)
#: Names of the channels of one recording, in the order in which FFmpeg is to join them.
CHANNELS = (("W", "Y", "Z", "X"), ("1", "2", "3", "4"), ("FLU", "FRD", "BLD", "BRU"))


def join_halves(
    pairs: Mapping[str, MediaPair], folder: Path, header: Header
) -> dict[str, MediaPair]:
    """Return the pairs of a folder where files that are halves of a video are one, and say so.

    Two files are halves if one has a video and no four channels, and the other four channels and no
    video, and if no other file could be either. Their stems are equal but for what names a half, or
    equal in folders that differ in one name. The pair has the shorter stem.

    Parameters
    ----------
    pairs
        Files by stem; those that are pairs already stay.
    folder
        The stems are relative to it.
    header
        What the header of a file says.
    """
    single = {stem: pair.video for stem, pair in pairs.items() if pair.video == pair.audio}
    groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for stem, path in single.items():
        for key in _keys(path.relative_to(folder)):
            groups[key].append(stem)
    joined = dict(pairs)
    found = {halves for stems in groups.values() if (halves := _halves(stems, single, header))}
    uses = Counter(stem for halves in found for stem in halves)
    names: list[str] = []
    for video, audio in sorted(found):
        if uses[video] == uses[audio] == 1:
            del joined[video], joined[audio]
            names.append(_name(single[video].relative_to(folder), joined))
            joined[names[-1]] = MediaPair(single[video], single[audio])
    if names:
        logging.getLogger(__name__).warning(
            "the audio of %d videos is in a file of another name, which is used: %s with %s",
            len(names),
            joined[names[0]].video,
            joined[names[0]].audio,
        )
    return joined


def say_what_could_be_joined(pairs: Iterable[MediaPair], header: Header) -> None:
    """Log a hint for recordings whose channels are in four files with one channel each."""
    groups: defaultdict[tuple[Path, str], dict[str, Path]] = defaultdict(dict)
    for pair in pairs:
        found = CHANNEL.fullmatch(pair.audio.stem)
        if found:
            channel = found["channel"].upper().lstrip("CHTRAK ._-0")
            stem = found["stem"].casefold()
            groups[pair.audio.parent, stem + pair.audio.suffix.lower()][channel] = pair.audio
    hints: list[list[Path]] = []
    for files in groups.values():
        for names in CHANNELS:
            if set(names) <= set(files):
                paths = [files[name] for name in names]
                if all(header_channels(header, path) == 1 for path in paths):
                    hints.append(paths)
    if hints:
        inputs = " ".join(f"-i {path.name!r}" for path in hints[0])
        logging.getLogger(__name__).warning(
            "%d times four files with a channel each seem to be one recording; they are not joined:"
            " %s and so on; to join them: ffmpeg %s -filter_complex amerge=inputs=4"
            " joined.wav",
            len(hints),
            hints[0][0],
            inputs,
        )


def header_channels(header: Header, path: Path) -> int:
    """Return the number of channels of a file's audio; 0 if it has none or is unreadable."""
    found = header(path)
    return (found.channels or 0) if found is not None else 0


def _keys(relative: PurePath) -> Iterator[tuple[str, ...]]:
    """Yield what a file shares with its other half: its stem, and its path but for one folder."""
    *folders, _ = relative.parts
    stem = _stem(relative)
    yield (*folders, stem)
    for level in range(len(folders)):
        yield (*folders[:level], "*", *folders[level + 1 :], stem)


def _stem(relative: PurePath) -> str:
    found = HALF.fullmatch(relative.stem)
    return found["stem"] if found else relative.stem


def _halves(
    stems: Sequence[str], files: Mapping[str, Path], header: Header
) -> tuple[str, str] | None:
    """Return the stems of video and audio if exactly two of the files are halves of one."""
    videos: list[str] = []
    audios: list[str] = []
    for stem in stems if len(stems) > 1 else ():
        found = header(files[stem])
        if found is None:
            continue
        if (found.channels or 0) < FOA_CHANNELS:
            videos += [stem] if found.has_video else []
        elif not found.has_video:
            audios.append(stem)
    return (videos[0], audios[0]) if len(videos) == len(audios) == 1 else None


def _name(video: PurePath, taken: Mapping[str, MediaPair]) -> str:
    """Return the name of a joined video: without its half, unless another file is called so."""
    short = video.with_name(_stem(video)).as_posix()
    return video.with_suffix("").as_posix() if short in taken else short
