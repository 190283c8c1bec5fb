"""Four-channel signals that are labelled ambisonics and are not ambiX, made from a scene.

The cases and their energy ratios are those of docs/curation.md.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.scenes import DIFFUSE, coloured, dry_signal

Floats = NDArray[np.float64]
Random = np.random.Generator

#: WYZX to tetrahedral capsules FLU, FRD, BLD, BRU (cardioids).
CAPSULES = np.array([[1, 1, 1, 1], [1, -1, -1, 1], [1, 1, -1, -1], [1, -1, 1, -1]]) / 2
CAPSULES[:, 1:] /= 3**0.5


class Case(NamedTuple):
    """A generator from `(4, n)` WYZX in SN3D, and the convention or reason code that is right."""

    make: Callable[[Random, Floats, int], Floats]
    expected: str


def _mix(rows: list[list[float]]) -> Callable[[Random, Floats, int], Floats]:
    matrix = np.array(rows, float)
    return lambda random, x, rate: matrix @ x


def _order(*channels: int) -> Callable[[Random, Floats, int], Floats]:
    return lambda random, x, rate: x[list(channels)]


def _gains(*gains: float) -> Callable[[Random, Floats, int], Floats]:
    return lambda random, x, rate: x * np.array(gains)[:, None]


def loudspeakers(random: Random, n: int, rate: int, count: int) -> Floats:
    """Mix for loudspeakers `(count, n)`: sources panned between neighbours, and some ambience."""
    out = np.zeros((count, n))
    for _ in range(int(random.integers(2, 6))):
        first = int(random.integers(count))
        angle = random.uniform(0, np.pi / 2)
        dry = dry_signal(random, n, rate) * 10 ** (random.uniform(-12, 0) / 20)
        out[first] += np.cos(angle) * dry
        out[(first + 1) % count] += np.sin(angle) * dry
    level = np.sqrt(np.mean(out**2))
    return out + level * 10 ** (random.uniform(-30, -6) / 20) * coloured(random, (count, n), 1.0)


def _stereo(pattern: list[list[float]]) -> Callable[[Random, Floats, int], Floats]:
    matrix = np.array(pattern, float)

    def make(random: Random, x: Floats, rate: int) -> Floats:
        return np.asarray(matrix @ loudspeakers(random, x.shape[1], rate, 2))

    return make


def _quad(random: Random, x: Floats, rate: int) -> Floats:
    return loudspeakers(random, x.shape[1], rate, 4)[[0, 1, 3, 2]]


def _head_locked(random: Random, x: Floats, rate: int) -> Floats:
    """Add music to W, loud enough for an energy ratio of 0.2 to 0.4."""
    music = loudspeakers(random, x.shape[1], rate, 2).sum(0)
    gain = np.sqrt(random.uniform(1.5, 4) * np.mean(x[0] ** 2) / np.mean(music**2))
    return x + np.array([[1.0], [0], [0], [0]]) * gain * music


def _unrelated(random: Random, x: Floats, rate: int) -> Floats:
    return np.stack([dry_signal(random, x.shape[1], rate) for _ in range(4)])


def _diffuse(random: Random, x: Floats, rate: int) -> Floats:
    return DIFFUSE * coloured(random, x.shape, random.uniform(0, 1.5))


CASES: dict[str, Case] = {
    "ambiX": Case(_order(0, 1, 2, 3), "ACN/SN3D"),
    "N3D": Case(_gains(1, 3**0.5, 3**0.5, 3**0.5), "ACN/N3D"),
    "FuMa": Case(
        lambda r, x, rate: x[[0, 3, 1, 2]] * np.array([[0.5**0.5], [1], [1], [1]]), "FuMa"
    ),
    "FuMa weight, ACN order": Case(_gains(0.5**0.5, 1, 1, 1), "ACN/FuMa"),
    "FuMa order, SN3D": Case(_order(0, 3, 1, 2), "FuMa/SN3D"),
    "AAC 5.1 in decoder order": Case(_order(3, 1, 0, 2), "reordered"),
    "no Z": Case(_gains(1, 1, 0, 1), "horizontal_only"),
    "mono in W": Case(_gains(1, 0, 0, 0), "mono_in_w"),
    "mono in all": Case(_mix([[1, 0, 0, 0]] * 4), "mono_in_all"),
    "stereo upmix": Case(_stereo([[1, 1], [1, -1], [0, 0], [0, 0]]), "stereo_upmix"),
    "stereo in two": Case(_stereo([[1, 0], [0, 1], [0, 0], [0, 0]]), "stereo_in_two"),
    "L R L R": Case(_stereo([[1, 0], [0, 1], [1, 0], [0, 1]]), "paired_channels"),
    "quad surround": Case(_quad, "no_w"),
    "unrelated": Case(_unrelated, "no_w"),
    "A-format": Case(lambda r, x, rate: CAPSULES @ x, "a_format"),
    "5.1 to 4.0": Case(_gains(1, 1, 0.5**0.5, 1), "layout_converted"),
    "quad to 4.0": Case(
        _mix([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0.5**0.5, 0.5**0.5]]),
        "layout_converted",
    ),
    "head-locked music": Case(_head_locked, "head_locked"),
}
