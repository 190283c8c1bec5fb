"""Equirectangular scenes with moving drawn objects, seeded by a key.

Directions as everywhere: azimuth left positive, elevation up, radians. An object is a flat image
that stands on the sphere, drawn through the gnomonic projection around its direction, so it is
right at the seam and high above the horizon as well.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import ArrayLike

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.field import look_at
from foa360.demo.arrays import Image, Random
from foa360.demo.backgrounds import draw_background
from foa360.demo.sprites import DRAWINGS, draw_sprite
from foa360.sphere.directions import pixel_to_direction, to_direction, to_vector

CLASSES: tuple[str, ...] = tuple(DRAWINGS)

#: Range of elevations of a class, degrees; `GROUND_ELEVATIONS` for all others.
ELEVATIONS = {
    "bird": (12, 45),
    "bell": (0, 35),
}
GROUND_ELEVATIONS = (-20, 0)
#: Phases of the motion that are drawn.
PHASES = 12
#: Motions per second.
MOTION_HZ = 1.5
#: Opacity from which a pixel belongs to the object.
OPAQUE = 127
#: Points on each side of an outline.
OUTLINE_POINTS = 17


def seeded(*key: object) -> Random:
    """Random numbers that depend on the key alone, on every machine."""
    digest = hashlib.sha256("\0".join(map(str, key)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))


@dataclass(frozen=True, kw_only=True)
class MovingObject:
    """One object of a scene: class, appearance, path and loudness."""

    label: str
    colour: int  # number of a colour of its class
    size: float  # angular size of the sprite's side, rad
    start_azimuth: float  # rad
    azimuth_speed: float  # rad/s
    mean_elevation: float  # rad
    elevation_amplitude: float  # rad
    loudness_db: float  # relative to the loudest

    def direction(self, t: ArrayLike) -> tuple[Floats, Floats]:
        """Azimuth (not wrapped) and elevation at times in seconds."""
        t = np.asarray(t, float)
        azimuth = self.start_azimuth + self.azimuth_speed * t + 0.06 * np.sin(2.3 * t)
        swing = self.elevation_amplitude * np.sin(1.3 * t + self.colour)
        return azimuth, self.mean_elevation + swing

    def sprite(self, t: float) -> Image:
        """Sprite at a time in seconds."""
        return _cached_sprite(self.label, self.colour, int(t * MOTION_HZ * PHASES) % PHASES)


@dataclass(frozen=True, kw_only=True)
class DrawnObject:
    """An object at one time: direction and angular size in radians, box in shares of the frame.

    `right` exceeds 1 where the box crosses the seam.
    """

    label: str
    azimuth: float
    elevation: float
    h_fov: float
    v_fov: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def box(self) -> Floats:
        """Azimuth, elevation, horizontal and vertical angular size, radians, `(4,)`."""
        return np.array([self.azimuth, self.elevation, self.h_fov, self.v_fov])


@dataclass(frozen=True)
class Scene:
    """A background and moving objects."""

    key: str
    duration: float  # s
    moving_objects: tuple[MovingObject, ...]

    @cached_property
    def _backgrounds(self) -> dict[tuple[int, int], Image]:
        return {}

    def background(self, width: int, height: int) -> Image:
        """Frame without objects, `(height, width, 3)` RGB."""
        size = (width, height)
        if size not in self._backgrounds:
            self._backgrounds[size] = draw_background(seeded(self.key, "place"), width, height)
        return self._backgrounds[size]

    def frame(self, t: float, width: int, height: int) -> Image:
        """Equirectangular frame at a time in seconds, `(height, width, 3)` RGB."""
        frame = self.background(width, height).copy()
        for item in self.moving_objects:
            azimuth, elevation = item.direction(t)
            _draw(frame, item.sprite(t), float(azimuth), float(elevation), item.size)
        return frame

    def objects(self, t: float) -> list[DrawnObject]:
        """List the objects as they are drawn at a time in seconds."""
        return [_drawn_object(item, t) for item in self.moving_objects]


def random_scene(
    key: str, duration: float, labels: Sequence[str] | None = None, count: int | None = None
) -> Scene:
    """Scene that depends on the key alone; the first object is the loudest.

    Parameters
    ----------
    key : str
        Random seed of background, objects and audio.
    duration : float
        In s.
    labels : sequence of str, optional
        Class of each object; by default different ones are drawn.
    count : int, optional
        Number of objects where no classes are given; by default 1 to 3.

    Returns
    -------
    Scene
    """
    random = seeded(key, "objects")
    if labels is None:
        count = count or int(random.integers(1, 4))
        labels = [str(c) for c in random.permutation(CLASSES)[:count]]
    first_azimuth = random.uniform(-np.pi, np.pi)
    # All move in the same direction at nearly the same speed, so that they stay apart.
    speed = random.choice([-1, 1]) * np.radians(random.uniform(3, 6))
    moving_objects = []
    for number, label in enumerate(labels):
        low, high = np.radians(ELEVATIONS.get(label, GROUND_ELEVATIONS))
        spacing = 2 * np.pi * number / len(labels)
        item = MovingObject(  # the order of the draws is part of the demo's media
            label=label,
            colour=int(random.integers(4)),
            size=np.radians(random.uniform(26, 40)),
            start_azimuth=first_azimuth + spacing + random.uniform(-0.3, 0.3),
            azimuth_speed=speed * random.uniform(0.8, 1.2),
            mean_elevation=random.uniform(low, high),
            elevation_amplitude=np.radians(random.uniform(1, 4)),
            loudness_db=0.0 if number == 0 else -random.uniform(6, 9),
        )
        moving_objects.append(item)
    return Scene(key, duration, tuple(moving_objects))


@lru_cache(maxsize=4 * PHASES * len(CLASSES))
def _cached_sprite(label: str, colour: int, phase: int) -> Image:
    return draw_sprite(label, colour, phase / PHASES)


def _draw(frame: Image, sprite: Image, azimuth: float, elevation: float, size: float) -> None:
    """Draw a sprite into the frame at a direction."""
    height, width = frame.shape[:2]
    half = size / 2 * 1.5  # a square's corner, and a margin
    top = max(0, int((np.pi / 2 - elevation - half) / np.pi * height))
    bottom = min(height, int((np.pi / 2 - elevation + half) / np.pi * height) + 1)
    highest = min(abs(elevation) + half, np.radians(89))
    reach = min(np.pi, np.arcsin(min(1.0, np.sin(half) / np.cos(highest))))
    centre = (np.pi - azimuth) / (2 * np.pi) * width
    span = int(reach / (2 * np.pi) * width) + 1
    columns = np.arange(int(centre) - span, int(centre) + span + 1)
    rows = np.arange(top, bottom)
    directions = pixel_to_direction(columns[None, :], rows[:, None], width, height)
    x, y, z = np.moveaxis(to_vector(*directions) @ look_at(azimuth, elevation).T, -1, 0)
    scale = sprite.shape[0] / (2 * np.tan(size / 2))
    depth = np.maximum(x, 1e-3)
    middle = (sprite.shape[0] - 1) / 2
    u = np.where(x > 0, middle - y / depth * scale, -9).astype(np.float32)
    v = np.where(x > 0, middle - z / depth * scale, -9).astype(np.float32)
    warped = cv2.remap(sprite, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    alpha = warped[..., 3:].astype(np.float32) / 255
    index = np.ix_(rows, columns % width)
    # The sprite's colours are black where it is clear, hence already weighted by the opacity.
    frame[index] = (frame[index] * (1 - alpha) + warped[..., :3] + 0.5).clip(0, 255)


def _drawn_object(item: MovingObject, t: float) -> DrawnObject:
    """Direction, size and box of the opaque part of an object's sprite."""
    azimuth, elevation = (float(angle) for angle in item.direction(t))
    opaque = item.sprite(t)[..., 3] > OPAQUE
    rows = np.flatnonzero(opaque.any(1))
    columns = np.flatnonzero(opaque.any(0))
    side = opaque.shape[0]
    # In the tangent plane, whose distance is 1.
    pixel = 2 * np.tan(item.size / 2) / side
    edges = np.array([columns[0], columns[-1] + 1, rows[0], rows[-1] + 1])
    left, right, top, bottom = (edges - side / 2) * pixel
    to_scene = look_at(azimuth, elevation)
    outline_azimuth, outline_elevation = to_direction(_outline(left, right, top, bottom) @ to_scene)
    offset = np.mod(outline_azimuth - azimuth + np.pi, 2 * np.pi) - np.pi
    start = np.mod(0.5 - (azimuth + offset.max()) / (2 * np.pi), 1.0)
    middle = np.array([1.0, -(left + right) / 2, -(top + bottom) / 2]) @ to_scene
    middle_azimuth, middle_elevation = to_direction(middle)
    return DrawnObject(
        label=item.label,
        azimuth=float(middle_azimuth),
        elevation=float(middle_elevation),
        h_fov=float(np.arctan(right) - np.arctan(left)),
        v_fov=float(np.arctan(bottom) - np.arctan(top)),
        left=float(start),
        top=float(0.5 - outline_elevation.max() / np.pi),
        right=float(start + (offset.max() - offset.min()) / (2 * np.pi)),
        bottom=float(0.5 - outline_elevation.min() / np.pi),
    )


def _outline(left: float, right: float, top: float, bottom: float) -> Floats:
    """Vectors `(n, 3)` to points on the edges of a rectangle in the tangent plane at the front."""
    share = np.linspace(0, 1, OUTLINE_POINTS)
    across = left + (right - left) * share
    down = top + (bottom - top) * share
    ones = np.ones(OUTLINE_POINTS)
    x = np.concatenate([across, across, left * ones, right * ones])
    y = np.concatenate([top * ones, bottom * ones, down, down])
    return np.stack([np.ones_like(y), -x, -y], -1)
