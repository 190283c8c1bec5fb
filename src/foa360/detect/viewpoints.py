"""Viewpoints: where a clip is looked at and listened to.

Objects come first, by score and number of sightings, then the dominant direction of the sound, then
seeded random directions; each keeps its distance from those before it.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from foa360 import tables
from foa360.config import Viewpoints
from foa360.jobs import Progress
from foa360.sphere import angular_distance, to_direction, to_vector

Row = dict[str, Any]

#: Sightings of one class nearer than this belong to one object, degrees.
SAME_OBJECT = 25.0
#: Above this diffuseness the sound has no direction worth looking at.
DIFFUSE = 0.9
#: Random viewpoints stay within this elevation, degrees: the poles show sky and tripod.
HIGHEST = 45.0


def choose_viewpoints(
    curation: Path,
    detections: Path,
    output: Path,
    settings: Viewpoints,
    seed: int,
    progress: Progress,
) -> None:
    """Write the viewpoints of all kept clips of a shard, `settings.count` rows for each."""
    clips = tables.records(tables.read(curation, verdict="kept"))
    boxes: dict[str, list[Row]] = {}
    for box in tables.records(tables.read(detections)):
        boxes.setdefault(box["clip_id"], []).append(box)
    rows: list[Row] = []
    for clip in progress(clips, len(clips), "clips"):
        rows += viewpoints_of(clip, boxes.get(clip["clip_id"], []), settings, seed)
    tables.write(output, rows, tables.VIEWPOINTS)


def viewpoints_of(clip: Row, boxes: list[Row], settings: Viewpoints, seed: int) -> list[Row]:
    """Viewpoints of one clip from its curation row and its detections, best first."""
    chosen: list[Row] = []
    for candidate in _candidates(clip, boxes, seed):
        if len(chosen) == settings.count:
            break
        # Random directions come closer together in the end rather than never end.
        patience = max(0.0, 1 - candidate.pop("try", 0) / 200)
        if all(_distance(candidate, c) >= settings.min_distance * patience for c in chosen):
            chosen.append(candidate)
    head = {"clip_id": clip["clip_id"], "video_id": clip["video_id"], "fov": settings.fov}
    return [{**head, "index": i, **c} for i, c in enumerate(chosen)]


def objects_of(boxes: list[Row]) -> list[Row]:
    """Objects of a clip: sightings of one class that are near each other, merged.

    Direction is the mean of the sightings weighted by score; the score is their sum over the number
    of frames with any sighting. Best first.
    """
    groups: list[list[Row]] = []
    for box in sorted(boxes, key=lambda b: (-b["score"], b["time"])):
        for group in groups:
            if group[0]["label"] == box["label"] and _distance(group[0], box) < SAME_OBJECT:
                group.append(box)
                break
        else:
            groups.append([box])
    frames = max(len({b["time"] for b in boxes}), 1)
    objects = []
    for group in groups:
        scores = np.array([b["score"] for b in group])
        angles = np.radians([[b["azimuth"], b["elevation"]] for b in group])
        mean = np.degrees(to_direction(scores @ to_vector(angles[:, 0], angles[:, 1])))
        best = {b["time"]: 0.0 for b in group}
        for b in group:
            best[b["time"]] = max(best[b["time"]], b["score"])
        objects.append(
            {
                "azimuth": float(mean[0]), "elevation": float(mean[1]),
                "label": group[0]["label"], "score": sum(best.values()) / frames,
            }
        )  # fmt: skip
    return sorted(objects, key=lambda o: (-o["score"], o["label"], o["azimuth"]))


def _candidates(clip: Row, boxes: list[Row], seed: int) -> Iterator[Row]:
    for found in objects_of(boxes):
        yield {**found, "origin": "object"}
    if clip["azimuth"] is not None and clip["diffuseness"] < DIFFUSE:
        yield {"azimuth": clip["azimuth"], "elevation": clip["elevation"], "origin": "sound"}
    digest = hashlib.sha256(f"{seed}/{clip['clip_id']}".encode()).digest()
    random = np.random.default_rng(int.from_bytes(digest[:8], "little"))
    top = np.sin(np.radians(HIGHEST))
    for number in range(10_000):
        elevation = float(np.degrees(np.arcsin(random.uniform(-top, top))))
        azimuth = float(random.uniform(-180, 180))
        yield {"azimuth": azimuth, "elevation": elevation, "origin": "random", "try": number}


def _distance(a: Row, b: Row) -> float:
    """Great-circle distance of two rows, degrees."""
    angles = np.radians([a["azimuth"], a["elevation"], b["azimuth"], b["elevation"]])
    return float(np.degrees(angular_distance(*angles)))
