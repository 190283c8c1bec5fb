"""Jobs of a shard that end before their time, as by a signal."""

from collections.abc import Iterable, Iterator
from typing import Any

from foa360.core.jobs import Progress


class Interrupted(BaseException):
    """What ends a job, as a signal does."""


class InterruptedProgress(Progress):
    """Ends the job when one video, which has one clip, is done."""

    def __init__(self) -> None:
        super().__init__("test")

    def __call__(self, items: Iterable[Any], total: int, unit: str) -> Iterator[Any]:
        for number, item in enumerate(items):
            if number == 1:
                raise Interrupted
            yield item
