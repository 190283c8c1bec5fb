"""The fetch table of a shard."""

from support.fetching import fetch, planned
from support.media_server import Handler

from foa360.core import tables
from foa360.core.records import FetchedVideo


def test_a_shard_of_urls_and_files(server, tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"video")
    sources = {
        "../up": f"{server}/good",
        "file": str(tmp_path / "a.mp4"),
        "gone": f"{server}/404",
    }
    plan = planned(tmp_path, sources, starts=(0.0, 1.0), elsewhere=f"{server}/other")
    out = fetch(plan, tmp_path)
    first = out.read_bytes()
    rows = tables.read(out, FetchedVideo)
    assert [row.video_id for row in rows] == ["../up", "file", "gone"]
    assert [row.state for row in rows] == ["fetched", "fetched", "failed"]
    assert list(tables.read_frame(out)) == [c.name for c in tables.columns(FetchedVideo)]
    assert str(tmp_path / "cache") in rows[0].video_path
    assert fetch(plan, tmp_path).read_bytes() == first
    assert Handler.requested.count("good") == 1
    assert "other" not in Handler.requested
