"""No more downloads at once than agreed, over all jobs that share a cache."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Between two looks at whether a slot is free, s.
LOOK = 0.1


@contextmanager
def slot(cache: Path, count: int) -> Iterator[None]:
    """Hold one of `count` slots; wait for one. Slots of processes that ended are free."""
    folder = cache / "slots"
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        for number in range(count):
            with (folder / str(number)).open("w") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield
                return
        time.sleep(LOOK)
