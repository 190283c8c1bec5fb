"""The one error of fetching."""


class FetchError(Exception):
    """A download or local file that failed, with a reason code and what was said."""

    def __init__(self, reason: str, message: str, wait: float = 0.0) -> None:
        """`wait` is how long the server asks to be left alone, s."""
        super().__init__(message)
        self.reason = reason
        self.message = " ".join(message.split())[:300]
        self.wait = wait
