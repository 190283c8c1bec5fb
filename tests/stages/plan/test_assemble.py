"""Clips of all sources: shards of whole videos, one row per clip."""

import pytest
from support.plans import listed, one_each, plan, yt360

from foa360.config.section import ConfigError


def test_shards_hold_whole_videos_up_to_their_size(tmp_path):
    segments = "\n".join(
        f"v{i} " + ",".join(map(str, range(n))) for i, n in enumerate([3, 4, 2, 9, 1, 1])
    )
    source = yt360(tmp_path, "\n".join(f"v{i}" for i in range(6)), "", segments)
    frame = plan(tmp_path, [source], shard={"clips": 6})
    assert one_each(frame, "video_id", "shard")
    assert frame.groupby("shard").size().to_dict() == {
        "s0000": 3,
        "s0001": 6,
        "s0002": 9,
        "s0003": 2,
    }


def test_two_sources_with_one_video_give_the_clips_of_both(tmp_path):
    one = listed(tmp_path, "video,start\na.mp4,0\na.mp4,10\nb.mp4,0", "one.csv")
    two = listed(tmp_path, "video,start\nc.mp4,0\na.mp4,10\na.mp4,20", "two.csv")
    frame = plan(tmp_path, [one, two])
    assert list(frame["clip_id"]) == ["a_0", "a_10", "a_20", "b_0", "c_0"]
    assert list(frame["shard"]) == ["s0000"] * 4 + ["s0001"]
    other = listed(tmp_path, "video_id,video\na,other.mp4", "three.csv")
    with pytest.raises(ConfigError, match=r"stand for two files, such as 'a': .*a.mp4.*other.mp4"):
        plan(tmp_path, [one, other])


def test_a_shard_never_mixes_sources(tmp_path):
    frame = plan(tmp_path, [yt360(tmp_path), {"kind": "demo"}, listed(tmp_path, "video\nz.mp4")])
    assert one_each(frame, "shard", "source")
    assert set(frame["source"]) == {"yt360", "demo", "list"}
