"""Boxes of a shard: interrupted, resumed, and in the order of the plan."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from support.clips import fetched_video
from support.drawn_videos import VIDEOS, detect, kept_clip, write_drawn_videos
from support.interrupted import Interrupted, InterruptedProgress

from foa360.config.detect import Detect
from foa360.core import tables
from foa360.core.records import Box, FetchedVideo, KeptClip
from foa360.demo.scenes import random_scene
from foa360.media.frame_store import FrameStoreWriter
from foa360.stages.detect.sampling import detection_sampling
from foa360.stages.detect.stage import DetectFiles

SETTINGS = Detect(image_size=416)


@pytest.fixture
def files(tmp_path: Path) -> DetectFiles:
    return write_drawn_videos(tmp_path)


def test_a_resumed_job_reads_only_the_videos_that_are_left(
    files: DetectFiles, tmp_path: Path
) -> None:
    detect(files, SETTINGS)
    uninterrupted = files.boxes.read_bytes()
    rows = tables.read(files.boxes, Box)
    assert list(dict.fromkeys(row.video_id for row in rows)) == list(VIDEOS)
    with pytest.raises(Interrupted):
        detect(files, SETTINGS, progress=InterruptedProgress())
    (tmp_path / "one.mp4").unlink()
    detect(files, SETTINGS)
    assert files.boxes.read_bytes() == uninterrupted
    assert [path.name for path in files.boxes.parent.iterdir()] == ["s0000.parquet"]


def test_another_version_detects_everything_again(files: DetectFiles, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        detect(files, SETTINGS, progress=InterruptedProgress())
    (tmp_path / "one.mp4").unlink()
    with pytest.raises(FileNotFoundError, match=r"one\.mp4"):
        detect(files, SETTINGS, version="2")


def test_a_shard_without_clips_has_no_boxes(files: DetectFiles) -> None:
    tables.write(files.kept, [], KeptClip)
    detect(files, SETTINGS)
    assert tables.read(files.boxes, Box) == []


def test_boxes_with_low_scores_are_stored(files: DetectFiles) -> None:
    detect(files, SETTINGS)
    scores = [box.score for box in tables.read(files.boxes, Box)]
    assert 0.05 < min(scores) < SETTINGS.confidence < max(scores)


@pytest.mark.parametrize(
    ("mode", "confidence", "threshold"),
    [
        ("erp", 0.25, 0.05),
        ("erp", 0.5, 0.05),
        ("erp", 0.01, 0.01),
        ("erp_wrap", 0.04, 0.04),
        ("tangent", 0.25, 0.05),
        ("tangent", 0.5, 0.05),
        ("tangent", 0.1, 0.03),
    ],
)
def test_only_a_confidence_below_what_is_stored_changes_what_is_stored(mode, confidence, threshold):
    settings = Detect(mode=mode, confidence=confidence)
    assert settings.stored_threshold == pytest.approx(threshold)
    assert settings.stored_threshold <= settings.box_threshold


def test_stored_frames_need_no_media_and_rows_have_the_order_of_the_clips(tmp_path: Path) -> None:
    """Two clips overlap, and share a frame."""
    files = DetectFiles(
        fetch=tmp_path / "fetch.parquet",
        kept=tmp_path / "kept.parquet",
        frames=tmp_path / "frames.h5",
        boxes=tmp_path / "boxes.parquet",
    )
    tables.write(files.fetch, [fetched_video("a", tmp_path / "gone.mp4")], FetchedVideo)
    clips = [kept_clip("a", 1.5, 2.0), kept_clip("a", 0.0, 2.0)]
    tables.write(files.kept, clips, KeptClip)
    image = random_scene("one", 1.0, ["person", "car"]).frame(0.0, 416, 208)
    sampling = detection_sampling(SETTINGS)
    with h5py.File(files.frames, "w") as file:
        writer = FrameStoreWriter(file, [sampling])
        for clip_ids, time in ((["a_0"], 0.0), (["a_0", "a_1.5"], 1.75), (["a_1.5"], 3.0)):
            writer.add(clip_ids, sampling, time, image)
        writer.close()
    detect(files, SETTINGS)
    rows = tables.read(files.boxes, Box)
    frames = [("a_1.5", 0.25), ("a_1.5", 1.5), ("a_0", 0.0), ("a_0", 1.75)]
    assert list(dict.fromkeys((row.clip_id, row.time) for row in rows)) == frames
    of_frame = [row.score for row in rows if (row.clip_id, row.time) == frames[0]]
    assert [row.score for row in rows] == of_frame * 4
    assert (np.diff(of_frame) <= 0).all()
