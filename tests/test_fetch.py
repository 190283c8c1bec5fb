"""Fetching the media of a shard: what is there, what failed, and what is asked for again."""

import hashlib
import os
import threading
import time
from pathlib import Path

import pytest
from media_server import BODY, DIGEST, QUICK, Handler, fetch_video, server, video

from foa360.core import old_tables as tables
from foa360.core.jobs import Progress
from foa360.core.reasons import REASONS
from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.stage import bring_back, drop_shard, fetch_shard
from foa360.stages.fetch.store import fetched, forget

__all__ = ["server"]


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("http://127.0.0.1:9/x", "timeout"), ("http://", "file_missing"),
        ("http://[::1/x", "file_missing"), ("http://a b/\n", "file_missing"),
        ("ftp://example.org/x", "file_missing"), ("file:///etc/hosts", "file_missing"),
    ],
)  # fmt: skip
def test_addresses_that_lead_nowhere_are_rows(tmp_path, place, reason):
    row = fetch_video(video(place), tmp_path / "cache")
    assert row["reason"] == reason
    again = fetch_video(video(place), tmp_path / "cache")
    assert again["message"] == row["message"], "the same words every time"
    assert again["tries"] == row["tries"] * (2 if REASONS[reason].retry else 1)
    assert " at 0x" not in row["message"]


def test_a_file_is_fetched_once_and_mended_when_it_has_changed(server, tmp_path):
    row = fetch_video(video(f"{server}/good.webm?x=/../y"), tmp_path)
    assert (row["state"], row["video_bytes"], row["audio_sha256"]) == ("fetched", len(BODY), DIGEST)
    path = Path(row["video_path"])
    assert path.suffix == ".webm"
    assert path.parent.parent == tmp_path
    assert fetch_video(video(f"{server}/good.webm?x=/../y"), tmp_path) == row
    assert len(Handler.asked) == 1
    for damage in (b"", BODY[:-1], BODY[:-1] + b"\0"):
        path.write_bytes(damage)
        again = fetch_video(video(f"{server}/good.webm?x=/../y"), tmp_path)
        assert again | {"fetched": row["fetched"]} == row
        assert path.read_bytes() == BODY
    (path.parent / "record.json").write_text('{"files": 3}')
    again = fetch_video(video(f"{server}/good.webm?x=/../y"), tmp_path)
    assert again | {"fetched": row["fetched"]} == row


def test_another_address_of_the_same_video_is_fetched(server, tmp_path):
    one = fetch_video(video(f"{server}/good", f"{server}/other"), tmp_path)
    assert one["video_path"] != one["audio_path"]
    two = fetch_video(video(f"{server}/third"), tmp_path)
    assert two["video_path"] not in one.values()
    assert Handler.asked == ["good", "other", "third"]


def test_two_jobs_never_fetch_one_file_at_once(server, tmp_path):
    rows = []

    def fetch():
        rows.append(fetch_video(video(f"{server}/good"), tmp_path))

    threads = [threading.Thread(target=fetch) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Handler.asked == ["good"]
    assert all(row == rows[0] for row in rows)


def test_local_files_are_used_in_place(tmp_path):
    (tmp_path / "-a.mp4").write_bytes(b"video")
    (tmp_path / "a.wav").write_bytes(b"sound")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "circle.mp4").symlink_to(tmp_path / "circle.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    good = fetch_video(video(tmp_path / "-a.mp4", tmp_path / "a.wav"), tmp_path / "cache")
    assert good == {
        "video_id": "-x", "state": "fetched",
        "video_path": str(tmp_path / "-a.mp4"), "audio_path": str(tmp_path / "a.wav"),
        "video_bytes": 5, "audio_bytes": 5,
        "video_sha256": hashlib.sha256(b"video").hexdigest(),
        "audio_sha256": hashlib.sha256(b"sound").hexdigest(),
    }  # fmt: skip
    bad = {
        "empty.mp4": "empty_file", "pipe.mp4": "unreadable", ".": "unreadable",
        "circle.mp4": "unreadable", "absent.mp4": "file_missing", "a\0b": "file_missing",
        "-a.mp4/x": "file_missing", "a" * 300: "unreadable",
    }  # fmt: skip
    rows = {name: fetch_video(video(tmp_path / name), tmp_path / "cache") for name in bad}
    assert {name: row["reason"] for name, row in rows.items()} == bad
    assert all(row["message"] for row in rows.values())
    assert not (tmp_path / "cache").exists()


def test_a_shard_of_urls_and_files(server, tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"video")
    rows = [
        {"shard": "s0000", "clip_id": f"{v}_{s}", "video_id": v, "start": s, "duration": 1.0,
         "split": "train", "source": "list", "video": p, "audio": p}
        for v, p in (("../up", f"{server}/good"), ("file", str(tmp_path / "a.mp4")),
                     ("gone", f"{server}/404"))
        for s in (0.0, 1.0)
    ]  # fmt: skip
    rows.append({**rows[0], "shard": "s0001", "video_id": "elsewhere"})
    tables.write(tmp_path / "plan.parquet", rows, tables.PLAN)
    out = tmp_path / "fetch.parquet"
    fetch_shard(
        tmp_path / "plan.parquet", "s0000", tmp_path / "cache", out, Progress("test"), QUICK
    )
    first = out.read_bytes()
    frame = tables.read(out)
    assert list(frame["video_id"]) == ["../up", "file", "gone"]
    assert list(frame["state"]) == ["fetched", "fetched", "failed"]
    assert list(frame.columns) == [c.name for c in tables.FETCH]
    assert str(tmp_path / "cache") in frame["video_path"].iloc[0]
    fetch_shard(
        tmp_path / "plan.parquet", "s0000", tmp_path / "cache", out, Progress("test"), QUICK
    )
    assert out.read_bytes() == first
    assert Handler.asked.count("good") == 1


def test_a_failed_download_leaves_no_record(tmp_path):
    def get(folder):
        (folder / "half").write_bytes(b"x")
        raise FetchError("timeout", "gone")

    with pytest.raises(FetchError):
        fetched(tmp_path, "x", get)
    assert not list(tmp_path.rglob("record.json"))


def test_what_is_gone_for_good_is_not_asked_for_again(server, tmp_path):
    gone, busy = f"{server}/404", f"{server}/500"
    for _ in range(2):
        assert fetch_video(video(gone), tmp_path)["reason"] == "removed"
        assert fetch_video(video(busy), tmp_path)["reason"] == "http_5xx"
    assert Handler.asked.count("404") == 1
    assert Handler.asked.count("500") == 6
    assert fetch_video(video(busy), tmp_path)["tries"] == 9
    assert forget(tmp_path, {"removed"}) == 1
    fetch_video(video(gone), tmp_path)
    assert Handler.asked.count("404") == 2


def test_the_ledger_tells_how_a_file_came(server, tmp_path):
    row = fetch_video(video(f"{server}/flaky"), tmp_path)
    assert row["tries"] == 2
    assert row["tool"].startswith("requests ")
    assert row["fetched"].endswith("+00:00")


def test_downloads_wait_for_a_slot(server, tmp_path):
    """With one slot, files come one after another, whoever asks."""
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


def plan_of(tmp_path, *places):
    rows = [
        {"shard": "s0000", "clip_id": f"{i}_0", "video_id": str(i), "start": 0.0, "duration": 1.0,
         "split": "train", "source": "list", "video": p, "audio": p}
        for i, p in enumerate(places)
    ]  # fmt: skip
    tables.write(tmp_path / "plan.parquet", rows, tables.PLAN)
    return tmp_path / "plan.parquet"


def test_downloads_are_dropped_and_brought_back_but_local_files_stay(server, tmp_path):
    (tmp_path / "own.mp4").write_bytes(b"video")
    plan = plan_of(tmp_path, f"{server}/good", str(tmp_path / "own.mp4"))
    out, cache = tmp_path / "fetch.parquet", tmp_path / "cache"
    fetch_shard(plan, "s0000", cache, out, Progress("test"), QUICK, 1.0)
    table = out.read_bytes()
    paths = [Path(p) for p in tables.read(out)["video_path"]]
    assert drop_shard(plan, "s0000", cache) == len(BODY)
    assert [p.exists() for p in paths] == [False, True]
    bring_back(out, plan, "s0000", cache, QUICK)
    assert paths[0].read_bytes() == BODY
    assert out.read_bytes() == table


def test_a_shard_that_is_too_large_for_the_cache_fails_in_part(server, tmp_path):
    plan = plan_of(tmp_path, f"{server}/one", f"{server}/two")
    out = tmp_path / "fetch.parquet"
    budget = 1.5 * len(BODY) / 1e9
    fetch_shard(plan, "s0000", tmp_path / "cache", out, Progress("test"), QUICK, budget)
    frame = tables.read(out)
    assert list(frame["state"]) == ["fetched", "failed"]
    assert frame["reason"].iloc[1] == "cache_full"
    files = [p for p in (tmp_path / "cache").rglob("media*") if p.is_file()]
    assert sum(p.stat().st_size for p in files) == len(BODY)
