"""Media that were fetched must still be there: a file that is gone is no damaged one."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foa360.core.files import sha256
from foa360.core.records import FetchedVideo

CHANGED = "changed since it was fetched; run again with --forcerun fetch_shard"


@contextmanager
def media_present(video: FetchedVideo) -> Iterator[None]:
    """Read the media of a fetched video in the block; they must be there before and after it.

    Scratch file systems delete old files. What a stage reads of such a file would look like
    damaged media, and be recorded so.

    Raises FileNotFoundError if a file is gone, OSError if its size is not that of the fetch table.
    """
    _require(video)
    yield
    _require(video)


def require_unchanged(video: FetchedVideo) -> None:
    """Compare the content of media that seem damaged with that which was fetched.

    A disk that fails, or bytes that changed since, must not be recorded as damaged media. Raises
    OSError that names the file.
    """
    files = ((video.video_path, video.video_sha256), (video.audio_path, video.audio_sha256))
    for path, digest in dict.fromkeys(files):
        if path is None or digest is None:
            continue
        try:
            found = sha256(path)
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from error
        if found != digest:
            raise OSError(errno.ESTALE, CHANGED, path)


def _require(video: FetchedVideo) -> None:
    files = ((video.video_path, video.video_bytes), (video.audio_path, video.audio_bytes))
    for path, size in files:
        if path is None or not Path(path).is_file():
            message = "file_missing: it was fetched, and is gone; run again when it is back"
            raise FileNotFoundError(errno.ENOENT, message, path or video.video_id)
        if size is not None and Path(path).stat().st_size != size:
            raise OSError(errno.ESTALE, CHANGED, path)
