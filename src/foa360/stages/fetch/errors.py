"""The one error of fetching, and how often to try again."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from foa360.core.reasons import REASONS

T = TypeVar("T")
#: What libraries say of their objects is different in every run, and no use to a reader.
OBJECT = re.compile(r"<[^<>]* at 0x[0-9a-f]+>(: |, )?")


class FetchError(Exception):
    """A download or local file that failed, with a reason code and what was said."""

    def __init__(self, reason: str, message: str, wait: float = 0.0) -> None:
        """`wait` is how long the server asks to be left alone, s."""
        super().__init__(message)
        self.reason = reason
        self.message = " ".join(OBJECT.sub("", message).split())[:300]
        self.wait = wait
        self.tries = 1

    def record(self) -> dict[str, object]:
        """What is remembered of it."""
        return {"reason": self.reason, "message": self.message, "tries": self.tries}


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server, s, and how often to ask it."""

    connect: float = 10.0
    read: float = 30.0
    tries: int = 3
    first_wait: float = 1.0
    longest_wait: float = 60.0

    def retry(self, get: Callable[[], T]) -> T:
        """Result of `get`, tried again, twice as late each time, after errors that may pass.

        A server that wants to be left alone for longer than `longest_wait` is not asked again.
        Raises FetchError.
        """
        wait = self.first_wait
        for left in reversed(range(self.tries)):
            try:
                return get()
            except FetchError as error:
                error.tries = self.tries - left
                passing = REASONS[error.reason].retry and error.wait <= self.longest_wait
                if not left or not passing:
                    raise
                time.sleep(max(wait, error.wait))
                wait = min(2 * wait, self.longest_wait)
        raise ValueError("tries must be 1 or more")


PATIENCE = Patience()
