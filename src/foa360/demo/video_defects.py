"""Altered frames: still, black, stereoscopic, and an equi-angular cubemap."""

from collections.abc import Iterator

import cv2
import numpy as np

from foa360.ambisonics.arrays import Floats
from foa360.demo.arrays import Image
from foa360.sphere.directions import direction_to_pixel, to_direction

#: Width and height of the cubemap, pixels.
EAC_SIZE = (480, 320)
BLACK_LEVEL = 2
#: Offset between the two eyes, pixels.
EYE_OFFSET = 2


def still(frames: Iterator[Image]) -> Iterator[Image]:
    """Repeat the first frame."""
    first = next(frames)
    yield first
    for _ in frames:
        yield first


def black(frames: Iterator[Image]) -> Iterator[Image]:
    """Replace all frames by black ones."""
    for frame in frames:
        yield np.full_like(frame, BLACK_LEVEL)


def top_bottom(frames: Iterator[Image]) -> Iterator[Image]:
    """Put one eye above the other; the lower one has a small yaw."""
    for frame in frames:
        height, width = frame.shape[:2]
        half = cv2.resize(frame, (width, height // 2), interpolation=cv2.INTER_AREA)
        yield np.concatenate([half, np.roll(half, EYE_OFFSET, axis=1)])


def equi_angular_cubemap(frames: Iterator[Image]) -> Iterator[Image]:
    """Convert frames to an equi-angular cubemap."""
    maps = None
    for frame in frames:
        height, width = frame.shape[:2]
        if maps is None:
            x, y = direction_to_pixel(*eac_directions(*EAC_SIZE), width, height)
            maps = (x.astype(np.float32), y.astype(np.float32))
        yield np.asarray(cv2.remap(frame, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))


def eac_directions(width: int, height: int) -> tuple[Floats, Floats]:
    """Direction of each pixel of an equi-angular cubemap as YouTube arranges it.

    Upper row left, front, right; lower row down, back, up, rotated so that each row is continuous,
    as in FFmpeg's filter v360.
    """
    u, v = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    # Two pixels of padding at the sides, and above and below each row.
    u = 3 * (u - 2 / width) / (1 - 4 / width)
    column, row = np.clip(u.astype(int), 0, 2), (2 * v).astype(int)
    v = (v - 2 / height - row / 2) / (0.5 - 4 / height)
    right = np.tan(np.pi / 2 * np.clip(u - column - 0.5, -0.6, 0.6))
    down = np.tan(np.pi / 2 * np.clip(v - 0.5, -0.6, 0.6))
    one = np.ones_like(right)
    # x front, y left, z up of (column, row).
    faces = {
        (0, 0): (right, one, -down),
        (1, 0): (one, -right, -down),
        (2, 0): (-right, -one, -down),
        (0, 1): (-right, down, -one),
        (1, 1): (-one, down, right),
        (2, 1): (right, down, one),
    }
    vector = np.zeros((*u.shape, 3))
    for (c, r), xyz in faces.items():
        inside = (column == c) & (row == r)
        vector[inside] = np.stack(xyz, -1)[inside]
    return to_direction(vector)
