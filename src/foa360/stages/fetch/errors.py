"""The error of a fetch: a reason code and a message."""

import re

#: How libraries show their objects: different in every run, and of no use to a reader.
OBJECT_ADDRESS = re.compile(r"<[^<>]* at 0x[0-9a-f]+>(: |, )?")
MAX_MESSAGE_CHARACTERS = 300


class FetchError(Exception):
    """A download or local file that failed, with a reason code and a message."""

    def __init__(self, reason: str, message: str, retry_after_s: float = 0.0) -> None:
        """`retry_after_s` is the minimum time that the server requests before the next attempt."""
        super().__init__(message)
        self.reason = reason
        self.message = " ".join(OBJECT_ADDRESS.sub("", message).split())[:MAX_MESSAGE_CHARACTERS]
        self.retry_after_s = retry_after_s
        self.attempts = 1
