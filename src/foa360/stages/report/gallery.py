"""The gallery of the report: some clips with frame, detections, viewpoints and audio."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foa360.core import tables
from foa360.core.records import Detection, FetchedVideo
from foa360.media.images import decode_image
from foa360.media.video import frames_at
from foa360.shards.read import Shard, open_shard
from foa360.stages.report import drawing
from foa360.stages.report.clips import ReportClip, first_of_each_video

#: Number of kept and of rejected clips shown.
KEPT_CLIPS = 12
REJECTED_CLIPS = 6
#: Audio that can be played per clip, s.
PLAYED_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class GalleryScene:
    """A clip of the gallery: data URIs and SVG, empty where there is nothing to show."""

    clip: ReportClip
    image: str = ""
    overlay: str = ""
    energy_map: str = ""
    audio: str = ""


def gallery(
    clips: Sequence[ReportClip],
    fetch: Iterable[Path],
    detections: Iterable[Path],
    features: Iterable[Path],
    seed: int,
) -> list[GalleryScene]:
    """Choose kept clips of different videos and some that were rejected, and draw them.

    Parameters
    ----------
    clips : sequence of ReportClip
        All clips.
    fetch, detections : paths
        Tables, one per shard.
    features : paths
        Feature shards.
    seed : int
        Random seed of the choice.
    """
    location = _locate(features)
    kept = first_of_each_video([clip for clip in clips if clip.clip_id in location])
    kept = _sample(kept, KEPT_CLIPS, seed)
    boxes = _detections_of(detections, {clip.clip_id for clip in kept})
    scenes = []
    for clip in kept:
        path, row = location[clip.clip_id]
        with open_shard(path) as shard:
            scenes.append(_kept_scene(clip, shard, row, boxes[clip.clip_id]))
    rejected = first_of_each_video([clip for clip in clips if clip.verdict == "rejected"])
    rejected = _sample(_one_of_each_reason(rejected), REJECTED_CLIPS, seed)
    videos = _video_paths(fetch)
    for clip in rejected:
        path_of_video = videos.get(clip.video_id)
        if path_of_video:
            scenes.append(_rejected_scene(clip, path_of_video))
    return scenes


def _sample(clips: Sequence[ReportClip], count: int, seed: int) -> list[ReportClip]:
    """Draw some clips, in their order."""
    if not clips:
        return []
    size = min(count, len(clips))
    chosen = np.random.RandomState(seed).choice(len(clips), size, replace=False)
    return [clips[i] for i in np.sort(chosen)]


def _one_of_each_reason(clips: Iterable[ReportClip]) -> list[ReportClip]:
    found: dict[tuple[str, ...], ReportClip] = {}
    for clip in clips:
        found.setdefault(tuple(clip.reasons), clip)
    return list(found.values())


def _locate(features: Iterable[Path]) -> dict[str, tuple[Path, int]]:
    """Shard and row of every clip in the feature shards."""
    location = {}
    for path in features:
        with open_shard(path) as shard:
            for row, clip_id in enumerate(shard.texts("clip_id").tolist()):
                location[clip_id] = (path, row)
    return location


def _detections_of(detections: Iterable[Path], clips: set[str]) -> dict[str, list[Detection]]:
    found: dict[str, list[Detection]] = {clip_id: [] for clip_id in clips}
    for path in detections:
        for row in tables.read(path, Detection):
            if row.clip_id in found:
                found[row.clip_id].append(row)
    return found


def _video_paths(fetch: Iterable[Path]) -> dict[str, str | None]:
    paths = {}
    for table in fetch:
        for video in tables.read(table, FetchedVideo):
            paths[video.video_id] = video.video_path
    return paths


def _kept_scene(clip: ReportClip, shard: Shard, row: int, boxes: list[Detection]) -> GalleryScene:
    image = ""
    if "video" in shard:
        time = _middle_time(boxes, shard.duration(row))
        boxes = [box for box in boxes if box.time == time]
        number = image_number(shard, row, time)
        image = drawing.frame_uri(decode_image(shard.encoded_image(row, number)))
    origins = shard.texts("viewpoint_origin")[row].tolist()
    viewpoints = [
        drawing.ViewpointMark(float(azimuth), float(elevation), origin)
        for (azimuth, elevation), origin in zip(shard.viewpoints(row), origins, strict=True)
    ]
    energy_map = audio = ""
    if "covariance" in shard:
        energy_map = drawing.energy_map(shard.covariance(row))
    if "beam" in shard:
        rate = shard.settings.sample_rate
        beam = shard.audio("beam", row)[0, : int(PLAYED_SECONDS * rate)]
        audio = drawing.audio_uri(beam, rate)
    return GalleryScene(
        clip=clip,
        image=image,
        overlay=drawing.overlay(boxes, viewpoints),
        energy_map=energy_map,
        audio=audio,
    )


def image_number(shard: Shard, row: int, time: float | None) -> int:
    """Return the number of the image at a time within a clip, s; None is its middle.

    A clip has fewer images than the shard has room for, if another one lasts longer.
    """
    fps = shard.settings.video_fps
    duration = shard.duration(row)
    count = max(1, min(round(duration * fps), shard.image_count()))
    if time is None:
        time = duration / 2
    return min(int(time * fps), count - 1)


def _middle_time(boxes: Sequence[Detection], duration: float) -> float | None:
    """Time of detections that is nearest to the middle of the clip."""
    times = sorted({box.time for box in boxes})
    return min(times, key=lambda time: abs(time - duration / 2), default=None)


def _rejected_scene(clip: ReportClip, path: str) -> GalleryScene:
    middle = clip.start + clip.duration / 2
    frame = next(iter(frames_at(path, [middle], drawing.FRAME_SIZE)), None)
    return GalleryScene(clip=clip, image="" if frame is None else drawing.jpeg_uri(frame))
