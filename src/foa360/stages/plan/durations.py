"""Lengths of local media, remembered between runs, and the clips that a length makes."""

import json
from pathlib import Path

import numpy as np

from foa360.core.files import atomic
from foa360.media.probe import MediaError, probe

#: The last clip of a file may lack this much, s; less for clips that are short themselves.
SHORT, SHORT_SHARE = 0.2, 0.02
#: Bits a second that even silence takes.
LEAST_BITS = 200


class Lengths:
    """Lengths in seconds by path, size and time of change; what has not changed is not opened."""

    def __init__(self, path: Path) -> None:
        """`path` is the file that remembers."""
        self._path = path
        self._known = _load(path)
        self._used: dict[str, float | None] = {}

    def __call__(self, *media: Path) -> float | None:
        """Length of the shortest of some files; None where none of them can be opened."""
        return min(filter(None, (self._length(m) for m in dict.fromkeys(media))), default=None)

    def _length(self, media: Path) -> float | None:
        try:
            info = media.stat()
        except (OSError, ValueError):
            return None
        key = f"{media}|{info.st_size}|{info.st_mtime_ns}"
        if key not in self._used:
            self._used[key] = self._known[key] if key in self._known else length_of(media)
        return self._used[key]

    def save(self) -> None:
        """Remember what was asked for since the beginning, and forget the rest."""
        if self._used != self._known:
            with atomic(self._path) as temporary:
                temporary.write_text(json.dumps(self._used))


def _load(path: Path) -> dict[str, float | None]:
    """What was remembered; a damaged file is worth nothing, and no more than that."""
    try:
        known = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def length_of(media: Path) -> float | None:
    """Length of a media file in seconds; None where it cannot be opened or does not say.

    Never longer than a file of its size can be, whatever a damaged header claims.
    """
    try:
        length = probe(media, claims=False).duration
        return length and min(length, media.stat().st_size * 8 / LEAST_BITS)
    except (MediaError, OSError):
        return None


def cut(length: float | None, duration: float) -> list[tuple[float, float]]:
    """Spans (start, duration) of a file; one where its length is unknown or below a clip's."""
    short = min(SHORT, SHORT_SHARE * duration)
    if not length:
        return [(0.0, duration)]
    if length < duration - short:
        return [(0.0, max(0.001, float(np.floor(length * 1000) / 1000)))]
    return [(round(i * duration, 6), duration) for i in range(int((length + short) // duration))]
