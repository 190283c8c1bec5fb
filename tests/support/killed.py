"""Trainings that end before their time, as if they were killed."""

from collections.abc import Iterator
from typing import Any

from foa360.core.jobs import Progress


class KilledError(Exception):
    pass


class KilledProgress(Progress):
    """Ends a loop over steps after some of them."""

    def __init__(self, steps: int) -> None:
        super().__init__("test")
        self.steps = steps

    def __call__(self, items, total, unit) -> Iterator[Any]:
        for number, item in enumerate(super().__call__(items, total, unit)):
            if unit == "steps" and number == self.steps:
                raise KilledError
            yield item
