"""The plan file: written when it changes, and only then."""

import pytest
from support.plans import yt360

from foa360.config.load import load_config
from foa360.config.section import ConfigError
from foa360.core import tables
from foa360.core.records import PlannedClip
from foa360.stages.plan.shards import shard_index
from foa360.stages.plan.stage import write_plan


def test_the_plan_is_written_only_when_it_changes_and_digests_follow(tmp_path):
    path = tmp_path / "plan.parquet"
    config = load_config({"sources": [yt360(tmp_path)], "shard": {"clips": 3}})
    write_plan(config, path)
    before, first = path.stat().st_mtime_ns, shard_index(path)
    write_plan(config, path)
    assert path.stat().st_mtime_ns == before
    yt360(tmp_path, train="a\nb\nd\n", segments="a 0,10,20\nb 5\nc 1,2\nd 7")
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
    assert write_plan(everything, tmp_path / "p") == []
    before = tables.read(tmp_path / "p", PlannedClip)
    (tmp_path / "takedown").write_text("# by request\nb # and nothing else\n")
    takedown = str(tmp_path / "takedown")
    less = load_config({"sources": sources, "shard": {"clips": 3}, "takedown": takedown})
    removed = write_plan(less, tmp_path / "p")
    assert [clip.clip_id for clip in removed] == ["b_5"]
    assert tables.read(tmp_path / "p", PlannedClip) == [c for c in before if c not in removed]
    (tmp_path / "takedown").write_text("a\nb\nc\n")
    with pytest.raises(ConfigError, match="takedown: no clip is left"):
        write_plan(less, tmp_path / "p")
    (tmp_path / "takedown").unlink()
    with pytest.raises(ConfigError, match=r"takedown: .* cannot be read"):
        write_plan(less, tmp_path / "p")
