"""Real equirectangular (ERP) frames of the clips and photos at hand."""

import os
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from foa360.demo.scenes import random_scene
from foa360.media.images import Image
from foa360.media.video import frames_at

#: Folder of real clips: `sphere360/`, `video360/`, `yt360/`, `images/`.
REAL_DATA = Path(os.environ.get("FOA360_REAL_DATA", "../shared/data"))
#: Size of the frames, whatever their size in the file, pixels.
SIZE = (1280, 640)
#: Times of the frames, s.
TIMES = (1.0, 4.5, 8.0)
#: Photos, and the share of their height that one eye has.
PHOTOS = {"petra.jpg": 1.0, "walrus.jpg": 0.5}


class Source(NamedTuple):
    """A clip or photo.

    name : of the file.
    group : of clips of one video, which are not independent.
    frames : grey ERP frames `(640, 1280)`; of a photo the same one, at several azimuths.
    """

    name: str
    group: str
    frames: list[Image]


def sources(folder: Path = REAL_DATA) -> list[Source]:
    """Read all clips and photos; empty where the folder has none."""
    found = []
    paths = sorted(folder.glob("sphere360/*.webm")) + sorted(folder.glob("*360/*.mp4"))
    for path in [*paths, *sorted(folder.glob("video360/*.webm"))]:
        frames = [f for f in frames_at(path, TIMES, SIZE, gray=True) if f is not None]
        found.append(Source(path.stem, path.stem.rsplit("_", 1)[0], frames))
    for path in sorted(folder.glob("images/*.jpg")):
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if image is None:
            raise OSError(f"{path} is no image")
        height = round(image.shape[0] * PHOTOS.get(path.name, 1.0))
        image = cv2.resize(image[:height], SIZE, interpolation=cv2.INTER_AREA)
        frames = [np.roll(image, 20 * k, axis=1) for k in range(len(TIMES))]
        found.append(Source(path.stem, path.stem, frames))
    return found


def drawn(count: int) -> list[Source]:
    """Return scenes of the demo: drawn spheres, smoother than real ones."""
    found = []
    for number in range(count):
        scene = random_scene(f"sphere {number}", TIMES[-1] + 1)
        frames = []
        for time in TIMES:
            colour = np.asarray(scene.frame(time, *SIZE), np.uint8)
            frames.append(np.asarray(cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), np.uint8))
        found.append(Source(f"drawn {number}", f"drawn {number}", frames))
    return found


def test_patterns(count: int) -> list[Source]:
    """Return grids of meridians and parallels with their angles, as drawn to test players."""
    found = []
    width, height = SIZE
    for number in range(count):
        rng = np.random.default_rng([number, 360])
        paper, ink = (255, 0) if number % 2 else (20, 230)
        step = (30, 15, 45, 10)[number % 4]
        image = np.full((height, width), paper, np.uint8)
        for angle in range(-180, 181, step):
            thick = 2 if angle % 90 else 5
            x = round((180 - angle) / 360 * (width - 1))
            cv2.line(image, (x, 0), (x, height), ink, thick)
            if -90 <= angle <= 90:
                y = round((90 - angle) / 180 * (height - 1))
                cv2.line(image, (0, y), (width, y), ink, thick)
        for _ in range(12):
            at = (int(rng.integers(width - 80)), int(rng.integers(40, height)))
            text = f"{rng.integers(-180, 181)}"
            cv2.putText(image, text, at, cv2.FONT_HERSHEY_SIMPLEX, 1.2, ink, 3)
        frames = [np.roll(image, 20 * k, axis=1) for k in range(len(TIMES))]
        found.append(Source(f"pattern {number}", f"pattern {number}", frames))
    return found
