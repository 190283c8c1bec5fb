"""A budget for the cache: downloads are deleted and restored, and the largest fail."""

from pathlib import Path

import pytest
from support.fetching import fetch, planned
from support.media_server import BODY, QUICK, Handler

from foa360.config.cache import Cache
from foa360.core import tables
from foa360.core.records import FetchedVideo
from foa360.stages.fetch.budget import borrowed, delete_downloads, restore_downloads


def test_downloads_are_deleted_and_restored_but_local_files_stay(server, tmp_path):
    (tmp_path / "own.mp4").write_bytes(b"video")
    plan = planned(tmp_path, {"0": f"{server}/good", "1": str(tmp_path / "own.mp4")})
    out, cache = fetch(plan, tmp_path, max_gb=1.0), tmp_path / "cache"
    table = out.read_bytes()
    paths = [Path(row.video_path) for row in tables.read(out, FetchedVideo)]
    assert delete_downloads("s0000", plan, cache) == len(BODY)
    assert [path.exists() for path in paths] == [False, True]
    restore_downloads("s0000", plan, out, cache, QUICK)
    assert paths[0].read_bytes() == BODY
    assert out.read_bytes() == table


def test_media_are_there_while_a_stage_needs_them(server, tmp_path):
    plan = planned(tmp_path, {"0": f"{server}/good"})
    out = fetch(plan, tmp_path, max_gb=1.0)
    path = Path(tables.read(out, FetchedVideo)[0].video_path)
    budget = Cache(path=str(tmp_path / "cache"), max_gb=1.0)
    delete_downloads("s0000", plan, tmp_path / "cache")
    with borrowed("s0000", plan, out, budget, QUICK):
        assert path.exists()
    assert path.exists()
    with borrowed("s0000", plan, out, budget, QUICK, last=True):
        assert path.exists()
    assert not path.exists()
    no_limit = Cache(path=str(tmp_path / "cache"))
    with borrowed("s0000", plan, out, no_limit, QUICK, last=True):
        assert path.exists(), "what another program deleted is restored"
    assert path.exists(), "without a budget nothing is deleted"
    assert Handler.requested == ["good", "good", "good"]


@pytest.mark.parametrize("column", ["video_sha256", "audio_sha256"])
def test_other_bytes_than_before_are_reported(server, tmp_path, caplog, column):
    plan = planned(tmp_path, {"0": f"{server}/good"})
    out = fetch(plan, tmp_path)
    (row,) = tables.read(out, FetchedVideo)
    changed = FetchedVideo(**(vars(row) | {column: "0" * 64}))
    tables.write(out, [changed], FetchedVideo)
    delete_downloads("s0000", plan, tmp_path / "cache")
    restore_downloads("s0000", plan, out, tmp_path / "cache", QUICK)
    assert "0 was deleted from the cache, and the new download differs" in caplog.text


@pytest.mark.parametrize("second", ["two", "unannounced"])
def test_a_shard_that_is_too_large_for_the_cache_fails_in_part(server, tmp_path, second):
    plan = planned(tmp_path, {"0": f"{server}/one", "1": f"{server}/{second}"})
    rows = tables.read(fetch(plan, tmp_path, max_gb=1.5 * len(BODY) / 1e9), FetchedVideo)
    assert [row.state for row in rows] == ["fetched", "failed"]
    assert rows[1].reason == "cache_full"
    files = [path for path in (tmp_path / "cache").rglob("media*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) == len(BODY)
