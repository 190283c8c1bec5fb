"""The one way in which HDF5 files are opened: for reading as data, whoever wrote them; for writing.

HDF5 can point out of a file: soft and external links, external storage and virtual datasets make a
reader return bytes of other files that the user may read. It can also declare more data than the
file has, which a reader then allocates. Files of foa360 use none of this.
"""

import errno
import io
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from foa360.core.files import require_regular_file

#: Kinds of NumPy types that a dataset may have: integers, floats, texts of a fixed length.
KINDS = "iufS"
MAX_AXES = 6
MAX_DATASETS = 1000
#: Longest text of a dataset of texts, bytes.
MAX_TEXT_BYTES = 1 << 16
#: Most that one row along the first axis may take when it is read, bytes, over all datasets.
MAX_ROW_BYTES = 1 << 30
#: Largest ratio of deflate: more than this cannot come out of stored bytes.
MAX_COMPRESSION = 1032
#: Filters of HDF5 that are part of it: deflate, shuffle and checksums.
FILTERS = frozenset({h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32})

#: Errors of a machine or of its disk: too many open files, no memory, no locks, a disk that fails.
MACHINE_ERRORS = frozenset(
    {
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.EIO,
        errno.EAGAIN,
        errno.EACCES,
        errno.EPERM,
        errno.ENOLCK,
        errno.ESTALE,
        errno.ENOENT,
        errno.ETIMEDOUT,
    }
)
LFS_POINTER = b"version https://git-lfs"


class ForeignContentError(OSError):
    """An HDF5 file holds what no file of foa360 holds, and is not read."""

    def __init__(self, path: str | os.PathLike[str], problem: str) -> None:
        """Name the file."""
        super().__init__(0, f"not read: {problem}", str(path))


def open_hdf5(path: str | os.PathLike[str]) -> Any:
    """Open an HDF5 file whose root holds plain datasets only, and return the `h5py.File`.

    Raises ForeignContentError, an OSError, for any other content, and OSError for a file that is
    missing, damaged or no HDF5 file.
    """
    file = _opened(Path(path))
    try:
        problem = _problem(file)
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        file.close()
        raise OSError(0, f"damaged: {error}", str(path)) from None
    except BaseException:
        file.close()
        raise
    if problem is not None:
        file.close()
        raise ForeignContentError(path, problem)
    return file


def is_machine_error(error: BaseException | None) -> bool:
    """Whether an error tells of this machine or its disk, and not of the content of a file."""
    return isinstance(error, OSError) and error.errno in MACHINE_ERRORS


def _opened(path: Path) -> Any:
    """Open a file with errors that name it, which those of HDF5 do not always."""
    require_regular_file(path)
    try:
        return h5py.File(path, "r")
    except FileNotFoundError:
        raise
    except OSError as error:
        problem = _start_problem(path) if not is_machine_error(error) else None
        raise OSError(error.errno or 0, problem or _hdf5_message(error), str(path)) from error


def _start_problem(path: Path) -> str | None:
    """Say what a file is that is no HDF5 file, if its first bytes tell."""
    try:
        with path.open("rb") as file:
            start = file.read(len(LFS_POINTER))
    except OSError:
        return None
    if start == LFS_POINTER:
        return "it is a pointer of Git LFS and not the file itself: `git lfs pull` fetches it"
    return None if start else "the file is empty"


def _hdf5_message(error: OSError) -> str:
    """Return what HDF5 says, without its repetition of the name where the number says all."""
    if is_machine_error(error) and error.errno is not None:
        return os.strerror(error.errno)
    return str(error)


@contextmanager
def create_hdf5(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Write a new HDF5 file in the block, an open `h5py.File`.

    Raises OSError that names the file if it could not be written, such as on a full disk: at the
    end of the block, since HDF5 does not survive an error of its file.
    """
    with Path(path).open("w+b", buffering=0) as disk:
        target = _Target(disk)
        try:
            with h5py.File(target, "w", libver="v110") as file:
                yield file
        finally:
            # Before any error that follows from it, such as of reading what was not written.
            target.require_written(path)


class _Target(io.RawIOBase):
    """A file that keeps its first error, and drops all that is written after it."""

    def __init__(self, disk: io.FileIO) -> None:
        """Write to an open file."""
        self.error: OSError | None = None
        self._disk = disk
        self._position = 0
        self._end = 0

    def require_written(self, path: str | os.PathLike[str]) -> None:
        """Raise OSError that names a file if anything was dropped."""
        if self.error is not None:
            code = self.error.errno or errno.EIO
            raise OSError(code, os.strerror(code), str(path)) from self.error

    def write(self, data: Any) -> int:
        """Write bytes at the position."""
        view = memoryview(data).cast("B")
        begin = 0
        try:
            self._disk.seek(self._position)
            while begin < len(view) and self.error is None:
                begin += self._disk.write(view[begin:])
        except OSError as error:
            self.error = error
        self._position += len(view)
        self._end = max(self._end, self._position)
        return len(view)

    def readinto(self, buffer: Any) -> int:
        """Read bytes from the position; zeros where they were dropped."""
        view = memoryview(buffer).cast("B")
        self._disk.seek(self._position)
        size = self._disk.readinto(view) or 0
        view[size:] = bytes(len(view) - size)
        self._position += len(view)
        return len(view)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Set the position."""
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._end}
        self._position = origin[whence] + offset
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def truncate(self, size: int | None = None) -> int:
        """Set the length of the file."""
        self._end = self._position if size is None else size
        try:
            self._disk.truncate(self._end)
        except OSError as error:
            self.error = self.error or error
        return self._end


def text_attribute(file: Any, name: str) -> str:
    """Return an attribute of an open file that is one text.

    Raises KeyError where there is none, and ValueError where it is no text.
    """
    value = file.attrs[name]
    if not isinstance(value, str):
        raise ValueError(f"the attribute {name} is no text")
    return value


def _problem(file: Any) -> str | None:
    """Describe the first content of a file that is no plain dataset; None if all are."""
    if len(file) > MAX_DATASETS:
        return f"{len(file)} datasets"
    row_bytes = 0
    for name in file:
        if not (isinstance(name, str) and name.isidentifier()):
            return f"{name!r} is no name of a dataset"
        entry = name.encode()
        if file.id.links.get_info(entry).type != h5py.h5l.TYPE_HARD:
            return f"{name!r} is a link"
        if h5py.h5o.get_info(file.id, entry).type != h5py.h5o.TYPE_DATASET:
            return f"{name!r} is no dataset"
        dataset = file[name]
        problem = _dataset_problem(dataset)
        if problem is not None:
            return f"{name!r} {problem}"
        row_bytes += _row_bytes(dataset)
    if row_bytes > MAX_ROW_BYTES:
        return f"a row declares {row_bytes} bytes, more than {MAX_ROW_BYTES}"
    return None


def _dataset_problem(dataset: Any) -> str | None:
    """Describe what is wrong with a dataset, without reading any of its data."""
    creation = dataset.id.get_create_plist()
    if creation.get_external_count() or creation.get_layout() == h5py.h5d.VIRTUAL:
        return "lies in another file"
    filters = [creation.get_filter(index)[0] for index in range(creation.get_nfilters())]
    if not FILTERS.issuperset(filters):
        return "has a filter that is not part of HDF5"
    dtype = dataset.dtype
    if dtype.kind not in KINDS:
        return f"has values of type {dtype}"
    if dtype.kind == "S" and dtype.itemsize > MAX_TEXT_BYTES:
        return f"has texts of {dtype.itemsize} bytes"
    if dataset.shape is None or not 1 <= dataset.ndim <= MAX_AXES:
        return "is no array"
    declared_bytes = math.prod(int(n) for n in dataset.shape) * dtype.itemsize
    stored_bytes = dataset.id.get_storage_size()
    if filters:
        stored_bytes *= MAX_COMPRESSION
    if declared_bytes > stored_bytes:
        return f"declares {declared_bytes} bytes, and the file holds fewer"
    return None


def _row_bytes(dataset: Any) -> int:
    """Bytes that are held to read one row: a chunk is read whole."""
    row = (1, *dataset.shape[1:])
    lengths = [max(int(n) for n in pair) for pair in zip(row, dataset.chunks or row, strict=True)]
    return math.prod(lengths) * int(dataset.dtype.itemsize)
