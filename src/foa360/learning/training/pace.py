"""How fast a training goes, and how long it waits for data."""

import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Pace(NamedTuple):
    """Clips per second, and the share of the time that was spent waiting for data, 0 to 1."""

    clips_per_second: float
    waiting: float

    def __str__(self) -> str:
        """Return a phrase for a log."""
        return f"{self.clips_per_second:.1f} clips/s, {self.waiting:.0%} of it waiting for data"


class Stopwatch:
    """Measures a loop over batches."""

    def __init__(self) -> None:
        """Start."""
        self.begin = time.monotonic()
        self.clips = 0
        self.waited = 0.0

    def timed(self, batches: Iterable[T]) -> Iterator[T]:
        """Yield batches, and add up the time until each of them is there."""
        iterator = iter(batches)
        while True:
            begin = time.monotonic()
            try:
                batch = next(iterator)
            except StopIteration:
                return
            self.waited += time.monotonic() - begin
            yield batch

    def pace(self) -> Pace:
        """Return what was measured since the start."""
        seconds = max(time.monotonic() - self.begin, 1e-9)
        return Pace(self.clips / seconds, self.waited / seconds)
