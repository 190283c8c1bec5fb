"""Directions from which audio arrives, over time, before anyone has decided on its convention.

The covariances of tiles of time and frequency determine the direction map for every order and
normalisation of the channels. One map for each candidate is small, and no audio is read again.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.descriptors import CUTOFF_HZ, TILE_BINS
from foa360.ambisonics.field import CONVENTIONS
from foa360.sphere.directions import fibonacci_sphere

#: Directions of audio are counted in cells around these, `(256, 3)`: 9° apart.
CELLS = fibonacci_sphere(256)
#: Tiles of less energy have no direction.
MIN_TILE_ENERGY = 1e-12
#: Channels of W, Y, Z, X where AAC 5.1 and 4.0 are read in decoder order, with W first or not.
DECODER_ORDERS = ([2, 1, 3, 0], [2, 0, 1, 3])


class Candidate(NamedTuple):
    """A conversion to WYZX, SN3D: channels that are W, Y, Z, X, and their factors."""

    planes: Sequence[int]
    gains: Sequence[float]


#: Conversions that a repair may choose.
CANDIDATES = (
    *(Candidate(order, gains) for order, gains in CONVENTIONS.values()),
    *(Candidate(order, [1.0, 1.0, 1.0, 1.0]) for order in DECODER_ORDERS),
)


#: TBE, whose first order is W, -Y, X, Z, all with sqrt(3 / 4 pi) (A. Farina, Ambix to TBE, for
#: version 2.2 of the tools and later).
TBE_GAIN = (4 * np.pi / 3) ** 0.5
TBE = Candidate([0, 1, 3, 2], [TBE_GAIN, -TBE_GAIN, TBE_GAIN, TBE_GAIN])
#: Those of eight channels, which may also be TBE.
CANDIDATES_OF_EIGHT = (*CANDIDATES, TBE)


def candidate_index(planes: Sequence[int], gains: Sequence[float]) -> int:
    """Find a conversion among `CANDIDATES_OF_EIGHT`. Raises ValueError if it is none of them."""
    for index, candidate in enumerate(CANDIDATES_OF_EIGHT):
        if list(candidate.planes) == list(planes) and np.allclose(candidate.gains, gains):
            return index
    raise ValueError(f"no candidate: planes {list(planes)}, gains {list(gains)}")


def interval_count(duration: float, fps: float) -> int:
    """Return the number of intervals of 1/fps in a clip of a duration, s."""
    return max(1, round(duration * fps))


def direction_map(
    cov: Floats,
    hz: Floats,
    intervals: int,
    candidates: Sequence[Candidate] = CANDIDATES,
) -> NDArray[np.float32]:
    """Sum the directional audio from each cell in equal intervals, for each candidate.

    Parameters
    ----------
    cov : (times, bands, 4, 4)
        Covariances of tiles, channels as they were measured, see `descriptors.tile_covariance`.
    hz : (bands,)
        Centres of the tiles. Those that reach beyond the cut-off of the energy ratio do not count.
    intervals : int
        Number of intervals.
    candidates : sequence
        Conversions.

    Returns
    -------
    (candidates, intervals, CELLS)
        The direction of a tile is that of its active intensity. It is weighted by the root of its
        energy, so that a transient does not dominate, and by the square of how directional it is.
    """
    half_tile = (TILE_BINS + 1) / 2 * _step_hz(hz)
    cov = cov[:, hz + half_tile <= CUTOFF_HZ]
    interval = np.arange(len(cov)) * intervals // max(len(cov), 1)
    count = intervals * len(CELLS)
    maps = []
    cells: dict[tuple[float, ...], NDArray[np.intp]] = {}
    for planes, gains in candidates:
        # Y, Z and X have the same factor but for its sign, so that only this moves a direction.
        order = (*planes, *np.sign(gains))
        if order not in cells:
            signs = np.sign(np.array(gains)[[3, 1, 2]])
            cells[order] = (_intensity(cov, planes) @ (CELLS * signs).T).argmax(-1)
        bins = interval[:, None] * len(CELLS) + cells[order]
        maps.append(np.bincount(bins.ravel(), _weight(cov, planes, gains).ravel(), count))
    return np.array(maps, np.float32).reshape(len(candidates), intervals, len(CELLS))


def _intensity(cov: Floats, planes: Sequence[int]) -> Floats:
    """Active intensity X, Y, Z of tiles, `(times, bands, 3)`."""
    w, y, z, x = planes
    return np.stack([cov[..., w, x], cov[..., w, y], cov[..., w, z]], -1)


def _weight(cov: Floats, planes: Sequence[int], gains: Sequence[float]) -> Floats:
    """Weight of tiles `(times, bands)` after a conversion."""
    w_gain, dipole_gain = gains[0], gains[1]
    energy = np.einsum("tfii->tfi", cov)[..., list(planes)]
    energy = 0.5 * (energy * np.square(gains)).sum(-1)
    length = w_gain * abs(dipole_gain) * np.linalg.norm(_intensity(cov, planes), axis=-1)
    measurable = energy > MIN_TILE_ENERGY
    directivity = np.divide(length, energy, out=np.zeros_like(length), where=measurable)
    return np.asarray(np.sqrt(energy) * np.minimum(directivity, 1) ** 2)


def _step_hz(hz: Floats) -> float:
    """Distance of two bins of the spectra; 0 for no tile."""
    return float(hz[0]) / ((TILE_BINS + 1) / 2) if len(hz) else 0.0
