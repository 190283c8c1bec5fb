"""Stage `track`: boxes above the confidence become detections on the sphere and objects."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from foa360.config.detect import Detect
from foa360.core import tables
from foa360.core.records import Detection, KeptClip, TrackedObject
from foa360.stages.track.boxes import sphere_to_erp
from foa360.stages.track.merge import FrameDetections
from foa360.stages.track.on_sphere import ON_SPHERE, FrameBoxes
from foa360.stages.track.tracks import UNTRACKED, summarize_objects, track


@dataclass(frozen=True, kw_only=True)
class TrackFiles:
    """Inputs and outputs of the stage for one shard."""

    kept: Path  # input: KeptClip
    boxes: Path  # input: Box
    detections: Path  # output: Detection
    objects: Path  # output: TrackedObject


def track_objects(files: TrackFiles, settings: Detect) -> None:
    """Write the detections of a shard, and the objects that they form.

    Clips are in the order of the plan. The mode and the confidence of the settings count.
    """
    stored = tables.read_frame(files.boxes)
    # As the network compares them.
    used = stored[stored["score"] > np.float32(settings.box_threshold)]
    boxes_of = dict(iter(used.groupby("clip_id", sort=False)))
    detections: list[Detection] = []
    objects: list[TrackedObject] = []
    for clip in tables.read(files.kept, KeptClip):
        if clip.clip_id not in boxes_of:
            continue
        of_clip = [*_clip_detections(clip, boxes_of[clip.clip_id], settings)]
        numbers = track(of_clip)
        numbered = [replace(d, object=n) for d, n in zip(of_clip, numbers, strict=True)]
        detections += numbered
        objects += summarize_objects(numbered)
    tables.write(files.objects, objects, TrackedObject)
    tables.write(files.detections, detections, Detection)


def _clip_detections(clip: KeptClip, boxes: pd.DataFrame, settings: Detect) -> Iterator[Detection]:
    """Yield the detections of a clip, in the order of time."""
    on_sphere = ON_SPHERE[settings.mode]
    for _, of_frame in boxes.groupby("time", sort=False):
        time = float(of_frame["time"].iloc[0])
        found = FrameBoxes(
            boxes=of_frame[["left", "top", "right", "bottom"]].to_numpy(float),
            scores=of_frame["score"].to_numpy(float),
            labels=of_frame["label"].tolist(),
            view=of_frame["view"].to_numpy(int),
        )
        yield from _rows(clip, time, on_sphere(found, settings.confidence))


def _rows(clip: KeptClip, time: float, found: FrameDetections) -> Iterator[Detection]:
    """Yield the detections of one frame as records; `time` is that within the clip, s."""
    edges = sphere_to_erp(found.boxes) if found.erp is None else found.erp
    for i, label in enumerate(found.labels):
        azimuth, elevation, h_fov, v_fov = found.boxes[i].tolist()
        left, top, right, bottom = edges[i].tolist()
        yield Detection(
            clip_id=clip.clip_id,
            video_id=clip.video_id,
            time=time,
            label=label,
            score=float(found.scores[i]),
            azimuth=azimuth,
            elevation=elevation,
            h_fov=h_fov,
            v_fov=v_fov,
            left=left,
            top=top,
            right=right,
            bottom=bottom,
            object=UNTRACKED,
        )
