"""The error of a fetch: a reason code and a message."""

import re

from foa360.core.shown import printable, without_secrets

#: How libraries show their objects: different in every run, and of no use to a reader.
OBJECT_ADDRESS = re.compile(r"<[^<>]* at 0x[0-9a-f]+>(: |, )?")
MAX_MESSAGE_CHARACTERS = 300


class FetchError(Exception):
    """A download or local file that failed, with a reason code and a message.

    The message is for tables and reports: without secrets of URLs and control characters.
    """

    def __init__(self, reason: str, message: str, retry_after_s: float = 0.0) -> None:
        """`retry_after_s` is the minimum time that the server requests before the next attempt."""
        self.reason = reason
        plain = " ".join(OBJECT_ADDRESS.sub("", without_secrets(message)).split())
        self.message = printable(plain)[:MAX_MESSAGE_CHARACTERS]
        super().__init__(self.message)
        self.retry_after_s = retry_after_s
        self.attempts = 1
