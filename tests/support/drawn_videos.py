"""Short videos of drawn scenes and their tables, for the stages `detect` and `track`."""

from pathlib import Path

import numpy as np
from support.clips import fetched_video

from foa360.config.detect import Detect
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import FetchedVideo, KeptClip
from foa360.demo.encode import DEMO_FPS, write_media
from foa360.demo.scenes import random_scene
from foa360.stages.detect.stage import DetectFiles, detect_shard

VIDEOS = ("one", "two", "three")
SECONDS = 1.0


def kept_clip(
    video_id: str, start: float = 0.0, duration: float = SECONDS, split: str = "train"
) -> KeptClip:
    """Make a kept clip of an ERP video."""
    return KeptClip(
        clip_id=f"{video_id}_{start:g}",
        video_id=video_id,
        start=start,
        duration=duration,
        split=split,
        planes=[0, 1, 2, 3],
        gains=[1.0] * 4,
        channel_lags=[0.0] * 4,
        aligned=False,
        projection="erp",
        stereo="mono",
        bar_rows=0.0,
        bar_columns=0.0,
    )


def write_drawn_videos(folder: Path) -> DetectFiles:
    """Write three videos of one clip each, and their tables."""
    fetched = []
    for video in VIDEOS:
        scene = random_scene(video, SECONDS, ["person", "car"])
        frames = [scene.frame(n / DEMO_FPS, 416, 208) for n in range(int(SECONDS * DEMO_FPS))]
        path = folder / f"{video}.mp4"
        write_media(path, iter(frames), np.zeros((4, 48000), np.float32))
        fetched.append(fetched_video(video, path))
    files = DetectFiles(
        fetch=folder / "fetch.parquet",
        kept=folder / "kept.parquet",
        frames=None,
        boxes=folder / "boxes" / "s0000.parquet",
    )
    tables.write(files.fetch, fetched, FetchedVideo)
    tables.write(files.kept, [kept_clip(video) for video in VIDEOS], KeptClip)
    return files


def detect(
    files: DetectFiles,
    settings: Detect,
    version: str = "1",
    progress: Progress | None = None,
) -> None:
    """Run the stage on the frames of the media."""
    progress = progress or Progress("detect")
    detect_shard(files, settings, version, progress)
