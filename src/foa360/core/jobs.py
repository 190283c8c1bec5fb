"""Log file, progress lines and error message of a job."""

import logging
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from foa360.core.files import create_file
from foa360.core.shown import printable
from foa360.core.tables import TableError

T = TypeVar("T")

#: Environment variable with the value `run` where the view of the whole run shows progress.
VIEW_VARIABLE = "FOA360_VIEW"
#: Minimum time between two progress lines, s.
PROGRESS_INTERVAL_S = 10.0
LOGGER = logging.getLogger("foa360")


class Progress:
    """Progress lines of a loop on standard error: items done and estimated time left."""

    def __init__(self, name: str) -> None:
        """Set the name of the job, which begins each line."""
        self.name = name
        #: What the loop is at, such as a clip; empty before and after it.
        self.current = ""

    def __call__(self, items: Iterable[T], total: int, unit: str) -> Iterator[T]:
        """Yield the items; `unit` names what is counted, in the plural."""
        begin = last = time.monotonic()
        for done, item in enumerate(items):
            self.current = item_name(item)
            now = time.monotonic()
            if done and now - last >= PROGRESS_INTERVAL_S:
                left = (now - begin) / done * (total - done)
                self._count(f"{done}/{total} {unit}, about {left:.0f} s left")
                last = now
            yield item
        self.current = ""
        self._count(f"{total} {unit} in {time.monotonic() - begin:.1f} s")

    def say(self, text: str) -> None:
        """Write one line to standard error and to the log."""
        text = printable(text)
        LOGGER.info("%s", text)
        print(f"[{self.name}] {text}", file=sys.stderr, flush=True)

    def _count(self, text: str) -> None:
        """Write a line of progress to the log; also to standard error, if no view shows it."""
        if os.environ.get(VIEW_VARIABLE) == "run":
            LOGGER.info("%s", text)
        else:
            self.say(text)


def item_name(item: Any) -> str:
    """Return what a person calls an item of a loop: the id of a clip or video; empty for others."""
    if isinstance(item, tuple | list) and item:
        item = item[0]
    name = getattr(item, "clip_id", None) or getattr(item, "video_id", None) or item
    return name if isinstance(name, str) else ""


def error_text(error: Exception) -> str:
    """Return one line about an error: the reason, and the file if the error knows it."""
    reason = str(getattr(error, "strerror", None) or error).splitlines()[0]
    file = getattr(error, "filename", None)
    return reason if file is None else f"{reason}: {file}"


@contextmanager
def job(log: Path, name: str) -> Iterator[Progress]:
    """Run the work of a script: log to its file, end with a readable error.

    An error of a file (disk full, folder not writable, table damaged) becomes one line that names
    it. So do an interruption by the user, and a loss that is not finite. Any other error keeps its
    traceback. All have it in the log. `name` begins each line of progress.
    """
    progress = Progress(name)
    try:
        _log_to(log)
        # The number of threads changes sums in the last digits; jobs run in parallel instead.
        with threadpool_limits(1, "blas"):
            yield progress
    except (OSError, TableError, FloatingPointError) as error:
        LOGGER.exception("stopped: %s%s", error_text(error), place(progress))
        sys.exit(f"[{name}] stopped: {error_text(error)} (log: {log})")
    except KeyboardInterrupt:
        LOGGER.exception("stopped: by the user")
        sys.exit(f"[{name}] stopped by the user")
    except BaseException as error:
        text = printable(f"{type(error).__name__}: {error}")
        LOGGER.exception("stopped: %s%s", text, place(progress))
        raise


def _log_to(log: Path) -> None:
    """Begin a log, which is there once an interruption would be written to it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    _add_messages(log, "w")
    logging.captureWarnings(True)
    create_file(log).close()  # in place of a link


def note_stop(log: Path, reason: str) -> None:
    """Add to the log of a job that it has stopped, after other processes have written it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    _add_messages(log, "a")
    LOGGER.error("stopped: %s", printable(reason))


def _add_messages(log: Path, mode: str) -> None:
    """Write messages to a file, which is opened at the first one."""
    logging.basicConfig(
        handlers=[logging.FileHandler(log, mode, delay=True)],
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )


def place(progress: Progress) -> str:
    """Return where a loop was, in brackets; empty outside of loops."""
    return printable(f" (at {progress.current})") if progress.current else ""
