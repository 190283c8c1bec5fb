"""Media and clips of a small feature shard: two videos in containers, and a damaged file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from support.clips import curated_clip

from foa360.ambisonics import encode
from foa360.config.features import Features
from foa360.demo.audio import RATE
from foa360.demo.encode import DEMO_FPS, write_media
from foa360.shards.features import STORED_FEATURES

#: An id with characters that file systems and shells treat specially.
HOSTILE_ID = "-rf ../é;$(x)"
ALL_FEATURES = tuple(STORED_FEATURES)
SETTINGS = Features(n_fft=512, n_mels=32, video_width=64, store=list(ALL_FEATURES))
#: Azimuths and elevations, degrees.
VIEWPOINTS = np.array([[30.0, 10.0], [-120.0, -40.0]])
HOSTILE_PLANES = (2, 0, 1, 3)
HOSTILE_GAINS = (1.0, 0.5, 1.0, 1.0)
CLIPS = [
    curated_clip("two", 2.0, split="test"),
    curated_clip("two", 0.0, split="test"),
    curated_clip("damaged", 0.0),
    curated_clip(HOSTILE_ID, 0.0, 1.5, planes=HOSTILE_PLANES, gains=HOSTILE_GAINS),
    curated_clip("rejected", 0.0, verdict="rejected"),
]


def source_and_noise(seconds: float, seed: int) -> NDArray[np.float32]:
    """Make a source at (50°, 20°) and diffuse noise, `(4, n)` in WYZX."""
    random = np.random.default_rng(seed)
    source = encode(*np.radians([50, 20]))[:, None] * random.normal(size=int(seconds * RATE))
    return (0.1 * source + 0.01 * random.normal(size=source.shape)).astype(np.float32)


def colour_of_frame(number: int) -> tuple[int, int, int]:
    """Return the colour of a frame, which identifies it."""
    return (20 + 5 * number, 128, 230 - 5 * number)


def coloured_frames(seconds: float) -> Iterator[NDArray[np.uint8]]:
    """Make plain frames, each in its colour."""
    for number in range(round(seconds * DEMO_FPS)):
        yield np.full((64, 128, 3), colour_of_frame(number), np.uint8)


def write_sample_media(folder: Path) -> dict[str, Path]:
    """Write the videos, and return the path of each id."""
    paths = {
        "two": folder / "two.mkv",
        HOSTILE_ID: folder / "h.mkv",
        "damaged": folder / "damaged.mkv",
    }
    write_media(paths["two"], coloured_frames(4), source_and_noise(4, 1))
    paths["damaged"].write_bytes(b"damaged since curation")
    write_media(paths[HOSTILE_ID], coloured_frames(1.5), source_and_noise(1.5, 2))
    return paths
