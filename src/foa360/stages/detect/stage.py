"""The stage: objects in the kept clips of one shard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from foa360.config.detect import Detect
from foa360.core import old_tables as tables
from foa360.core.jobs import Progress
from foa360.media.projection import Layout
from foa360.media.video import sampled_frames
from foa360.stages.detect.boxes import sphere_to_erp
from foa360.stages.detect.search import Searcher
from foa360.stages.detect.tracks import objects_of, track
from foa360.stages.detect.yolo import Detector, Image

Row = dict[str, Any]


def detect_shard(
    plan: Path,
    shard: str,
    fetch: Path,
    curation: Path,
    detections: Path,
    objects: Path,
    settings: Detect,
    progress: Progress,
) -> None:
    """Write the detections of a shard, one row per box, and the objects that they make up.

    Clips are in the order of the plan. Each video is read once for all its clips. Raises
    WeightsError before any work.
    """
    detector = Detector(settings.weights, settings.confidence, settings.backend)
    search = Searcher(detector, settings.mode, settings.image_size)
    paths = {row["video_id"]: row["video_path"] for row in tables.records(tables.read(fetch))}
    kept = tables.records(tables.read(curation, verdict="kept"))
    videos = tables.grouped(kept, "video_id")
    boxes: dict[str, list[Row]] = {clip["clip_id"]: [] for clip in kept}
    for video_id, clips in progress(videos.items(), len(videos), "videos"):
        for row in _detect_video(search, paths[video_id], clips, settings.fps):
            boxes[row["clip_id"]].append(row)
    summaries = []
    for own in boxes.values():
        for row, number in zip(own, track(own), strict=True):
            row["object"] = number
        head = {name: own[0][name] for name in ("clip_id", "video_id")} if own else {}
        summaries += [{**head, **found} for found in objects_of(own)]
    tables.write(objects, summaries, tables.OBJECTS)
    tables.write(detections, (row for own in boxes.values() for row in own), tables.DETECTIONS)


def _detect_video(search: Searcher, path: str, clips: list[Row], fps: float) -> Iterator[Row]:
    """Boxes of one video's clips, in the order of time."""
    clips = sorted(clips, key=lambda c: c["start"])
    layout = Layout.of(clips[0])
    size = (search.width, search.width // 2)

    def frames() -> Iterator[tuple[tuple[Row, float], Image]]:
        spans = [(c["start"], c["duration"]) for c in clips]
        for number, shown in sampled_frames(path, spans, fps, size, layout):
            clip = clips[number]
            yield (clip, shown.time - clip["start"]), shown.image

    for (clip, time), found in search(frames()):
        angles = np.degrees(found.boxes)
        edges = sphere_to_erp(found.boxes) if found.erp is None else found.erp
        for i, label in enumerate(found.labels):
            yield {
                "clip_id": clip["clip_id"], "video_id": clip["video_id"], "time": time,
                "label": label, "score": float(found.scores[i]),
                **dict(zip(("azimuth", "elevation", "h_fov", "v_fov"), angles[i], strict=True)),
                **dict(zip(("left", "top", "right", "bottom"), edges[i], strict=True)),
            }  # fmt: skip
