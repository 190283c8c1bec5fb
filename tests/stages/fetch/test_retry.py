"""Retries: which errors are tried again, how often, and after which pauses."""

import time

import pytest

from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.retry import RetryPolicy


@pytest.fixture
def pauses(monkeypatch):
    """Pauses between attempts, which take no time."""
    made = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def failing(*errors):
    """Return a function that raises one error after another, and then returns 7."""
    left = list(errors)

    def function():
        if left:
            raise left.pop(0)
        return 7

    return function


def test_pauses_double_up_to_the_longest(pauses):
    policy = RetryPolicy(max_attempts=6, initial_backoff_s=1.0, max_backoff_s=5.0)
    with pytest.raises(FetchError) as error:
        policy.call(failing(*(FetchError("timeout", "x") for _ in range(9))))
    assert pauses == [1, 2, 4, 5, 5]
    assert error.value.attempts == 6


def test_a_server_that_requests_a_longer_pause_gets_it(pauses):
    policy = RetryPolicy(max_attempts=4, initial_backoff_s=1.0, max_backoff_s=30.0)
    errors = [FetchError("rate_limited", "x", seconds) for seconds in (20.0, 0.5)]
    assert policy.call(failing(*errors)) == (7, 3)
    assert pauses == [20, 2]


def test_a_pause_above_the_longest_ends_the_attempts(pauses):
    with pytest.raises(FetchError) as error:
        RetryPolicy().call(failing(FetchError("rate_limited", "x", 3600.0)))
    assert (error.value.attempts, pauses) == (1, [])


@pytest.mark.parametrize("error", [FetchError("removed", "x"), KeyError("x")])
def test_lasting_and_other_errors_are_raised_at_once(pauses, error):
    with pytest.raises(type(error)):
        RetryPolicy().call(failing(error))
    assert pauses == []


def test_a_single_attempt_makes_no_pause(pauses):
    policy = RetryPolicy(max_attempts=1)
    assert policy.call(failing()) == (7, 1)
    with pytest.raises(FetchError):
        policy.call(failing(FetchError("timeout", "x")))
    assert pauses == []
