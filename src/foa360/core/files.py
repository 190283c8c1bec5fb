"""Files that appear whole or not at all, and their checksums."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary name beside `path`; rename to `path` when the block ends without an error.

    The content is flushed to the disk before the rename, so that a power cut leaves the old file
    or the new one. The temporary name keeps the suffix, since encoders choose a format by it.
    Raises OSError, with nothing left behind, when the disk is full or the folder is not writable.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=f".part{path.suffix}", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sha256(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file as hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def text_since(path: str | os.PathLike[str], time: float) -> str:
    """Text of a file that was written at `time` (seconds since the epoch) or later; else empty."""
    path = Path(path)
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_mtime >= time else ""
    except FileNotFoundError:
        return ""
