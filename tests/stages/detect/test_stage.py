"""Detections of a shard: interrupted, resumed, and in the order of the plan."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.clips import curated_clip, fetched_video

from foa360.config.detect import Detect
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import CuratedClip, Detection, FetchedVideo
from foa360.demo.encode import DEMO_FPS, write_media
from foa360.demo.scenes import random_scene
from foa360.stages.detect.stage import DetectFiles, detect_shard

SETTINGS = Detect(image_size=416)
VIDEOS = ("one", "two", "three")
SECONDS = 1.0


class Interrupted(BaseException):
    """What ends a job, as a signal does."""


class InterruptedProgress(Progress):
    """Ends the job when the first video is done."""

    def __call__(self, items: Iterable[Any], total: int, unit: str) -> Iterator[Any]:
        for number, item in enumerate(items):
            if number == 1:
                raise Interrupted
            yield item


@pytest.fixture
def files(tmp_path: Path) -> DetectFiles:
    """Write three videos of one clip each, and their tables."""
    paths = {}
    for video in VIDEOS:
        scene = random_scene(video, SECONDS, ["person", "car"])
        frames = [scene.frame(n / DEMO_FPS, 416, 208) for n in range(int(SECONDS * DEMO_FPS))]
        paths[video] = tmp_path / f"{video}.mp4"
        write_media(paths[video], iter(frames), np.zeros((4, 48000), np.float32))
    clips = [curated_clip(video, 0.0, SECONDS) for video in VIDEOS]
    fetched = [fetched_video(video, path) for video, path in paths.items()]
    files = DetectFiles(
        fetch=tmp_path / "fetch.parquet",
        curation=tmp_path / "curation.parquet",
        detections=tmp_path / "out" / "s0000.parquet",
        objects=tmp_path / "objects" / "s0000.parquet",
    )
    tables.write(files.fetch, fetched, FetchedVideo)
    tables.write(files.curation, clips, CuratedClip)
    return files


def test_a_resumed_job_reads_only_the_videos_that_are_left(
    files: DetectFiles, tmp_path: Path
) -> None:
    detect_shard(files, SETTINGS, "1", Progress("detect"))
    uninterrupted = files.detections.read_bytes(), files.objects.read_bytes()
    rows = tables.read(files.detections, Detection)
    assert {row.video_id for row in rows} == set(VIDEOS)
    with pytest.raises(Interrupted):
        detect_shard(files, SETTINGS, "1", InterruptedProgress("detect"))
    (tmp_path / "one.mp4").unlink()
    detect_shard(files, SETTINGS, "1", Progress("detect"))
    assert (files.detections.read_bytes(), files.objects.read_bytes()) == uninterrupted
    assert [path.name for path in files.detections.parent.iterdir()] == ["s0000.parquet"]


def test_another_version_detects_everything_again(files: DetectFiles, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        detect_shard(files, SETTINGS, "1", InterruptedProgress("detect"))
    (tmp_path / "one.mp4").unlink()
    with pytest.raises(FileNotFoundError, match=r"one\.mp4"):
        detect_shard(files, SETTINGS, "2", Progress("detect"))
