"""Measures and frames of a shard, after an interruption as without one."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.clips import curated_clip, fetched_video, planned_clip
from support.curation import CurationFiles, curate_shard
from support.interrupted import Interrupted, InterruptedProgress
from support.sample_shard import CLIPS, write_sample_media

from foa360.core import tables
from foa360.core.measured import MeasuredClip
from foa360.core.records import FetchedVideo, PlannedClip


@pytest.fixture
def files(tmp_path: Path) -> CurationFiles:
    """Two videos, one of them with two clips, a damaged one, and one that was not fetched."""
    media = write_sample_media(tmp_path)
    clips = [*CLIPS, curated_clip("absent")]
    files = CurationFiles(tmp_path / "plan.parquet", tmp_path / "fetch.parquet", tmp_path)
    tables.write(files.plan, [planned_clip(clip) for clip in clips], PlannedClip)
    fetched = [fetched_video(video_id, path) for video_id, path in media.items()]
    for video_id in ("rejected", "absent"):
        fetched.append(FetchedVideo(video_id=video_id, state="failed", reason="removed"))
    tables.write(files.fetch, fetched, FetchedVideo)
    return files


def content(files: CurationFiles) -> list[bytes]:
    return [path.read_bytes() for path in (files.measures, files.frames, files.curation)]


def test_a_resumed_job_reads_only_the_videos_that_are_left(files: CurationFiles) -> None:
    curate_shard("s0000", files)
    undisturbed = content(files)
    rows = tables.read(files.measures, MeasuredClip)
    assert [row.clip_id for row in rows] == [clip.clip_id for clip in CLIPS] + ["absent_0"]
    files.measures.unlink()
    with pytest.raises(Interrupted):
        curate_shard("s0000", files, progress=InterruptedProgress())
    assert not files.measures.exists()
    (files.folder / "two.mkv").unlink()
    curate_shard("s0000", files)
    assert content(files) == undisturbed
    assert not files.measures.with_suffix(".partial").exists()


def test_a_video_that_was_fetched_again_is_measured_again(files: CurationFiles) -> None:
    with pytest.raises(Interrupted):
        curate_shard("s0000", files, progress=InterruptedProgress())
    fetched = tables.read(files.fetch, FetchedVideo)
    changed = [replace(video, video_sha256=video.video_id) for video in fetched]
    tables.write(files.fetch, changed, FetchedVideo)
    (files.folder / "two.mkv").unlink()
    with pytest.raises(FileNotFoundError, match=r"two\.mkv"):
        curate_shard("s0000", files)
