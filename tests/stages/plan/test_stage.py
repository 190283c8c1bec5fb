"""The plan file: written when it changes, and only then."""

import pytest
from support.plans import yt360

from foa360.config.load import load_config
from foa360.config.section import ConfigError
from foa360.core import tables
from foa360.core.records import PlannedClip
from foa360.stages.plan.shards import shard_index
from foa360.stages.plan.stage import write_plan
from foa360.stages.plan.takedown import require_matches


def test_the_plan_is_written_only_when_it_changes_and_digests_follow(tmp_path):
    path = tmp_path / "plan.parquet"
    config = load_config({"sources": [yt360(tmp_path)], "shard": {"clips": 3}})
    write_plan(config, path)
    before, first = path.stat().st_mtime_ns, shard_index(path)
    write_plan(config, path)
    assert path.stat().st_mtime_ns == before
    yt360(tmp_path, segments="a 0,10,20\nb 5\nc 1,3")
    write_plan(config, path)
    second = shard_index(path)
    assert second["s0000"] == first["s0000"], "shards that did not change are left alone"
    assert second["s0001"] != first["s0001"]


def test_more_than_ten_thousand_shards_keep_their_order(tmp_path):
    count = 10_050
    ids = "\n".join(f"v{i}" for i in range(count))
    source = yt360(tmp_path, ids, "", "\n".join(f"v{i} 0" for i in range(count)))
    config = load_config({"sources": [source], "shard": {"clips": 1}})
    write_plan(config, tmp_path / "p")
    index, frame = shard_index(tmp_path / "p"), tables.read_frame(tmp_path / "p")
    assert list(index) == list(frame["shard"])
    assert len({s.digest for s in index.values()}) == count


def test_a_damaged_plan_is_written_anew(tmp_path):
    config = load_config({"sources": [yt360(tmp_path)]})
    write_plan(config, tmp_path / "p")
    good = (tmp_path / "p").read_bytes()
    (tmp_path / "p").write_bytes(good[:100])
    write_plan(config, tmp_path / "p")
    assert (tmp_path / "p").read_bytes() == good


def test_a_takedown_removes_clips_and_leaves_the_others_in_their_shards(tmp_path):
    sources = [yt360(tmp_path)]
    everything = load_config({"sources": sources, "shard": {"clips": 3}})
    assert write_plan(everything, tmp_path / "p") == ([], [])
    before = tables.read(tmp_path / "p", PlannedClip)
    (tmp_path / "takedown").write_text("# by request\nb # and nothing else\n")
    takedown = str(tmp_path / "takedown")
    less = load_config({"sources": sources, "shard": {"clips": 3}, "takedown": takedown})
    removed = write_plan(less, tmp_path / "p").removed
    assert [clip.clip_id for clip in removed] == ["b_5"]
    assert tables.read(tmp_path / "p", PlannedClip) == [c for c in before if c not in removed]
    (tmp_path / "takedown").write_text("a\nb\nc\n")
    with pytest.raises(ConfigError, match=r"takedown: no clip is left .* nothing is deleted"):
        write_plan(less, tmp_path / "p")
    (tmp_path / "takedown").unlink()
    with pytest.raises(ConfigError, match=r"takedown: .* cannot be read"):
        write_plan(less, tmp_path / "p")


@pytest.mark.parametrize("entry", ["a#1", "B", "d", "http://a", "a b"])
def test_a_takedown_that_matches_nothing_is_named(tmp_path, entry):
    takedown = tmp_path / "takedown"
    takedown.write_text(f"b\n{entry}\n")
    config = load_config({"sources": [yt360(tmp_path)], "takedown": str(takedown)})
    asked = write_plan(config, tmp_path / "p")
    assert {clip.video_id for clip in asked.removed} == {"b"}
    assert len(asked.unmatched) == 1
    with pytest.raises(
        ConfigError, match=r"takedown: .* match no video .*\(1, such .* others are done"
    ):
        require_matches(asked.unmatched, config)
    with pytest.raises(ConfigError, match="a dry run deletes nothing"):
        require_matches(asked.unmatched, config, is_dry=True)
    require_matches([], config)


def test_a_video_that_was_taken_down_may_leave_its_list(tmp_path):
    takedown = tmp_path / "takedown"
    takedown.write_text("b\n")
    path = tmp_path / "p"
    for rows in ("a,a.mp4\nb,b.mp4", "a,a.mp4", "a,a.mp4"):
        (tmp_path / "l.csv").write_text("video_id,video\n" + rows)
        sources = [{"kind": "list", "path": str(tmp_path / "l.csv")}]
        config = load_config({"sources": sources, "takedown": str(takedown)})
        assert write_plan(config, path).unmatched == []
    assert b"b.mp4" not in path.read_bytes()


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("https://example.org/a.mp4?token=SECRET", 0o600),
        ("https://me:SECRET@example.org/a.mp4", 0o600),
        ("https://www.youtube.com/watch?v=-oytwMeyR74", None),
    ],
)
def test_a_plan_with_secrets_is_for_its_owner(tmp_path, url, mode):
    (tmp_path / "l.csv").write_text(f"video\n{url}\n")
    path = tmp_path / "p"
    write_plan(load_config({"sources": [{"kind": "list", "path": str(tmp_path / "l.csv")}]}), path)
    (tmp_path / "usual").touch()
    usual = (tmp_path / "usual").stat().st_mode & 0o777
    assert path.stat().st_mode & 0o777 == (mode or usual)
    assert not tables.read_frame(path)["clip_id"].str.contains("SECRET").any()
