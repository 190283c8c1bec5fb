"""A white disc that emits white noise, in its videos and shards: video and audio must agree."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from support.clips import curated_clip

from foa360.ambisonics import encode
from foa360.config.features import Features
from foa360.demo.audio import RATE
from foa360.demo.encode import DEMO_FPS, write_media
from foa360.sphere import angular_distance, pixel_to_direction

SETTINGS = Features(n_mels=32, video_width=256, store=["video", "covariance"])
FRAME_RATE = SETTINGS.sample_rate / SETTINGS.hop
#: Direction of the source, degrees.
SOURCE = (60.0, 20.0)
#: Viewpoints of the clips, degrees.
VIEWPOINTS = [SOURCE, (45.0, 20.0), (-120.0, -20.0)]
SECONDS = 4.0
#: Durations of the videos: one of them is shorter than a sample.
DURATIONS = [SECONDS, SECONDS, SECONDS, 0.5, SECONDS]


def frames(seconds: float, tint: int) -> Iterator[NDArray[np.uint8]]:
    """Make a white disc at the source, on a ground that brightens with time."""
    v, u = np.mgrid[:128, :256]
    disc = angular_distance(*pixel_to_direction(u, v, 256, 128), *np.radians(SOURCE)) < 0.12
    for number in range(round(seconds * DEMO_FPS)):
        frame = np.full((128, 256, 3), 10 + 3 * number, np.uint8)
        frame[..., tint] += 20
        frame[disc] = 255
        yield frame


def audio(seconds: float, seed: int) -> NDArray[np.float32]:
    """Make white noise from the source, louder in the second half."""
    random = np.random.default_rng(seed)
    noise = random.normal(size=int(seconds * RATE)) * 0.02
    noise[len(noise) // 2 :] *= 4
    field = encode(*np.radians(SOURCE))[:, None] * noise
    return (field + 1e-4 * random.normal(size=field.shape)).astype(np.float32)


def write_shards(folder: Path, write_features: Callable[..., Path]) -> list[Path]:
    """Write two shards of two and three videos, one of the test split."""
    media, clips = {}, []
    for number, seconds in enumerate(DURATIONS):
        name = f"v{number}"
        media[name] = folder / f"{name}.mkv"
        write_media(media[name], frames(seconds, number % 3), audio(seconds, number))
        split = "test" if number == 1 else "train"
        clips.append(curated_clip(name, 0.0, seconds, split=split))
    parts = (clips[:2], clips[2:])
    return [write_features(media, part, VIEWPOINTS, SETTINGS) for part in parts]
