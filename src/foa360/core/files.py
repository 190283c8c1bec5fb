"""Files that appear whole or not at all, and their checksums."""

import errno
import hashlib
import io
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock

#: Folder of devices and of the pipes that a shell makes.
DEVICES = "/dev/"
NOT_REGULAR = "not a regular file"
#: Bytes that are read at once.
BLOCK_BYTES = 1 << 24


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


def make_private_folder(path: Path) -> None:
    """Make a folder that only its owner can read, unless there is one."""
    os.makedirs(path, mode=stat.S_IRWXU, exist_ok=True)  # those above it have the usual mode


def is_file_name(name: str) -> bool:
    """Return whether a text names a file in a folder, and nothing above, below or beside it."""
    return name not in {"", ".", ".."} and "/" not in name and "\0" not in name


def is_plain_file(path: Path) -> bool:
    """Return whether a path is a regular file, not a link to one."""
    return path.is_file() and not path.is_symlink()


def require_regular_file(path: str | os.PathLike[str]) -> None:
    """Raise OSError, which names the path, unless it is a regular file or a link to one.

    Whoever opens a named pipe waits for its writer for ever.
    """
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, NOT_REGULAR, str(path))


def read_file(path: str | os.PathLike[str], max_bytes: int) -> bytes:
    """Return the content of a regular file that is not larger than `max_bytes`.

    Files below `/dev` may be pipes: the shell gives lists in this way. A file that declares more
    bytes than the disk has must not fill the memory. Raises OSError for any other file.
    """
    if not str(path).startswith(DEVICES):
        require_regular_file(path)
        if os.stat(path).st_size > max_bytes:
            raise OSError(errno.EFBIG, f"larger than {max_bytes} bytes", str(path))
    with Path(path).open("rb") as file:
        content = io.BytesIO()
        while block := file.read(BLOCK_BYTES):
            content.write(block)
            if content.tell() > max_bytes:
                raise OSError(errno.EFBIG, f"larger than {max_bytes} bytes", str(path))
    return content.getvalue()


def read_lines_of(path: str | os.PathLike[str], max_bytes: int, encoding: str) -> list[str]:
    """Return the lines of a file, whatever they end in. See `read_file`; also raises UnicodeError.

    Only line ends count, and none of the further characters at which Python divides lines.
    """
    content = io.BytesIO(read_file(path, max_bytes))
    return io.TextIOWrapper(content, encoding).read().split("\n")


def create_file(path: Path) -> BinaryIO:
    """Open a new file for writing in place of whatever is there; never the target of a link."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    return os.fdopen(handle, "wb")


def append_file(path: Path) -> BinaryIO:
    """Open a file for writing at its end; raises OSError for a link."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
    return os.fdopen(handle, "ab")


def lock_file(path: Path) -> FileLock:
    """Return a lock that ends with the process; never a file whose mere existence locks.

    It is a `flock` lock of the operating system. It works across machines only on file systems that
    share such locks (NFS from version 4 on); where a file system has none, locking raises OSError.
    """
    return FileLock(path, fallback_to_soft=False)


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
