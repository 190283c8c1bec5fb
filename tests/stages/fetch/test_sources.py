"""Fetching a source video: local files in place, URLs into the cache, failures with a reason."""

import dataclasses
import hashlib
import os
import threading
import time
from pathlib import Path

import pytest
from support.media_server import BODY, DIGEST, QUICK, Handler, fetch_video, video

from foa360.core.reasons import REASONS
from foa360.core.records import FetchedVideo
from foa360.stages.fetch import sources
from foa360.stages.fetch.local import local_file


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9/x", "timeout"),
        ("http://", "file_missing"),
        ("http://[::1/x", "file_missing"),
        ("http://a b/\n", "file_missing"),
        ("ftp://example.org/x", "file_missing"),
        ("file:///etc/hosts", "file_missing"),
    ],
)
def test_urls_that_lead_nowhere_are_rows(tmp_path, url, reason):
    row = fetch_video(video(url), tmp_path / "cache")
    assert row.reason == reason
    again = fetch_video(video(url), tmp_path / "cache")
    assert again.message == row.message, "the same message every time"
    assert again.attempts == row.attempts * (2 if REASONS[reason].retry else 1)
    assert " at 0x" not in row.message


def test_a_file_is_fetched_once_and_again_when_it_has_changed(server, tmp_path):
    source = video(f"{server}/good.webm?x=/../y")
    row = fetch_video(source, tmp_path)
    assert (row.state, row.video_bytes, row.audio_sha256) == ("fetched", len(BODY), DIGEST)
    path = Path(row.video_path)
    assert path.suffix == ".webm"
    assert path.parent.parent == tmp_path
    assert fetch_video(source, tmp_path) == row
    assert len(Handler.requested) == 1
    for damage in (b"", BODY[:-1], BODY[:-1] + b"\0"):
        path.write_bytes(damage)
        again = fetch_video(source, tmp_path)
        assert dataclasses.replace(again, fetched_at=row.fetched_at) == row
        assert path.read_bytes() == BODY
    (path.parent / "record.json").write_text('{"files": 3}')
    again = fetch_video(source, tmp_path)
    assert dataclasses.replace(again, fetched_at=row.fetched_at) == row


def test_a_file_with_video_and_audio_is_read_once(tmp_path, monkeypatch):
    (tmp_path / "a.mp4").write_bytes(b"video")
    opened = []
    monkeypatch.setattr(sources, "local_file", lambda p: opened.append(p) or local_file(p))
    assert fetch_video(video(tmp_path / "a.mp4"), tmp_path / "cache").state == "fetched"
    assert opened == [tmp_path / "a.mp4"]


def test_another_url_of_the_same_video_is_fetched(server, tmp_path):
    one = fetch_video(video(f"{server}/good", f"{server}/other"), tmp_path)
    assert one.video_path != one.audio_path
    two = fetch_video(video(f"{server}/third"), tmp_path)
    assert two.video_path not in {one.video_path, one.audio_path}
    assert Handler.requested == ["good", "other", "third"]


def test_two_jobs_never_fetch_one_file_at_once(server, tmp_path):
    rows = []

    def fetch():
        rows.append(fetch_video(video(f"{server}/good"), tmp_path))

    threads = [threading.Thread(target=fetch) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Handler.requested == ["good"]
    assert len(rows) == 6
    assert all(row == rows[0] for row in rows)


def test_local_files_are_used_in_place(tmp_path):
    (tmp_path / "-a.mp4").write_bytes(b"video")
    (tmp_path / "a.wav").write_bytes(b"audio")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "circle.mp4").symlink_to(tmp_path / "circle.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    good = fetch_video(video(tmp_path / "-a.mp4", tmp_path / "a.wav"), tmp_path / "cache")
    assert good == FetchedVideo(
        video_id="-x",
        state="fetched",
        video_path=str(tmp_path / "-a.mp4"),
        audio_path=str(tmp_path / "a.wav"),
        video_bytes=5,
        audio_bytes=5,
        video_sha256=hashlib.sha256(b"video").hexdigest(),
        audio_sha256=hashlib.sha256(b"audio").hexdigest(),
    )
    bad = {
        "empty.mp4": "empty_file",
        "pipe.mp4": "unreadable",
        ".": "unreadable",
        "circle.mp4": "unreadable",
        "absent.mp4": "file_missing",
        "a\0b": "file_missing",
        "-a.mp4/x": "file_missing",
        "a" * 300: "unreadable",
    }
    rows = {name: fetch_video(video(tmp_path / name), tmp_path / "cache") for name in bad}
    assert {name: row.reason for name, row in rows.items()} == bad
    assert all(row.message for row in rows.values())
    assert all(row.attempts is None for row in rows.values())
    assert not (tmp_path / "cache").exists()


def test_remote_audio_of_a_local_video_has_the_facts_of_its_download(server, tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"video")
    row = fetch_video(video(tmp_path / "a.mp4", f"{server}/flaky"), tmp_path / "cache")
    assert (row.video_bytes, row.audio_sha256, row.attempts) == (5, DIGEST, 2)


def test_the_row_has_attempts_tool_and_time_of_the_download(server, tmp_path):
    row = fetch_video(video(f"{server}/flaky"), tmp_path)
    assert row.attempts == 2
    assert row.tool.startswith("requests ")
    assert row.fetched_at.endswith("+00:00")


def test_downloads_wait_for_a_slot(server, tmp_path):
    """With one slot, files come one after another, whichever job requests them."""
    settings = QUICK.model_copy(update={"concurrent": 1, "rate_mb": 1.0})
    threads = [
        threading.Thread(target=fetch_video, args=(video(f"{server}/{n}"), tmp_path, settings))
        for n in ("one", "two", "three")
    ]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - begin > 3 * 0.8 * len(BODY) / 1e6
    assert len(list(tmp_path.glob("slots/*"))) == 1
