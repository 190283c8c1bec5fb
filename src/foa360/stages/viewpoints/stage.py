"""Viewpoints: where a clip is looked at and listened to.

The rule `spread` takes objects, by score and number of sightings, then the strongest directions of
the sound, then seeded random directions. `wang2022` takes the boxes of the middle picture by
score, then random directions (Wang et al. 2022); `random` random directions alone (the baseline of
Morgado et al. 2020). All keep their distance from those before.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from foa360.config.viewpoints import Viewpoints
from foa360.core import old_tables as tables
from foa360.core.jobs import Progress
from foa360.sphere.directions import angular_distance
from foa360.stages.viewpoints.agree import agreement_rows, hear, peaks, seen_in

Row = dict[str, Any]

#: Elevations of random viewpoints, degrees: 0.33 to 0.66 of the frame's height (Morgado et al.).
LOWEST, HIGHEST = -28.8, 30.6


def choose_viewpoints(
    fetch: Path,
    curation: Path,
    detections: Path,
    objects: Path,
    viewpoints: Path,
    agreement: Path,
    settings: Viewpoints,
    fps: float,
    seed: int,
    progress: Progress,
) -> None:
    """Write the viewpoints of all kept clips of a shard, `settings.count` rows for each.

    Beside them, how well the sound of each clip fits what is seen in it, in intervals of 1/fps.
    """
    paths = {row["video_id"]: row["audio_path"] for row in tables.records(tables.read(fetch))}
    clips = tables.records(tables.read(curation, verdict="kept"))
    boxes, found = (
        tables.grouped(tables.records(tables.read(path)), "clip_id")
        for path in (detections, objects)
    )
    videos = tables.grouped(clips, "video_id")
    rows: dict[str, list[Row]] = {}
    fits: dict[str, Row] = {}
    for video_id, unsorted in progress(videos.items(), len(videos), "videos"):
        own = sorted(unsorted, key=lambda c: c["start"])
        seen = [seen_in(clip, boxes.get(clip["clip_id"], []), fps) for clip in own]
        sounds = list(hear(own, paths[video_id], fps))
        for row in agreement_rows(own, sounds, seen, fps):
            fits[row["clip_id"]] = row
        for clip, sound in zip(own, sounds, strict=True):
            apart = np.radians(settings.min_distance)
            heard = [] if sound is None else peaks(sound, settings.count, apart)
            name = clip["clip_id"]
            rows[name] = viewpoints_of(
                clip, boxes.get(name, []), found.get(name, []), heard, settings, seed
            )
    ids = [clip["clip_id"] for clip in clips]
    tables.write(agreement, (fits[name] for name in ids), tables.AGREEMENT)
    tables.write(viewpoints, (row for name in ids for row in rows[name]), tables.VIEWPOINTS)


def viewpoints_of(
    clip: Row,
    boxes: list[Row],
    objects: list[Row],
    heard: list[Row],
    settings: Viewpoints,
    seed: int,
) -> list[Row]:
    """Viewpoints of one clip, best first, from its detections, objects and peaks of the sound."""
    chosen: list[Row] = []
    for candidate in _candidates(clip, boxes, objects, heard, settings.rule, seed):
        if len(chosen) == settings.count:
            break
        # Random directions come closer together in the end rather than never end.
        patience = max(0.0, 1 - candidate.pop("try", 0) / 200)
        if all(_distance(candidate, c) >= settings.min_distance * patience for c in chosen):
            chosen.append(candidate)
    head = {"clip_id": clip["clip_id"], "video_id": clip["video_id"], "fov": settings.fov}
    return [{**head, "index": i, **c} for i, c in enumerate(chosen)]


def _candidates(
    clip: Row, boxes: list[Row], objects: list[Row], heard: list[Row], rule: str, seed: int
) -> Iterator[Row]:
    if rule == "wang2022":
        times = sorted({b["time"] for b in boxes}, key=lambda t: abs(t - clip["duration"] / 2))
        objects = sorted((b for b in boxes if b["time"] in times[:1]), key=lambda b: -b["score"])
    if rule != "random":
        for row in objects:
            names = ("azimuth", "elevation", "label", "score")
            yield {**{name: row[name] for name in names}, "origin": "object"}
    if rule == "spread":
        for row in heard:
            yield {**row, "origin": "sound"}
    digest = hashlib.sha256(f"{seed}/{clip['clip_id']}".encode()).digest()
    random = np.random.default_rng(int.from_bytes(digest[:8], "little"))
    for number in range(10_000):
        elevation = float(random.uniform(LOWEST, HIGHEST))
        azimuth = float(random.uniform(-180, 180))
        yield {"azimuth": azimuth, "elevation": elevation, "origin": "random", "try": number}


def _distance(a: Row, b: Row) -> float:
    """Great-circle distance of two rows, degrees."""
    angles = np.radians([a["azimuth"], a["elevation"], b["azimuth"], b["elevation"]])
    return float(np.degrees(angular_distance(*angles)))
