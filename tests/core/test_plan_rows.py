"""The rows of a shard in the plan, and the digest that its job was started with."""

from pathlib import Path

import pandas as pd
import pytest
from support.clips import planned_clip
from support.sample_shard import CLIPS

from foa360.core import tables
from foa360.core.plan_rows import PlanChangedError, clips_digest, planned_clips, videos_digest
from foa360.core.records import PlannedClip
from foa360.stages.plan.shards import shard_index


def write(path: Path, clips: list[PlannedClip]) -> Path:
    tables.write(path, clips, PlannedClip)
    return path


@pytest.fixture
def clips() -> list[PlannedClip]:
    return [planned_clip(clip) for clip in CLIPS]


def test_the_digests_of_the_index_accept_the_rows_that_they_were_made_of(tmp_path, clips):
    plan = write(tmp_path / "plan.parquet", clips)
    (shard, planned), *_ = shard_index(plan).items()
    rows = [clip for clip in clips if clip.shard == shard]
    for digest in (planned.digest, planned.media_digest, None):
        assert planned_clips(plan, shard, digest) == rows
    frame = tables.read_frame(plan)
    frame = frame[frame["shard"] == shard]
    assert planned.digest == clips_digest(frame)
    assert planned.media_digest == videos_digest(frame)


def test_other_rows_are_refused_by_name(tmp_path, clips):
    plan = write(tmp_path / "plan.parquet", clips)
    (shard, planned), *_ = shard_index(plan).items()
    write(plan, clips[:-1] if len(clips) > 1 else [])
    with pytest.raises(PlanChangedError, match=rf"{shard}.*start the run again") as caught:
        planned_clips(plan, shard, planned.digest)
    assert caught.value.filename == str(plan)


def test_a_shard_that_is_gone_is_refused(tmp_path, clips):
    plan = write(tmp_path / "plan.parquet", clips)
    (_, planned), *_ = shard_index(plan).items()
    with pytest.raises(PlanChangedError):
        planned_clips(plan, "s9999", planned.digest)


def test_a_source_before_others_changes_no_digest() -> None:
    frame = pd.DataFrame({"video_id": ["a", "b"], "start": [0.0, 1.0], "source_number": [0, 0]})
    assert clips_digest(frame) == clips_digest(frame.assign(source_number=1))
    assert clips_digest(frame) != clips_digest(frame.assign(start=[0.0, 2.0]))
