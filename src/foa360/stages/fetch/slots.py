"""A limit on simultaneous downloads, over all jobs that share a cache."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import Timeout

from foa360.core.files import lock_file

#: Pause between two searches for a free slot, s.
POLL_INTERVAL_S = 0.1


@contextmanager
def slot(media: Path, count: int) -> Iterator[None]:
    """Hold one of `count` slots of the cache folder `media`; wait until one is free.

    The slots of processes that ended are free.
    """
    folder = media / "slots"
    if folder.is_symlink():
        folder.unlink()  # nothing is written through a link
    folder.mkdir(parents=True, exist_ok=True)
    locks = [lock_file(folder / str(number)) for number in range(count)]
    while True:
        for lock in locks:
            try:
                lock.acquire(blocking=False)
            except Timeout:
                continue
            try:
                yield
            finally:
                lock.release()
            return
        time.sleep(POLL_INTERVAL_S)
