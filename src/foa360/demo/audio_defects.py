"""Altered sound fields, each made from a true one.

Each function takes a true sound field `(4, n)` (WYZX, SN3D) and seeded random numbers, and returns
the channels `(C, n)` that are written.
"""

from collections.abc import Callable

import numpy as np

from foa360.demo.arrays import Random, Samples
from foa360.demo.audio import LEVEL_DBFS, RATE, object_audio
from foa360.demo.encode import foa_in_51

AlterAudio = Callable[[Samples, Random], Samples]

#: Gain of -3 dB.
HALF_POWER = 0.5**0.5
#: FFmpeg's resampler from four planes labelled quad to 4.0.
QUAD_TO_40: list[list[float]] = [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 0, 0],
    [0, 0, HALF_POWER, HALF_POWER],
]
#: Left and right, twice.
STEREO_PAIRS: list[list[float]] = [
    [0.5, 0.5, 0, 0],
    [0.5, -0.5, 0, 0],
    [0.5, 0.5, 0, 0],
    [0.5, -0.5, 0, 0],
]
#: Axes x, y, z of the cardioid capsules FLU, FRD, BLD, BRU of a tetrahedral microphone.
CAPSULE_AXES = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
TETRAHEDRON: list[list[float]] = [
    [0.5, 0.5 * y / 3**0.5, 0.5 * z / 3**0.5, 0.5 * x / 3**0.5] for x, y, z in CAPSULE_AXES
]
#: Classes of the channels of a surround mix.
SURROUND_LABELS = ["person", "car", "drum", "bird", "dog", "bell"]


def matrixed(rows: list[list[float]]) -> AlterAudio:
    """Alter a field by a matrix `(C, 4)`."""
    matrix = np.array(rows, np.float32)
    return lambda x, _: (matrix @ x).astype(np.float32)


def reordered(names: str, w: float = 1.0, dipoles: float = 1.0) -> AlterAudio:
    """Write channels by their letters (`-`: an empty one), with gains of W and of the dipoles."""
    rows = np.zeros((len(names), 4))
    for row, name in zip(rows, names, strict=True):
        if name != "-":
            row["WYZX".index(name)] = w if name == "W" else dipoles
    return matrixed(rows.tolist())


def unrelated(count: int) -> AlterAudio:
    """Replace the field by channels of equal level, as a surround mix of separate instruments."""

    def alter(x: Samples, _: Random) -> Samples:
        duration = x.shape[1] / RATE
        channels = []
        for number in range(count):
            channels.append(object_audio(SURROUND_LABELS[number], duration, "surround", number))
        return (10 ** (LEVEL_DBFS / 20) * 0.7 * np.stack(channels)).astype(np.float32)

    return alter


def first_channels(count: int) -> AlterAudio:
    """Keep the first channels only."""
    return lambda x, _: x[:count]


def mirrored(x: Samples, _: Random) -> Samples:
    """Exchange left and right."""
    return x * np.array([[1], [-1], [1], [1]], np.float32)


def in_51(x: Samples, _: Random) -> Samples:
    """Put the field into the planes of AAC 5.1."""
    return foa_in_51(x)


def zeros(x: Samples, _: Random) -> Samples:
    """Replace the field by digital silence."""
    return 0 * x


def faint_noise(x: Samples, random: Random) -> Samples:
    """Replace the field by noise at -100 dB."""
    return (1e-5 * random.standard_normal(x.shape)).astype(np.float32)


def stereo_mix(x: Samples, _: Random) -> Samples:
    """Mix down to two cardioids, to the left and the right."""
    return np.asarray(np.stack([x[0] + x[1], x[0] - x[1]]) / 2, np.float32)


def stereo_in_two(x: Samples, random: Random) -> Samples:
    """Mix down to stereo_mix in the first two of four channels."""
    return np.concatenate([stereo_mix(x, random), np.zeros_like(x[:2])])


def stereo_upmix(x: Samples, random: Random) -> Samples:
    """Mix down to stereo_mix, and take W = L + R and Y = 0.6 (L - R)."""
    left, right = stereo_mix(x, random)
    empty = np.zeros_like(left)
    return np.stack([left + right, np.float32(0.6) * (left - right), empty, empty])


def add_head_locked_music(x: Samples, _: Random) -> Samples:
    """Add loud music to W."""
    duration = x.shape[1] / RATE
    music = object_audio("bell", duration, "music") + object_audio("drum", duration, "music")
    out = x.copy()
    out[0] += (2.0 * np.sqrt(np.mean(x[0] ** 2) / 2) * music).astype(np.float32)
    return np.asarray(out / max(1.0, np.abs(out).max() / 0.95), np.float32)


def not_finite(x: Samples, _: Random) -> Samples:
    """Put a thousand NaN into Y."""
    out = x.copy()
    out[1, 1000:2000] = np.nan
    return out
