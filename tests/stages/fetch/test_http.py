"""Downloads over HTTP from a real server that misbehaves."""

import os
import time
from dataclasses import replace

import pytest
from support.media_server import BODY, IMPATIENT_LIMITS, QUICK_LIMITS, QUICK_POLICY, Handler

from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.http import download
from foa360.stages.fetch.retry import RetryPolicy

ONE_ATTEMPT = RetryPolicy(max_attempts=1)


@pytest.mark.parametrize("name", ["good", "flaky", "broken", "soon", "changed", "nameless"])
def test_transient_errors_are_tried_again(server, tmp_path, name):
    download(f"{server}/{name}", tmp_path / "x", QUICK_POLICY, QUICK_LIMITS)
    assert (tmp_path / "x").read_bytes() == BODY
    assert len(Handler.requested) == (1 if name == "good" else 2)
    assert os.listdir(tmp_path) == ["x"], "nothing else is left"


def test_a_partial_file_is_resumed_only_if_it_is_the_same_file(server, tmp_path):
    for name in ("broken", "changed", "nameless"):
        download(f"{server}/{name}", tmp_path / name, QUICK_POLICY, QUICK_LIMITS)
        assert (tmp_path / name).read_bytes() == BODY
    assert Handler.ranges == [
        None,
        "bytes=70000-",
        None,
        "bytes=70000-",
        None,
        None,
    ]


def test_a_later_run_continues_what_an_earlier_one_began(server, tmp_path):
    with pytest.raises(FetchError, match="more expected"):
        download(f"{server}/broken", tmp_path / "x", ONE_ATTEMPT, QUICK_LIMITS)
    download(f"{server}/broken", tmp_path / "x", ONE_ATTEMPT, QUICK_LIMITS)
    assert Handler.ranges == [None, "bytes=70000-"]
    assert (tmp_path / "x").read_bytes() == BODY


def test_a_partial_file_that_is_too_long_is_begun_anew(server, tmp_path):
    (tmp_path / "x.part").write_bytes(b"z" * 500)
    (tmp_path / "x.version").write_text('"other"')
    download(f"{server}/good", tmp_path / "x", QUICK_POLICY, QUICK_LIMITS)
    assert (tmp_path / "x").read_bytes() == BODY


@pytest.mark.parametrize(
    ("path", "reason", "attempts"),
    [
        ("404", "removed", 1),
        ("410", "removed", 1),
        ("403", "http_4xx", 1),
        ("451", "geo", 1),
        ("500", "http_5xx", 3),
        ("429", "rate_limited", 3),
        ("204", "fetch_error", 3),
        ("page", "not_media", 1),
        ("later", "rate_limited", 1),
        ("empty", "empty_file", 1),
        ("short", "truncated_download", 3),
        ("chunks", "truncated_download", 3),
        ("loop", "http_4xx", 31),
    ],
)
def test_failures_have_reasons(server, tmp_path, path, reason, attempts):
    with pytest.raises(FetchError) as error:
        download(f"{server}/{path}", tmp_path / "x", QUICK_POLICY, QUICK_LIMITS)
    assert error.value.reason == reason
    assert not (tmp_path / "x").exists()
    assert len(Handler.requested) == attempts


def test_a_server_that_does_not_go_on_is_tried_again(server, tmp_path):
    with pytest.raises(FetchError) as error:
        download(f"{server}/stall", tmp_path / "x", QUICK_POLICY, IMPATIENT_LIMITS)
    assert (error.value.reason, error.value.attempts) == ("timeout", 3)
    assert not (tmp_path / "x").exists()


def test_the_server_says_when_to_come_back(server, tmp_path):
    download(f"{server}/date", tmp_path / "x", QUICK_POLICY, QUICK_LIMITS)
    assert len(Handler.requested) == 2


def test_a_rate_is_kept(server, tmp_path):
    limits = replace(QUICK_LIMITS, bytes_per_s=200_000)
    begin = time.monotonic()
    assert download(f"{server}/good", tmp_path / "x", QUICK_POLICY, limits) == 1
    assert time.monotonic() - begin > 0.8 * len(BODY) / 200_000


def test_a_size_that_is_not_announced_obeys_the_limit(server, tmp_path):
    limits = replace(QUICK_LIMITS, max_bytes=len(BODY) / 2)
    with pytest.raises(FetchError) as error:
        download(f"{server}/unannounced", tmp_path / "x", ONE_ATTEMPT, limits)
    assert error.value.reason == "cache_full"
    assert not list(tmp_path.glob("x*.part"))
    exact = replace(QUICK_LIMITS, max_bytes=len(BODY))
    download(f"{server}/unannounced", tmp_path / "x", ONE_ATTEMPT, exact)
    assert (tmp_path / "x").read_bytes() == BODY
