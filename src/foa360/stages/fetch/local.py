"""Media that are already on this machine."""

import os
import stat
from pathlib import Path

from foa360.stages.fetch.downloads import MediaFile
from foa360.stages.fetch.errors import FetchError


def is_readable(path: Path) -> bool:
    """Return whether `local_file` would return a file, as far as that is known without reading."""
    try:
        _require_readable(path)
    except (FetchError, OSError, ValueError):
        return False
    return True


def local_file(path: Path) -> MediaFile:
    """Return a regular file that exists and can be read; raises FetchError otherwise."""
    try:
        _require_readable(path)
        return MediaFile.of(path)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise FetchError("file_missing", getattr(error, "strerror", None) or str(error)) from None
    except OSError as error:
        raise FetchError("unreadable", error.strerror or str(error)) from None


def _require_readable(path: Path) -> None:
    info = path.stat()
    if not stat.S_ISREG(info.st_mode):
        raise FetchError("unreadable", "not a regular file")
    if info.st_size == 0:
        raise FetchError("empty_file", "0 bytes")
    if not os.access(path, os.R_OK):
        raise FetchError("unreadable", "no permission to read")
