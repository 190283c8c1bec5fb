"""The cache of downloads: a folder per address, with a record of what is whole."""

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from foa360.files import atomic, safe_name, sha256


@dataclass(frozen=True)
class Media:
    """A file that is whole: where it lies, its size, its SHA-256."""

    path: Path
    size: int
    digest: str

    @staticmethod
    def of(path: Path) -> "Media":
        """Measure a file."""
        return Media(path, path.stat().st_size, sha256(path))


Files = dict[str, Path]
About = dict[str, Any]


def fetched(
    cache: Path, address: str, get: Callable[[Path], tuple[Files, About]]
) -> tuple[dict[str, Media], About]:
    """Files that an address stands for, and what is known about them.

    `get` fetches them into a folder that it is given. What the record of that folder lists, and
    what still has the size and SHA-256 recorded, is not fetched again. One process at a time works
    on an address.
    """
    folder = cache / safe_name(address)
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / "lock"):
        known = _known(folder)
        if known:
            return known
        paths, about = get(folder)
        files = {kind: Media.of(path) for kind, path in paths.items()}
        listed = {k: asdict(m) | {"path": m.path.name} for k, m in files.items()}
        with atomic(folder / "record.json") as temporary:
            record = {"address": address, "files": listed, "about": about}
            temporary.write_text(json.dumps(record, indent=1), encoding="utf-8")
        return files, about


def _known(folder: Path) -> tuple[dict[str, Media], About] | None:
    """What the record lists, if all of it is there as recorded; else the rest is cleared away."""
    record = folder / "record.json"
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        listed = {k: Media(**m | {"path": folder / m["path"]}) for k, m in content["files"].items()}
        about = content["about"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if all(m.path.is_file() and Media.of(m.path) == m for m in listed.values()):
        return listed, about
    record.unlink()
    for media in listed.values():
        media.path.unlink(missing_ok=True)
    return None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
