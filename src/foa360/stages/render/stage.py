"""Render the demo's videos, and write beside them what is true about them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foa360.config.sources import DemoSource
from foa360.core.files import atomic
from foa360.core.jobs import Progress
from foa360.demo.catalogue import DemoVideo, catalogue
from foa360.demo.encode import FPS, foa_in_51, write_media
from foa360.demo.scenes import Scene, seeded
from foa360.demo.sounds import sound_field

WIDTH, HEIGHT = 640, 320


def render_shard(
    video_ids: Sequence[str],
    media: Path,
    truth: Path,
    source: DemoSource,
    seed: int,
    progress: Progress,
) -> None:
    """Render videos into the folder `media`, then write the file `truth`.

    The truth is JSON: id → case, verdict, reasons and convention that curation must find, and for
    every object its class and its direction and size in degrees at some times. Only tests read it.
    """
    known = {video.video_id: video for video in catalogue(source, seed)}
    truths = {}
    for video_id in progress(video_ids, len(video_ids), "videos"):
        video = known[video_id]
        render(video, media)
        truths[video_id] = describe(video)
    with atomic(truth) as temporary:
        temporary.write_text(json.dumps(truths, indent=1, ensure_ascii=False), encoding="utf-8")


def render(video: DemoVideo, media: Path) -> None:
    """Write the files of one video."""
    scene, defect = video.scene(), video.defect
    picture = _frames(scene) if defect.has_picture else None
    if picture is not None and defect.picture:
        picture = defect.picture(picture)
    sound = None
    if defect.has_sound:
        sound = sound_field(scene)
        if defect.sound:
            sound = np.asarray(defect.sound(sound, seeded(video.key, "defect")), np.float32)
        elif video.sound_codec == "aac51":
            sound = foa_in_51(sound)
    if video.audio == video.video:
        write_media(media / video.video, picture, sound, video.picture_codec, video.sound_codec)
    else:
        write_media(media / video.video, picture, None, video.picture_codec)
        write_media(media / video.audio, None, sound, audio=video.sound_codec)
    if defect.damage:
        defect.damage(media / video.video)


def describe(video: DemoVideo) -> dict[str, Any]:
    """The truth about one video."""
    scene, defect = video.scene(), video.defect
    times = np.arange(0.5, video.duration, 1.0)
    objects = []
    for i, thing in enumerate(scene.moving):
        seen = [scene.objects(float(t))[i] for t in times]
        objects.append(
            {
                "label": thing.label,
                "loudness_db": round(thing.loudness_db, 2),
                "times": times.tolist(),
                "azimuth": [round(float(np.degrees(s.azimuth)), 2) for s in seen],
                "elevation": [round(float(np.degrees(s.elevation)), 2) for s in seen],
                "h_fov": [round(float(np.degrees(s.h_fov)), 2) for s in seen],
                "v_fov": [round(float(np.degrees(s.v_fov)), 2) for s in seen],
                "box": [[round(x, 4) for x in (s.left, s.top, s.right, s.bottom)] for s in seen],
            }
        )
    return {
        "case": video.case, "verdict": defect.verdict, "reasons": list(defect.reasons),
        "convention": defect.convention if defect.verdict == "kept" else None, "objects": objects,
    }  # fmt: skip


def _frames(scene: Scene) -> Iterator[NDArray[np.uint8]]:
    return (scene.frame(i / FPS, WIDTH, HEIGHT) for i in range(round(scene.seconds * FPS)))
