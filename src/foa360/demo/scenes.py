"""Equirectangular scenes with moving drawn objects, seeded by a key.

Directions as everywhere: azimuth left positive, elevation up, radians. An object is a flat picture
that stands on the sphere, drawn through the gnomonic projection around its direction, so it is
right at the seam and high above the horizon as well.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from foa360.ambisonics.field import look_at
from foa360.demo.sprites import DRAWINGS, sprite
from foa360.sphere.directions import pixel_to_direction, to_direction, to_vector

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]

CLASSES: tuple[str, ...] = tuple(DRAWINGS)

#: Range of elevations in degrees that a class moves in.
ELEVATIONS = {"bird": (12, 45), "bell": (0, 35)}
GROUND = (-20, 0)
#: Phases of the motion that are drawn, and motions per second.
PHASES, MOTION_HZ = 12, 1.5


def seeded(*key: object) -> np.random.Generator:
    """Random numbers that depend on the key alone, on every machine."""
    digest = hashlib.sha256("\0".join(map(str, key)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))


@dataclass(frozen=True)
class Moving:
    """One object: what it is, how it looks, and where it goes."""

    label: str
    colour: int
    size: float  # angular size of the sprite's side, rad
    azimuth0: float
    speed: float  # rad/s
    elevation0: float
    sway: float  # rad
    loudness_db: float

    def direction(self, t: ArrayLike) -> tuple[Floats, Floats]:
        """Azimuth (not wrapped) and elevation at times in seconds."""
        t = np.asarray(t, float)
        azimuth = self.azimuth0 + self.speed * t + 0.06 * np.sin(2.3 * t)
        return azimuth, self.elevation0 + self.sway * np.sin(1.3 * t + self.colour)

    def picture(self, t: float) -> Image:
        """Sprite at a time."""
        return _sprite(self.label, self.colour, int(t * MOTION_HZ * PHASES) % PHASES)


@dataclass(frozen=True)
class Seen:
    """An object at one time: direction and angular size in radians, box in shares of the frame.

    `right` passes 1 where the box crosses the seam.
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
    """A place and its moving objects."""

    key: str
    seconds: float
    moving: tuple[Moving, ...]

    @cached_property
    def _backgrounds(self) -> dict[tuple[int, int], Image]:
        return {}

    def background(self, width: int, height: int) -> Image:
        """The place without objects, `(height, width, 3)` RGB."""
        if (width, height) not in self._backgrounds:
            self._backgrounds[width, height] = _place(seeded(self.key, "place"), width, height)
        return self._backgrounds[width, height]

    def frame(self, t: float, width: int, height: int) -> Image:
        """Equirectangular picture at a time in seconds, `(height, width, 3)` RGB."""
        frame = self.background(width, height).copy()
        for thing in self.moving:
            azimuth, elevation = thing.direction(t)
            _draw(frame, thing.picture(t), float(azimuth), float(elevation), thing.size)
        return frame

    def objects(self, t: float) -> list[Seen]:
        """What is to be seen at a time."""
        return [_seen(thing, t) for thing in self.moving]


def random_scene(
    key: str, seconds: float, labels: Sequence[str] | None = None, count: int | None = None
) -> Scene:
    """Scene that depends on the key alone; the first object is the loudest.

    `labels` fixes the classes; otherwise 1 to 3 (or `count`) different ones are drawn.
    """
    random = seeded(key, "objects")
    if labels is None:
        count = count or int(random.integers(1, 4))
        labels = [str(c) for c in random.permutation(CLASSES)[:count]]
    first = random.uniform(-np.pi, np.pi)
    # All move the same way at nearly the same speed, so that they stay apart.
    speed = random.choice([-1, 1]) * np.radians(random.uniform(3, 6))
    moving = []
    for i, label in enumerate(labels):
        low, high = np.radians(ELEVATIONS.get(label, GROUND))
        moving.append(
            Moving(
                label=label,
                colour=int(random.integers(4)),
                size=np.radians(random.uniform(26, 40)),
                azimuth0=first + 2 * np.pi * i / len(labels) + random.uniform(-0.3, 0.3),
                speed=speed * random.uniform(0.8, 1.2),
                elevation0=random.uniform(low, high),
                sway=np.radians(random.uniform(1, 4)),
                loudness_db=0.0 if i == 0 else -random.uniform(6, 9),
            )
        )
    return Scene(key, seconds, tuple(moving))


@lru_cache(maxsize=4 * PHASES * len(CLASSES))
def _sprite(label: str, colour: int, phase: int) -> Image:
    return sprite(label, colour, phase / PHASES)


def _draw(frame: Image, picture: Image, azimuth: float, elevation: float, size: float) -> None:
    """Put a sprite into the frame at a direction."""
    height, width = frame.shape[:2]
    half = size / 2 * 1.5  # a square's corner, and some air
    top = max(0, int((np.pi / 2 - elevation - half) / np.pi * height))
    bottom = min(height, int((np.pi / 2 - elevation + half) / np.pi * height) + 1)
    highest = min(abs(elevation) + half, np.radians(89))
    reach = min(np.pi, np.arcsin(min(1.0, np.sin(half) / np.cos(highest))))
    centre = (np.pi - azimuth) / (2 * np.pi) * width
    span = int(reach / (2 * np.pi) * width) + 1
    columns = np.arange(int(centre) - span, int(centre) + span + 1)
    rows = np.arange(top, bottom)
    looked = pixel_to_direction(columns[None, :], rows[:, None], width, height)
    x, y, z = np.moveaxis(to_vector(*looked) @ look_at(azimuth, elevation).T, -1, 0)
    scale = picture.shape[0] / (2 * np.tan(size / 2))
    ahead = np.maximum(x, 1e-3)
    middle = (picture.shape[0] - 1) / 2
    u = np.where(x > 0, middle - y / ahead * scale, -9).astype(np.float32)
    v = np.where(x > 0, middle - z / ahead * scale, -9).astype(np.float32)
    warped = cv2.remap(picture, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    alpha = warped[..., 3:].astype(np.float32) / 255
    index = np.ix_(rows, columns % width)
    # The sprite's colours are black where it is clear, hence already weighted by the opacity.
    frame[index] = (frame[index] * (1 - alpha) + warped[..., :3] + 0.5).clip(0, 255)


def _seen(thing: Moving, t: float) -> Seen:
    azimuth, elevation = (float(a) for a in thing.direction(t))
    opaque = thing.picture(t)[..., 3] > 127
    rows, columns = np.flatnonzero(opaque.any(1)), np.flatnonzero(opaque.any(0))
    side = opaque.shape[0]
    step = 2 * np.tan(thing.size / 2) / side
    edge = np.array([columns[0], columns[-1] + 1, rows[0], rows[-1] + 1])
    left, right, top, bottom = (edge - side / 2) * step
    along = np.linspace(0, 1, 17)
    right_of = np.concatenate(
        [left + (right - left) * along] * 2 + [np.full(17, left), np.full(17, right)]
    )
    below = np.concatenate(
        [np.full(17, top), np.full(17, bottom)] + [top + (bottom - top) * along] * 2
    )
    outline = np.stack([np.ones_like(below), -right_of, -below], -1) @ look_at(azimuth, elevation)
    a, e = to_direction(outline)
    turn = np.mod(a - azimuth + np.pi, 2 * np.pi) - np.pi
    start = np.mod(0.5 - (azimuth + turn.max()) / (2 * np.pi), 1.0)
    middle = np.array([1.0, -(left + right) / 2, -(top + bottom) / 2]) @ look_at(azimuth, elevation)
    where = to_direction(middle)
    return Seen(
        label=thing.label,
        azimuth=float(where[0]),
        elevation=float(where[1]),
        h_fov=float(np.arctan(right) - np.arctan(left)),
        v_fov=float(np.arctan(bottom) - np.arctan(top)),
        left=float(start),
        top=float(0.5 - e.max() / np.pi),
        right=float(start + (turn.max() - turn.min()) / (2 * np.pi)),
        bottom=float(0.5 - e.min() / np.pi),
    )


def _place(random: np.random.Generator, width: int, height: int) -> Image:
    """Sky with clouds and a sun, hills, houses and ground; the seam does not show."""
    azimuth, elevation = pixel_to_direction(
        np.arange(width)[None, :], np.arange(height)[:, None], width, height
    )
    up = np.clip(elevation / (np.pi / 2), 0, 1)[..., None]
    hour = random.uniform(0, 1)
    low = np.array([235, 225, 205]) * (1 - hour) + np.array([200, 220, 240]) * hour
    high = np.array([90, 120, 190]) * (1 - hour) + np.array([60, 130, 225]) * hour
    sky = low * (1 - up**0.6) + high * up**0.6
    frame = np.repeat(sky, width, axis=1)
    vectors = to_vector(*np.broadcast_arrays(azimuth, elevation))
    clouds = _noise(random, vectors, 9)[..., None]
    frame += np.clip(clouds - 0.3, 0, 1) * (250 - frame) * np.clip(up * 6, 0, 1)
    sun = to_vector(random.uniform(-np.pi, np.pi), random.uniform(0.5, 1.1))
    frame += np.exp((vectors @ sun - 1) * 90)[..., None] * np.array([120, 100, 40])
    waves = random.integers(1, 9, 5)
    for depth, height_of in ((0.8, 0.16), (1.0, 0.08)):
        turn = random.uniform(0, 2 * np.pi, 5)
        ridge = height_of * (0.8 + np.sin(waves[:, None] * azimuth[0] + turn[:, None]).mean(0))
        colour = np.array([95, 120, 90]) * depth + np.array([130, 150, 180]) * (1 - depth)
        frame = np.where((elevation < ridge)[..., None], colour * random.uniform(0.8, 1.1), frame)
    for _ in range(int(random.integers(0, 9))):
        middle, wide, tall = random.uniform(-3.1, 3.1), *random.uniform((0.03, 0.05), (0.12, 0.25))
        house = (np.abs(_around(azimuth - middle)) < wide) & (elevation < tall)
        windows = (np.mod(azimuth * 40, 1) < 0.5) & (np.mod(elevation * 40, 1) < 0.5)
        wall = random.uniform(90, 200, 3)
        colours = np.where(windows[..., None], wall * 0.6, wall)
        frame = np.where((house & (elevation > -0.02))[..., None], colours, frame)
    grass = random.uniform((70, 90, 40), (150, 140, 90))
    texture = 1 + 0.25 * _noise(random, vectors / np.maximum(0.12, -vectors[..., 2:]), 9)
    frame = np.where((elevation < 0)[..., None], grass * texture[..., None], frame)
    grain = 1 + 0.02 * random.standard_normal((height, width, 1))
    return (frame * grain).clip(0, 255).astype(np.uint8)


def _noise(random: np.random.Generator, vectors: Floats, count: int) -> Floats:
    """Smooth noise of about unit range over space: a sum of plane waves of several lengths."""
    # Single precision: this is most of what a background costs, and bytes are all it ends in.
    points = vectors.astype(np.float32)
    total = np.zeros(vectors.shape[:-1])
    for octave in (3.0, 6.0, 12.0):
        waves = (random.standard_normal((count, 3)) * octave).astype(np.float32)
        turns = random.uniform(0, 2 * np.pi, count).astype(np.float32)
        total += np.cos(points @ waves.T + turns).sum(-1) / octave
    return np.asarray(total / np.sqrt(count) * 2.0)


def _around(angle: Floats) -> Floats:
    """Angle in [-π, π)."""
    return np.mod(angle + np.pi, 2 * np.pi) - np.pi
