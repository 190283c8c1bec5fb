"""Digests of shards: what a change of the list touches."""

import dataclasses

from foa360.core import tables
from foa360.core.records import PlannedClip
from foa360.stages.plan.shards import shard_index

CLIPS = [
    PlannedClip(
        clip_id=f"{video}_{start}",
        video_id=video,
        start=float(start),
        duration=10.0,
        split="train",
        shard=shard,
        source="list",
        source_number=0,
        video=f"{video}.mp4",
        audio=f"{video}.wav",
    )
    for shard, video, start in [
        ("s0000", "a", 0),
        ("s0000", "a", 10),
        ("s0000", "b", 0),
        ("s0001", "c", 0),
    ]
]


def index(path, clips):
    tables.write(path, clips, PlannedClip)
    return shard_index(path)


def changed(tmp_path, video_id, **values):
    """Replace values of one video's clips; return the indices before and after."""
    clips = [
        dataclasses.replace(clip, **values) if clip.video_id == video_id else clip for clip in CLIPS
    ]
    return index(tmp_path / "before", CLIPS), index(tmp_path / "after", clips)


def test_another_split_is_the_same_media(tmp_path):
    before, after = changed(tmp_path, "b", split="test")
    assert after["s0000"].digest != before["s0000"].digest
    assert after["s0000"].media_digest == before["s0000"].media_digest
    assert after["s0001"] == before["s0001"]


def test_another_file_is_other_media(tmp_path):
    before, after = changed(tmp_path, "b", audio="b-2.wav")
    assert after["s0000"].media_digest != before["s0000"].media_digest
    assert after["s0001"] == before["s0001"]


def test_more_clips_of_the_same_videos_are_the_same_media(tmp_path):
    before = index(tmp_path / "before", CLIPS)
    after = index(tmp_path / "after", [*CLIPS[:1], *CLIPS[2:]])
    assert after["s0000"].digest != before["s0000"].digest
    assert after["s0000"].media_digest == before["s0000"].media_digest


def test_shards_keep_their_order_and_kind(tmp_path):
    shards = index(tmp_path / "plan", CLIPS)
    assert list(shards) == ["s0000", "s0001"]
    assert {shard.kind for shard in shards.values()} == {"list"}
