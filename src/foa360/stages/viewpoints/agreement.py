"""Do the directions of sound fit those of what is seen?

The active intensity of tiles of time and frequency gives directions of sound, objects in the
picture give others. How well they fit is compared with how well they would fit after turning one
against the other about the vertical axis, which is what chance gives. Permuted or mirrored axes, a
wrong front, and sound of another scene make it bad.
"""

from collections.abc import Sequence
from itertools import permutations, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics import rotation
from foa360.ambisonics.descriptors import Spectra, tile_covariance
from foa360.sphere import fibonacci_sphere, wrap

Floats = NDArray[np.float64]

#: Directions of sound are counted in cells around these, `(256, 3)`: 9° apart.
CELLS = fibonacci_sphere(256)
#: Name of the axes as they are.
IDENTITY = "+x +y +z"
#: Concentration of the von Mises-Fisher distribution around an object: 68 % within about 14°.
CONCENTRATION = 40.0
#: Share of the sound that no object is expected to explain.
ELSEWHERE = 0.3
#: Turns that stand for chance, 5° apart.
TURNS = 72


class Agreement(NamedTuple):
    """How well sound and objects fit; NaN where there is no sound or no object."""

    gain: float  # mean log-likelihood over that of turned objects, nats
    chance: float  # share of turns that fit at least as well, 0 to 1
    turn: float  # turn to the left of the sound that fits best, radians


def sound_directions(of: Spectra, times: int) -> Floats:
    """How much directional sound comes from each cell, in equal parts of time `(times, CELLS)`.

    `of` are spectra of WYZX, SN3D. A tile counts by the root of its energy, so that a bang does not
    outweigh all else, and by how much of it is directional.
    """
    cov, _ = tile_covariance(of)
    intensity = cov[..., 0, [3, 1, 2]]
    energy = 0.5 * np.trace(cov, axis1=-2, axis2=-1)
    length = np.linalg.norm(intensity, axis=-1)
    clear = np.divide(length, energy, out=np.zeros_like(length), where=energy > 1e-12)
    weight = np.sqrt(energy) * np.minimum(clear, 1) ** 2
    cell = (intensity @ CELLS.T).argmax(-1)
    part = np.arange(len(cov)) * times // max(len(cov), 1)
    out = np.zeros((times, len(CELLS)))
    np.add.at(out, (np.broadcast_to(part[:, None], cell.shape), cell), weight)
    return out


def fit(sound: Floats, seen: Sequence[tuple[Floats, Floats]], turns: Floats) -> Floats:
    """Mean log-likelihood `(n,)` of directions of sound, given objects, for turns of the sound.

    Parameters
    ----------
    sound : (times, CELLS)
        As `sound_directions` gives it.
    seen : for each time, (m, 3) and (m,)
        Unit vectors of objects, and their weights.
    turns : (n, 3, 3)
        Orthogonal matrices that act on the directions of sound.

    Returns
    -------
    (n,)
        In nats, over that of sound from anywhere; NaN where nothing is heard or seen.
    """
    vectors = CELLS @ np.swapaxes(turns, -1, -2)
    total, weight = np.zeros(len(turns)), 0.0
    for heard, (objects, weights) in zip(sound, seen, strict=True):
        if len(objects) and heard.sum() > 0:
            density = _vmf(vectors @ objects.T) @ (weights / weights.sum())
            total += np.log(ELSEWHERE + (1 - ELSEWHERE) * density) @ heard
            weight += heard.sum()
    return total / weight if weight else np.full(len(turns), np.nan)


def agreement(sound: Floats, seen: Sequence[tuple[Floats, Floats]]) -> Agreement:
    """Agreement of one clip; parameters as those of `fit`."""
    yaw = np.arange(TURNS) * 2 * np.pi / TURNS
    values = fit(sound, seen, rotation(yaw, 0.0, 0.0))
    if np.isnan(values[0]):
        return Agreement(np.nan, np.nan, np.nan)
    best = yaw[int(values.argmax())]
    return Agreement(
        float(values[0] - values.mean()),
        float((values[1:] >= values[0]).mean()),
        float(wrap(best)),
    )


def axes() -> tuple[list[str], Floats]:
    """All orders and signs of three dipoles: names, `IDENTITY` first, and matrices `(48, 3, 3)`.

    A name says which channel serves as x, as y and as z, such as `+y -x +z`. The matrix brings a
    direction heard with channels named x, y, z to where it belongs.
    """
    names, matrices = [], []
    for order, signs in product(permutations(range(3)), product((1, -1), repeat=3)):
        matrix = np.zeros((3, 3))
        matrix[range(3), order] = signs
        matrices.append(matrix)
        names.append(" ".join("-+"[s > 0] + "xyz"[i] for i, s in zip(order, signs, strict=True)))
    return names, np.array(matrices)


def _vmf(cosine: Floats) -> Floats:
    """Density of the von Mises-Fisher distribution over that of the uniform one."""
    k = CONCENTRATION
    return np.asarray(2 * k / (1 - np.exp(-2 * k)) * np.exp(k * (cosine - 1)))
