"""What every job of the workflow needs: a log of its own, progress, a clear last word."""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

T = TypeVar("T")

#: Seconds between two lines of progress.
INTERVAL = 10.0


class Progress:
    """Says on standard error, now and then, how far a loop is and how long it will still take."""

    def __init__(self, name: str) -> None:
        """Name the job as it shall appear in front of each line."""
        self.name = name

    def __call__(self, items: Iterable[T], total: int, unit: str) -> Iterator[T]:
        """Yield the items; `unit` is what is counted, in the plural."""
        begin = last = time.monotonic()
        for done, item in enumerate(items):
            now = time.monotonic()
            if now - last >= INTERVAL and done:
                left = (now - begin) / done * (total - done)
                self.say(f"{done}/{total} {unit}, about {left:.0f} s left")
                last = now
            yield item
        self.say(f"{total} {unit} in {time.monotonic() - begin:.1f} s")

    def say(self, text: str) -> None:
        """One line for the person who waits, and for the log."""
        logging.getLogger("foa360").info("%s", text)
        print(f"[{self.name}] {text}", file=sys.stderr, flush=True)


@contextmanager
def job(snakemake: Any) -> Iterator[Progress]:
    """Run a script's work: log to the rule's log file, end with a readable error.

    An error of the operating system (disk full, folder not writable) becomes one line that names
    the file; anything else keeps its traceback, in the log and on standard error.
    """
    log = Path(str(snakemake.log[0]))
    log.parent.mkdir(parents=True, exist_ok=True)
    name = " ".join([snakemake.rule, *map(str, snakemake.wildcards)])
    logging.basicConfig(
        filename=log,
        filemode="w",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    logging.captureWarnings(True)
    try:
        # Sums over more threads are other numbers; jobs run side by side instead.
        with threadpool_limits(1, "blas"):
            yield Progress(name)
    except OSError as error:
        logging.getLogger("foa360").exception("stopped")
        sys.exit(
            f"[{name}] stopped: {error.strerror or error}: {error.filename or '?'} (log: {log})"
        )
    except BaseException:
        logging.getLogger("foa360").exception("stopped")
        raise
