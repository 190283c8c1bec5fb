"""Durations of local media, stored between runs, and the clips that a duration allows."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from foa360.core.files import atomic
from foa360.media.container import MediaError
from foa360.media.probe import probe

#: Missing time that the last clip of a file may have, s, and as a share of the clip's duration;
#: the smaller of both counts.
MAX_MISSING_S = 0.2
MAX_MISSING_SHARE = 0.02
#: Shortest duration of a clip, s.
MIN_CLIP_S = 0.001
#: Bit rate that even digital silence takes, bits/s.
MIN_BIT_RATE = 200


class Span(NamedTuple):
    """Part of a video, s."""

    start: float
    duration: float


class Durations:
    """Durations of media in seconds, stored by path, size and time of modification.

    A file that has not changed since the last run is not opened.
    """

    def __init__(self, path: Path) -> None:
        """Load the durations that the file `path` stores."""
        self._path = path
        self._stored = _load(path)
        self._used: dict[str, float | None] = {}

    def shortest(self, *media: Path) -> float | None:
        """Return the duration of the shortest of some files; None if none can be opened."""
        durations = [self._duration(path) for path in dict.fromkeys(media)]
        return min((duration for duration in durations if duration), default=None)

    def _duration(self, media: Path) -> float | None:
        try:
            info = media.stat()
        except (OSError, ValueError):
            return None
        key = f"{media}|{info.st_size}|{info.st_mtime_ns}"
        if key not in self._used:
            self._used[key] = self._stored[key] if key in self._stored else media_duration(media)
        return self._used[key]

    def save(self) -> None:
        """Store the durations that were requested since the beginning, and no others."""
        if self._used != self._stored:
            with atomic(self._path) as temporary:
                temporary.write_text(json.dumps(self._used))


def _load(path: Path) -> dict[str, float | None]:
    """Return the stored durations; none if the file is missing or damaged."""
    try:
        stored = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}


def media_duration(media: Path) -> float | None:
    """Return the duration of a media file in seconds; None if it cannot be opened or states none.

    A damaged header may claim any duration; the result is at most what a file of this size can
    hold.
    """
    try:
        duration = probe(media, claims=False).duration
        longest = media.stat().st_size * 8 / MIN_BIT_RATE
    except (MediaError, OSError):
        return None
    return min(duration, longest) if duration else duration


def clip_spans(duration: float | None, clip_duration: float) -> list[Span]:
    """Return the successive clips of a file.

    A file whose duration is unknown or shorter than a clip is one clip.
    """
    missing = min(MAX_MISSING_S, MAX_MISSING_SHARE * clip_duration)
    if not duration:
        return [Span(0.0, clip_duration)]
    if duration < clip_duration - missing:
        whole_milliseconds = float(np.floor(duration * 1000) / 1000)
        return [Span(0.0, max(MIN_CLIP_S, whole_milliseconds))]
    count = int((duration + missing) // clip_duration)
    return [Span(round(i * clip_duration, 6), clip_duration) for i in range(count)]
