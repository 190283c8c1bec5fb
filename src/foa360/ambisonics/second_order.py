"""Whether the channels after the first four are the second order that the first four imply.

A source in a direction (x, y, z) reaches the components of second order with known factors, which
are products of x, y, z. Two formats of eight channels differ in what these channels are: the first
eight of ambiX, and TBE, the format of Facebook's tools: W, -Y, X, Z, -U, -V, -T, S.
"""

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.descriptors import SMALLEST_ENERGY, block_spectra, tile_covariance
from foa360.ambisonics.evidence import BAND_EDGES_HZ

#: Channels of first and second order in TBE; two more are head-locked stereo.
TBE_CHANNELS = 8
#: Weight of a tile: this power of how directional it is, 0 to 1.
DIRECTIVITY_POWER = 6
#: Largest factor of a channel against W; larger ones are those of tiles that W hardly has.
MAX_FACTOR = 2.0
#: Rows of `second_order`: products of the measured factor and that implied in TBE, and in ACN
#: order; and the squares of the three.
TBE, ACN, MEASURED, TBE_SQUARED, ACN_SQUARED = range(5)
SUMS = 5
#: Channels that are compared: the fifth to eighth.
COMPARED = 4


def second_order(x: NDArray[np.floating], sample_rate: float) -> Floats:
    """Compare the fifth to eighth channel with the first four, of signals `(8, n)`.

    Returns
    -------
    (5, 4)
        Sums over tiles for each compared channel, see `TBE` and the others; those of clips add up.
    """
    cov, _ = tile_covariance(block_spectra(x, sample_rate), BAND_EDGES_HZ[-1])
    w = np.maximum(cov[..., 0, 0], SMALLEST_ENERGY)
    intensity = cov[..., 0, 1:4]
    length = np.maximum(np.linalg.norm(intensity, axis=-1), SMALLEST_ENERGY)
    energy = 0.5 * np.einsum("tfii->tf", cov[..., :4, :4])
    directivity = np.minimum(length / np.maximum(energy, SMALLEST_ENERGY), 1)
    weight = np.sqrt(energy) * directivity**DIRECTIVITY_POWER
    measured = np.clip(cov[..., 0, 4:8] / w[..., None], -MAX_FACTOR, MAX_FACTOR)
    direction = intensity / length[..., None]
    tbe, acn = tbe_factors(direction), acn_factors(direction)
    products = (measured * tbe, measured * acn, measured**2, tbe**2, acn**2)
    return np.array([np.einsum("tf,tfc->c", weight, product) for product in products])


def tbe_factors(first: Floats) -> Floats:
    """Factors `(..., 4)` of -U, -V, -T, S for directions as -Y, X, Z `(..., 3)`."""
    y, x, z = -first[..., 0], first[..., 1], first[..., 2]
    u = 3**0.5 / 2 * (x**2 - y**2)
    return np.stack([-u, *(3**0.5 * product for product in (-x * y, -y * z, x * z))], -1)


def acn_factors(first: Floats) -> Floats:
    """Factors `(..., 4)` of V, T, R, S for directions as Y, Z, X `(..., 3)`; SN3D."""
    y, z, x = np.moveaxis(first, -1, 0)
    return np.stack([3**0.5 * x * y, 3**0.5 * y * z, 1.5 * z**2 - 0.5, 3**0.5 * x * z], -1)
