"""How often a download is attempted, and the pauses in between."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
)

from foa360.config.fetch import Fetch
from foa360.core.reasons import REASONS
from foa360.stages.fetch.errors import FetchError

T = TypeVar("T")


class Attempted(NamedTuple, Generic[T]):
    """Result of a function, and the number of attempts that it took."""

    result: T
    attempts: int


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """Attempts of a download: transient errors are tried again, after a pause that doubles.

    A server that requests a longer pause gets it; if that is longer than `max_backoff_s`, the
    download is not attempted again.
    """

    max_attempts: int = 3
    #: Pause before the second attempt, s.
    initial_backoff_s: float = 1.0
    #: Longest pause between two attempts, s.
    max_backoff_s: float = 60.0

    @classmethod
    def of(cls, settings: Fetch) -> "RetryPolicy":
        """Return the policy that the configuration describes."""
        return cls(
            max_attempts=settings.max_attempts,
            initial_backoff_s=settings.initial_backoff,
            max_backoff_s=settings.max_backoff,
        )

    def call(self, function: Callable[[], T]) -> Attempted[T]:
        """Call a function that may raise FetchError, as often as the policy allows.

        Raises the FetchError of the last attempt, with the number of attempts.
        """
        retrying = self.retrying()
        try:
            result = retrying(function)
        except FetchError as error:
            error.attempts = retrying.statistics["attempt_number"]
            raise
        return Attempted(result, retrying.statistics["attempt_number"])

    def retrying(self) -> Retrying:
        """Return the loop over attempts."""
        backoff = wait_exponential(multiplier=self.initial_backoff_s, max=self.max_backoff_s)

        def pause_s(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            requested = error.retry_after_s if isinstance(error, FetchError) else 0.0
            return max(backoff(state), requested)

        return Retrying(
            stop=stop_after_attempt(self.max_attempts),
            wait=pause_s,
            retry=retry_if_exception(self._may_pass),
            reraise=True,
        )

    def _may_pass(self, error: BaseException) -> bool:
        return (
            isinstance(error, FetchError)
            and REASONS[error.reason].retry
            and error.retry_after_s <= self.max_backoff_s
        )
