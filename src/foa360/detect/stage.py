"""The stage: objects in the kept clips of one shard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from foa360 import tables
from foa360.config import Detect
from foa360.detect.yolo import Detector
from foa360.jobs import Progress
from foa360.media.projection import Layout, erp_size
from foa360.media.video import clip_frames

Row = dict[str, Any]

#: Frames wider than this are read smaller; no detector looks at more.
WIDEST = 1920


def detect_shard(
    plan: Path,
    shard: str,
    fetch: Path,
    curation: Path,
    output: Path,
    settings: Detect,
    progress: Progress,
) -> None:
    """Write the detections of a shard: one row per box, clips in the order of the plan.

    Each video is read once for all its clips. Raises WeightsError before any work.
    """
    detector = Detector(settings.weights, settings.image_size, settings.confidence)
    paths = {row["video_id"]: row["video_path"] for row in tables.records(tables.read(fetch))}
    kept = tables.records(tables.read(curation, verdict="kept"))
    videos: dict[str, list[Row]] = {}
    for clip in kept:
        videos.setdefault(clip["video_id"], []).append(clip)
    rows: dict[str, list[Row]] = {clip["clip_id"]: [] for clip in kept}
    for video_id, clips in progress(videos.items(), len(videos), "videos"):
        for row in _detect_video(detector, paths[video_id], clips, settings.fps):
            rows[row["clip_id"]].append(row)
    tables.write(output, (row for own in rows.values() for row in own), tables.DETECTIONS)


def _detect_video(detector: Detector, path: str, clips: list[Row], fps: float) -> Iterator[Row]:
    """Boxes of one video's clips, in the order of time."""
    clips = sorted(clips, key=lambda c: c["start"])
    layout = Layout.of(clips[0])
    width, height = erp_size(layout, clips[0]["width"], clips[0]["height"])
    size = (WIDEST, round(WIDEST * height / width)) if width > WIDEST else None
    spans = [(c["start"], c["duration"]) for c in clips]
    for clip, frames in zip(clips, clip_frames(path, spans, fps, size, layout), strict=True):
        for i, frame in enumerate(frames):
            if frame is not None:
                for box in detector(frame):
                    yield {
                        "clip_id": clip["clip_id"], "video_id": clip["video_id"],
                        "time": (i + 0.5) / fps, **box,
                    }  # fmt: skip
