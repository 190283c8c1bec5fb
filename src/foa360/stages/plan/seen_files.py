"""Size and time of change of local media, so that a file that is replaced in place is noticed."""

import json
from collections.abc import Iterable
from pathlib import Path

from foa360.core.digest import value_digest
from foa360.core.files import atomic, read_file

#: Size of a file, bytes, and time of its last change, ns.
State = list[int]
#: Largest file of states, bytes: those of a million files.
MAX_STATES_BYTES = 1 << 29


class SeenFiles:
    """States of local media, as they are or, of files that are gone, as they were last seen.

    Media may be moved away when their results are there: that changes nothing.
    """

    def __init__(self, path: Path) -> None:
        """Load what the file `path` stores."""
        self._path = path
        self._stored = _load(path)
        self._seen = dict(self._stored)

    def look(self, files: Iterable[str]) -> None:
        """Update the states of files."""
        for file in files:
            try:
                info = Path(file).stat()
            except (OSError, ValueError):
                continue
            self._seen[file] = [info.st_size, info.st_mtime_ns]

    def digest(self, files: Iterable[str]) -> str:
        """Return the digest of the states of files; it depends on their paths, too."""
        return value_digest([[file, self._seen.get(file)] for file in files])

    def save(self, files: Iterable[str]) -> None:
        """Store the states of files, and of no others."""
        states = {file: self._seen[file] for file in files if file in self._seen}
        if states != self._stored:
            with atomic(self._path) as temporary:
                temporary.write_text(json.dumps(states), encoding="utf-8")


def _load(path: Path) -> dict[str, State]:
    """Return the stored states; none if the file is missing or damaged."""
    try:
        stored = json.loads(read_file(path, MAX_STATES_BYTES))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}
