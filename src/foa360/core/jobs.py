"""Log file, progress lines and error message of a job."""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from threadpoolctl import threadpool_limits

T = TypeVar("T")

#: Minimum time between two progress lines, s.
PROGRESS_INTERVAL_S = 10.0
LOGGER = logging.getLogger("foa360")


class Progress:
    """Progress lines of a loop on standard error: items done and estimated time left."""

    def __init__(self, name: str) -> None:
        """Set the name of the job, which begins each line."""
        self.name = name

    def __call__(self, items: Iterable[T], total: int, unit: str) -> Iterator[T]:
        """Yield the items; `unit` names what is counted, in the plural."""
        begin = last = time.monotonic()
        for done, item in enumerate(items):
            now = time.monotonic()
            if done and now - last >= PROGRESS_INTERVAL_S:
                left = (now - begin) / done * (total - done)
                self.say(f"{done}/{total} {unit}, about {left:.0f} s left")
                last = now
            yield item
        self.say(f"{total} {unit} in {time.monotonic() - begin:.1f} s")

    def say(self, text: str) -> None:
        """Write one line to standard error and to the log."""
        LOGGER.info("%s", text)
        print(f"[{self.name}] {text}", file=sys.stderr, flush=True)


@contextmanager
def job(log: Path, name: str) -> Iterator[Progress]:
    """Run the work of a script: log to its file, end with a readable error.

    An error of the operating system (disk full, folder not writable) becomes one line that names
    the file; any other error keeps its traceback, in the log and on standard error. `name` begins
    each line of progress.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=log,
        filemode="w",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    logging.captureWarnings(True)
    try:
        # The number of threads changes sums in the last digits; jobs run in parallel instead.
        with threadpool_limits(1, "blas"):
            yield Progress(name)
    except OSError as error:
        LOGGER.exception("stopped")
        reason = error.strerror or error
        sys.exit(f"[{name}] stopped: {reason}: {error.filename or '?'} (log: {log})")
    except BaseException:
        LOGGER.exception("stopped")
        raise
