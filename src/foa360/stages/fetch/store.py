"""The cache of downloads: a folder per address, with a record of what is whole."""

import fcntl
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from foa360.core.files import atomic, sha256
from foa360.core.reasons import REASONS
from foa360.core.video_ids import safe_name
from foa360.stages.fetch.errors import FetchError

RECORD, FAILURE = "record.json", "failure.json"


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
    what still has the size and SHA-256 recorded, is not fetched again; what failed for good is not
    asked for again, and raises the same FetchError. One process at a time works on an address.
    """
    folder = cache / safe_name(address)
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / "lock"):
        known = _known(folder)
        if known:
            return known
        failure = _failure(folder)
        if failure and not REASONS[failure.reason].retry:
            raise failure
        try:
            paths, about = get(folder)
        except FetchError as error:
            error.tries += failure.tries if failure else 0
            _write(folder / FAILURE, {"address": address, **error.record()})
            raise
        about = {"tries": 1, "fetched": _now(), **about}
        about["tries"] += failure.tries if failure else 0
        files = {kind: Media.of(path) for kind, path in paths.items()}
        listed = {k: asdict(m) | {"path": m.path.name} for k, m in files.items()}
        _write(folder / RECORD, {"address": address, "files": listed, "about": about})
        (folder / FAILURE).unlink(missing_ok=True)
        return files, about


def forget(cache: Path, codes: Collection[str]) -> int:
    """Forget failures with these reasons, so that they are asked for again; how many there were."""
    count = 0
    for path in sorted(cache.glob(f"*/{FAILURE}")):
        failure = _failure(path.parent)
        if failure and failure.reason in codes:
            path.unlink()
            count += 1
    return count


def drop(cache: Path, address: str) -> int:
    """Delete the downloaded files of an address, and keep what is known of them; bytes freed."""
    folder = cache / safe_name(address)
    freed = 0
    if not folder.is_dir():
        return 0
    with _locked(folder / "lock"):
        for media in _listed(folder)[0].values():
            freed += media.size if media.path.exists() else 0
            media.path.unlink(missing_ok=True)
    return freed


def _write(path: Path, content: dict[str, Any]) -> None:
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _failure(folder: Path) -> FetchError | None:
    """The failure that is remembered."""
    try:
        content = json.loads((folder / FAILURE).read_text(encoding="utf-8"))
        error = FetchError(content["reason"], content["message"])
        error.tries = int(content["tries"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return error if error.reason in REASONS else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _listed(folder: Path) -> tuple[dict[str, Media], About]:
    """What the record lists; nothing where there is none that can be read."""
    try:
        content = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        files = {k: Media(**m | {"path": folder / m["path"]}) for k, m in content["files"].items()}
        return files, content["about"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, {}


def _known(folder: Path) -> tuple[dict[str, Media], About] | None:
    """What the record lists, if all of it is there as recorded; else the rest is cleared away."""
    listed, about = _listed(folder)
    if not listed:
        return None
    if all(m.path.is_file() and Media.of(m.path) == m for m in listed.values()):
        return listed, about
    (folder / RECORD).unlink()
    for media in listed.values():
        media.path.unlink(missing_ok=True)
    return None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
