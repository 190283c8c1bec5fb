"""Failures of a workflow: which tables are requested so that the next run attempts them again."""

import os
import time

from support.fetching import fetch, planned
from support.media_server import Handler

from foa360.core import tables
from foa360.core.records import FetchedVideo
from foa360.stages.fetch.failures import (
    count_failures,
    request_path,
    retry_failures,
    retry_found,
)


def test_tables_with_transient_failures_are_requested(server, tmp_path):
    plan = planned(tmp_path, {"0": f"{server}/good", "1": f"{server}/500", "2": f"{server}/404"})
    results = tmp_path / "results"
    results.mkdir()
    fetch(plan, tmp_path).rename(results / "s0000.parquet")
    (results / "s0001.parquet").write_bytes(b"damaged")
    assert count_failures(results) == {results / "s0000.parquet": {"http_5xx": 1, "removed": 1}}
    assert retry_failures(results, tmp_path / "cache", {"geo"}) == {}
    request = request_path(results / "s0000.parquet")
    assert not request.exists()
    assert retry_failures(results, tmp_path / "cache") == {"http_5xx": 1}
    assert request.stat().st_mtime_ns >= (results / "s0000.parquet").stat().st_mtime_ns
    assert sorted(path.name for path in results.iterdir()) == [
        "s0000.again",
        "s0000.parquet",
        "s0001.parquet",
    ]


def test_after_requests_in_vain_there_are_pauses(server, tmp_path):
    plan = planned(tmp_path, {"0": f"{server}/500"})
    fetch(plan, tmp_path).rename(tmp_path / "s0000.parquet")
    for _ in range(3):
        assert retry_failures(tmp_path, tmp_path / "cache")
    assert not retry_failures(tmp_path, tmp_path / "cache")
    request = request_path(tmp_path / "s0000.parquet")
    two_hours_ago = time.time() - 7200
    os.utime(request, (two_hours_ago, two_hours_ago))
    assert retry_failures(tmp_path, tmp_path / "cache")
    os.utime(request, (two_hours_ago + 1800, two_hours_ago + 1800))
    assert not retry_failures(tmp_path, tmp_path / "cache"), "the second pause is longer"
    assert retry_failures(tmp_path, tmp_path / "cache", at_once=True)


def test_lasting_failures_are_attempted_again_on_request(server, tmp_path):
    plan = planned(tmp_path, {"0": f"{server}/404"})
    fetch(plan, tmp_path)
    fetch(plan, tmp_path)
    assert Handler.requested == ["404"]
    assert retry_failures(tmp_path, tmp_path / "cache", {"removed"}) == {"removed": 1}
    fetch(plan, tmp_path)
    assert Handler.requested == ["404", "404"]


def test_local_files_that_have_come_are_fetched_and_no_others(tmp_path):
    missing = {"reason": "file_missing", "state": "failed"}
    for shard in ("s0000", "s0001"):
        rows = [FetchedVideo(video_id=f"{shard}-{name}", **missing) for name in "ab"]
        tables.write(tmp_path / f"{shard}.parquet", rows, FetchedVideo)
    come = tmp_path / "come.mp4"
    come.write_bytes(b"x")
    local_files = {
        "s0000": {"s0000-a": ["gone.mp4"], "s0000-b": [str(come)]},
        "s0001": {"s0001-a": ["gone.mp4"], "s0001-b": [str(come), "gone.wav"]},
        "s0002": {"s0002-a": [str(come)]},
    }
    (tmp_path / "empty.mp4").touch()
    os.mkfifo(tmp_path / "pipe.mp4")
    local_files["s0003"] = {"s0003-a": [str(tmp_path / "empty.mp4")]}
    local_files["s0003"]["s0003-b"] = [str(tmp_path / "pipe.mp4")]
    rows = [FetchedVideo(video_id=f"s0003-{name}", **missing) for name in "ab"]
    tables.write(tmp_path / "s0003.parquet", rows, FetchedVideo)
    assert retry_found(tmp_path, local_files) == 1
    assert [path.name for path in tmp_path.glob("*.again")] == ["s0000.again"]


def test_files_that_may_be_read_now_are_fetched_again(tmp_path):
    """A permission changes neither size nor time of a file."""
    media = tmp_path / "a.mp4"
    media.write_bytes(b"x")
    denied = {"reason": "unreadable", "message": "no permission to read", "state": "failed"}
    table = tmp_path / "s0000.parquet"
    tables.write(table, [FetchedVideo(video_id="a", **denied)], FetchedVideo)
    files = {"s0000": {"a": [str(media)]}}
    for _ in range(3):
        assert retry_found(tmp_path, files) == 1
    assert retry_found(tmp_path, files) == 0, "a disk that fails is not read at every start"
    request_path(table).unlink()
    media.unlink()
    os.mkfifo(media)
    assert retry_found(tmp_path, files) == 0
