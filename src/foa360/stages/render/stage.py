"""Render the demo's videos, and write beside them what is true about them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from foa360.config.sources import DemoSource
from foa360.core import tables
from foa360.core.files import atomic
from foa360.core.records import PlannedClip
from foa360.demo.catalogue import DemoVideo, catalogue
from foa360.demo.encode import FPS, foa_in_51, write_media
from foa360.demo.scenes import Scene, seeded
from foa360.demo.sounds import sound_field

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Size of a frame, pixels.
WIDTH, HEIGHT = 640, 320


@dataclass(frozen=True, kw_only=True)
class RenderFiles:
    """Files of the stage."""

    #: Table of planned clips.
    plan: Path
    #: Folder of the rendered videos.
    media: Path
    #: JSON file to write: id → case, verdict, reasons and convention that curation must find, and
    #: for each object its class and its direction and size in degrees at some times. Only tests
    #: read it.
    truth: Path


def render_shard(
    shard: str, files: RenderFiles, source: DemoSource, seed: int, progress: "Progress"
) -> None:
    """Render the videos of a shard, then write the truth about them.

    Parameters
    ----------
    shard : str
        Name of the shard.
    files : RenderFiles
        Files to read and to write.
    source : DemoSource
        Entry of the demo in the section `sources` of the configuration.
    seed : int
        Random seed of the run.
    progress : Progress
        Reports how many videos are done.
    """
    videos = {video.video_id: video for video in catalogue(source, seed)}
    clips = tables.read(files.plan, PlannedClip, shard=shard)
    video_ids = list(dict.fromkeys(clip.video_id for clip in clips))
    truths = {}
    for video_id in progress(video_ids, len(video_ids), "videos"):
        video = videos[video_id]
        render(video, files.media)
        truths[video_id] = describe(video)
    with atomic(files.truth) as temporary:
        temporary.write_text(json.dumps(truths, indent=1, ensure_ascii=False), encoding="utf-8")


def render(video: DemoVideo, media: Path) -> None:
    """Write the files of one video."""
    scene, defect = video.scene(), video.defect
    frames = _frames(scene) if defect.has_picture else None
    if frames is not None and defect.picture:
        frames = defect.picture(frames)
    audio = None
    if defect.has_sound:
        audio = sound_field(scene)
        if defect.sound:
            audio = np.asarray(defect.sound(audio, seeded(video.key, "defect")), np.float32)
        elif video.sound_codec == "aac51":
            audio = foa_in_51(audio)
    if video.audio == video.video:
        write_media(media / video.video, frames, audio, video.picture_codec, video.sound_codec)
    else:
        write_media(media / video.video, frames, None, video.picture_codec)
        write_media(media / video.audio, None, audio, audio=video.sound_codec)
    if defect.damage:
        defect.damage(media / video.video)


def describe(video: DemoVideo) -> dict[str, Any]:
    """Give the truth about one video."""
    scene, defect = video.scene(), video.defect
    times = np.arange(0.5, video.duration, 1.0)
    return {
        "case": video.case,
        "verdict": defect.verdict,
        "reasons": list(defect.reasons),
        "convention": defect.convention if defect.verdict == "kept" else None,
        "objects": [_describe_object(scene, i, times) for i in range(len(scene.moving))],
    }


def _describe_object(scene: Scene, index: int, times: NDArray[np.float64]) -> dict[str, Any]:
    """Class, loudness and boxes of one object of a scene; angles in degrees."""
    moving = scene.moving[index]
    boxes = [scene.objects(float(time))[index] for time in times]
    return {
        "label": moving.label,
        "loudness_db": round(moving.loudness_db, 2),
        "times": times.tolist(),
        "azimuth": [_degrees(box.azimuth) for box in boxes],
        "elevation": [_degrees(box.elevation) for box in boxes],
        "h_fov": [_degrees(box.h_fov) for box in boxes],
        "v_fov": [_degrees(box.v_fov) for box in boxes],
        "box": [
            [round(edge, 4) for edge in (box.left, box.top, box.right, box.bottom)] for box in boxes
        ],
    }


def _degrees(angle: float) -> float:
    return round(float(np.degrees(angle)), 2)


def _frames(scene: Scene) -> Iterator[NDArray[np.uint8]]:
    return (scene.frame(i / FPS, WIDTH, HEIGHT) for i in range(round(scene.seconds * FPS)))
