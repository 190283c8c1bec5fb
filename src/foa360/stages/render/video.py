"""Render the files of one video."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from foa360.demo.arrays import Image, Samples
from foa360.demo.audio import sound_field
from foa360.demo.catalogue import DemoVideo
from foa360.demo.encode import DEMO_FPS, foa_in_51, write_media
from foa360.demo.scenes import Scene, seeded

#: Size of the frames, pixels.
FRAME_WIDTH, FRAME_HEIGHT = 640, 320


def render_video(video: DemoVideo, media: Path) -> None:
    """Write the files of one video into the folder `media`."""
    scene = video.scene()
    frames = _frames(video, scene)
    audio = _audio(video, scene)
    if video.audio == video.video:
        write_media(media / video.video, frames, audio, video.video_codec, video.audio_codec)
    else:
        write_media(media / video.video, frames, None, video.video_codec)
        write_media(media / video.audio, None, audio, audio=video.audio_codec)
    if video.defect.damage_file:
        video.defect.damage_file(media / video.video)


def _frames(video: DemoVideo, scene: Scene) -> Iterator[Image] | None:
    defect = video.defect
    if not defect.has_video:
        return None
    frames = _scene_frames(scene)
    return defect.alter_frames(frames) if defect.alter_frames else frames


def _scene_frames(scene: Scene) -> Iterator[Image]:
    for number in range(round(scene.duration * DEMO_FPS)):
        yield scene.frame(number / DEMO_FPS, FRAME_WIDTH, FRAME_HEIGHT)


def _audio(video: DemoVideo, scene: Scene) -> Samples | None:
    defect = video.defect
    if not defect.has_audio:
        return None
    field = sound_field(scene)
    if defect.alter_audio:
        return np.asarray(defect.alter_audio(field, seeded(video.key, "defect")), np.float32)
    return foa_in_51(field) if video.audio_codec == "aac51" else field
