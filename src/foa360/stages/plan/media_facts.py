"""Facts about local media that a plan needs, stored between runs."""

import json
import os
from pathlib import Path
from typing import Any

from foa360.core.files import atomic, read_file, sha256
from foa360.stages.plan.durations import MediaHeader, media_header

#: Largest file of facts, bytes: those of a million files.
MAX_FACTS_BYTES = 1 << 29


class MediaFacts:
    """Durations, channels and digests of media, stored by path, size and time of modification.

    A file that has not changed since the last run is not opened. What could not be found out is not
    stored: the file may have been locked, or the decoder missing.
    """

    def __init__(self, path: Path) -> None:
        """Load the facts that the file `path` stores."""
        self._path = path
        self._stored = _load(path)
        self._used: dict[str, dict[str, Any]] = {}
        self._unknown: set[str] = set()

    def shortest(self, *media: Path) -> float | None:
        """Return the duration of the shortest of some files, s; None if none can be opened."""
        headers = [self.header(path) for path in dict.fromkeys(media)]
        durations = [header.duration for header in headers if header is not None]
        return min((duration for duration in durations if duration), default=None)

    def header(self, media: Path) -> MediaHeader | None:
        """Return what the header of a file says; None if it cannot be opened."""
        facts = self._facts(media)
        if facts is None:
            return None
        is_known = facts.get("duration") is not None and facts.keys() >= set(MediaHeader._fields)
        if not is_known and str(media) not in self._unknown:
            header = media_header(media)
            if header is None:
                self._unknown.add(str(media))
            else:
                facts |= header._asdict()
        if not facts.keys() >= set(MediaHeader._fields):
            return None
        return MediaHeader(*(facts[name] for name in MediaHeader._fields))

    def digest(self, media: Path) -> str | None:
        """Return the SHA-256 of a file; None if it cannot be read."""
        facts = self._facts(media)
        if facts is None:
            return None
        if "sha256" not in facts:
            try:
                facts["sha256"] = sha256(media)
            except OSError:
                return None
        digest: str = facts["sha256"]
        return digest

    def save(self) -> None:
        """Store the facts that were requested since the beginning, and no others."""
        known = {key: facts for key, facts in self._used.items() if facts}
        if known != self._stored:
            with atomic(self._path) as temporary:
                temporary.write_text(json.dumps(known))

    def _facts(self, media: Path) -> dict[str, Any] | None:
        """Return what is known of a file as it is now, to be completed; None if there is none."""
        try:
            info = os.stat(media)
        except (OSError, ValueError):
            return None
        key = f"{media}|{info.st_size}|{info.st_mtime_ns}"
        if key not in self._used:
            self._used[key] = dict(self._stored.get(key, {}))
        return self._used[key]


def _load(path: Path) -> dict[str, dict[str, Any]]:
    """Return the stored facts; none if the file is missing, damaged or of an earlier version."""
    try:
        stored = json.loads(read_file(path, MAX_FACTS_BYTES))
    except (OSError, ValueError):
        return {}
    if not isinstance(stored, dict):
        return {}
    return {key: facts for key, facts in stored.items() if isinstance(facts, dict)}
