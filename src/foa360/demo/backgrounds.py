"""Backgrounds of scenes: sky, hills, houses and ground, without a visible seam."""

import numpy as np

from foa360.ambisonics.arrays import Floats
from foa360.demo.arrays import Image, Random
from foa360.sphere.directions import pixel_to_direction, to_vector

#: Colours of the sky near the horizon and at the zenith, in the evening and at noon (RGB).
HORIZON_EVENING, HORIZON_NOON = np.array([235, 225, 205]), np.array([200, 220, 240])
ZENITH_EVENING, ZENITH_NOON = np.array([90, 120, 190]), np.array([60, 130, 225])
SUN_COLOUR = np.array([120, 100, 40])
HILL_COLOUR, HAZE_COLOUR = np.array([95, 120, 90]), np.array([130, 150, 180])
#: Nearness (1: no haze) and elevation in radians of the two ridges.
RIDGES = ((0.8, 0.16), (1.0, 0.08))
#: Plane waves in each octave of the noise.
NOISE_WAVES = 9
#: Standard deviation of the grain, as a share of the brightness.
GRAIN = 0.02


def draw_background(random: Random, width: int, height: int) -> Image:
    """Draw an equirectangular background, `(height, width, 3)` RGB."""
    azimuth, elevation = pixel_to_direction(
        np.arange(width)[None, :], np.arange(height)[:, None], width, height
    )
    vectors = to_vector(*np.broadcast_arrays(azimuth, elevation))
    frame = _sky(random, elevation, vectors)
    frame = _hills(random, frame, azimuth, elevation)
    frame = _houses(random, frame, azimuth, elevation)
    frame = _ground(random, frame, elevation, vectors)
    grain = 1 + GRAIN * random.standard_normal((height, width, 1))
    return (frame * grain).clip(0, 255).astype(np.uint8)


def _sky(random: Random, elevation: Floats, vectors: Floats) -> Floats:
    """Gradient from the horizon to the zenith, clouds and a sun."""
    up = np.clip(elevation / (np.pi / 2), 0, 1)[..., None]
    hour = random.uniform(0, 1)
    horizon = HORIZON_EVENING * (1 - hour) + HORIZON_NOON * hour
    zenith = ZENITH_EVENING * (1 - hour) + ZENITH_NOON * hour
    sky = horizon * (1 - up**0.6) + zenith * up**0.6
    frame = np.repeat(sky, vectors.shape[1], axis=1)
    clouds = _noise(random, vectors)[..., None]
    frame += np.clip(clouds - 0.3, 0, 1) * (250 - frame) * np.clip(up * 6, 0, 1)
    sun = to_vector(random.uniform(-np.pi, np.pi), random.uniform(0.5, 1.1))
    frame += np.exp((vectors @ sun - 1) * 90)[..., None] * SUN_COLOUR
    return np.asarray(frame)


def _hills(random: Random, frame: Floats, azimuth: Floats, elevation: Floats) -> Floats:
    """Two ridges, the farther one in haze."""
    waves = random.integers(1, 9, 5)
    for nearness, ridge_elevation in RIDGES:
        phases = random.uniform(0, 2 * np.pi, 5)
        shape = np.sin(waves[:, None] * azimuth[0] + phases[:, None]).mean(0)
        ridge = ridge_elevation * (0.8 + shape)
        colour = HILL_COLOUR * nearness + HAZE_COLOUR * (1 - nearness)
        brightness = random.uniform(0.8, 1.1)
        frame = np.where((elevation < ridge)[..., None], colour * brightness, frame)
    return frame


def _houses(random: Random, frame: Floats, azimuth: Floats, elevation: Floats) -> Floats:
    """Up to eight houses with windows."""
    for _ in range(int(random.integers(0, 9))):
        middle = random.uniform(-3.1, 3.1)
        half_width, top = random.uniform((0.03, 0.05), (0.12, 0.25))
        house = (np.abs(_wrapped(azimuth - middle)) < half_width) & (elevation < top)
        windows = (np.mod(azimuth * 40, 1) < 0.5) & (np.mod(elevation * 40, 1) < 0.5)
        wall = random.uniform(90, 200, 3)
        colours = np.where(windows[..., None], wall * 0.6, wall)
        frame = np.where((house & (elevation > -0.02))[..., None], colours, frame)
    return frame


def _ground(random: Random, frame: Floats, elevation: Floats, vectors: Floats) -> Floats:
    """Grass below the horizon, finer with distance."""
    grass = random.uniform((70, 90, 40), (150, 140, 90))
    texture = 1 + 0.25 * _noise(random, vectors / np.maximum(0.12, -vectors[..., 2:]))
    return np.where((elevation < 0)[..., None], grass * texture[..., None], frame)


def _noise(random: Random, vectors: Floats) -> Floats:
    """Smooth noise of about unit range over space: a sum of plane waves of several lengths."""
    # Single precision suffices for eight bits; this is most of the time of a background.
    points = vectors.astype(np.float32)
    total = np.zeros(vectors.shape[:-1])
    for octave in (3.0, 6.0, 12.0):
        waves = (random.standard_normal((NOISE_WAVES, 3)) * octave).astype(np.float32)
        phases = random.uniform(0, 2 * np.pi, NOISE_WAVES).astype(np.float32)
        total += np.cos(points @ waves.T + phases).sum(-1) / octave
    return np.asarray(total / np.sqrt(NOISE_WAVES) * 2.0)


def _wrapped(angle: Floats) -> Floats:
    """Angle in [-π, π)."""
    return np.mod(angle + np.pi, 2 * np.pi) - np.pi
