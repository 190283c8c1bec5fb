"""First-order ambisonics: encoding, conventions, rotation, beams, stereo.

Conventions: x front, y left, z up; azimuth φ counter-clockwise seen from above, elevation θ up, in
radians. Signals are `(..., 4, n)` in WYZX (ACN) order with SN3D weights unless a convention is
named. A plane wave s from (φ, θ) is [1, sin φ cos θ, sin θ, cos φ cos θ]·s (Zotter & Frank,
Ambisonics, 2019; Nachbar et al., ambiX, 2011). All functions broadcast over leading axes. Those
that take signals accept NumPy arrays and PyTorch tensors; those that take angles return NumPy.
"""

from typing import Literal

import numpy as np
from array_api_compat import array_namespace, device
from numpy.typing import ArrayLike

from foa360.ambisonics.arrays import Array, Floats, Values, like

Pattern = Literal["basic", "cardioid", "max_di", "max_re"]

#: Share a of W in y = a W + (1 - a) d·[Y, Z, X], unit gain on axis. `basic` is 2 · cardioid.
BEAM_W_SHARES = {
    "cardioid": 0.5,
    "max_di": 0.25,
    "max_re": 1 / (1 + np.sqrt(3)),
}

#: Convention → (index of W, Y, Z, X among its channels, factor of each to SN3D).
CONVENTIONS: dict[str, tuple[list[int], list[float]]] = {
    "ACN/SN3D": ([0, 1, 2, 3], [1, 1, 1, 1]),
    "ACN/N3D": ([0, 1, 2, 3], [1, 3**-0.5, 3**-0.5, 3**-0.5]),
    "FuMa": ([0, 2, 3, 1], [2**0.5, 1, 1, 1]),
    "ACN/FuMa": ([0, 1, 2, 3], [2**0.5, 1, 1, 1]),
    "WXYZ/SN3D": ([0, 2, 3, 1], [1, 1, 1, 1]),
}


def encode(azimuth: ArrayLike, elevation: ArrayLike) -> Floats:
    """Gains of a plane wave.

    Parameters
    ----------
    azimuth, elevation : (...)
        Direction in radians.

    Returns
    -------
    (..., 4)
        W, Y, Z, X; SN3D.
    """
    azimuth, elevation = _directions(azimuth, elevation)
    w = np.ones_like(azimuth)
    y = np.sin(azimuth) * np.cos(elevation)
    z = np.sin(elevation)
    x = np.cos(azimuth) * np.cos(elevation)
    return np.stack([w, y, z, x], -1)


def convert(x: Array, source: str, target: str = "ACN/SN3D") -> Array:
    """Convert signals between conventions.

    Parameters
    ----------
    x : (..., 4, n)
        In the `source` convention.
    source, target : str
        Names from `CONVENTIONS`.

    Returns
    -------
    (..., 4, n)
        In the `target` convention.

    Raises
    ------
    ValueError
        If a convention is not listed or there are not four channels.
    """
    _check_channels(x)
    for name in (source, target):
        if name not in CONVENTIONS:
            raise ValueError(f"unknown convention {name!r}; known: {', '.join(CONVENTIONS)}")
    order, gains = CONVENTIONS[source]
    ambix = like(gains, x)[:, None] * x[..., order, :]
    order, gains = CONVENTIONS[target]
    inverse_order = np.argsort(order).tolist()
    return (ambix / like(gains, x)[:, None])[..., inverse_order, :]


def rotation(yaw: ArrayLike, pitch: ArrayLike, roll: ArrayLike) -> Floats:
    """Rotation R = Rz(yaw) Ry(pitch) Rx(roll) acting on (x, y, z), right-handed, `(..., 3, 3)`.

    Angles in radians. It rotates the scene, not the listener: a positive yaw moves a front source
    to the left, a positive pitch moves it down, a positive roll moves a source on the left up.
    """
    yaw, pitch, roll = _directions(yaw, pitch, roll)
    return _elementary(yaw, 0, 1) @ _elementary(pitch, 2, 0) @ _elementary(roll, 1, 2)


def look_at(azimuth: ArrayLike, elevation: ArrayLike) -> Floats:
    """Rotation `(..., 3, 3)` that brings the direction (azimuth, elevation) to the front.

    Angles in radians. R = Ry(θ) Rz(-φ): yaw first, then pitch.
    """
    azimuth, elevation = _directions(azimuth, elevation)
    return _elementary(elevation, 2, 0) @ _elementary(-azimuth, 0, 1)


def channel_rotation(matrix: Array) -> Array:
    """Rotation `(..., 4, 4)` of WYZX channels for a rotation `(..., 3, 3)` of (x, y, z).

    Q = 1 ⊕ P R Pᵀ with P the reorder (x, y, z) → (y, z, x).
    """
    xp = array_namespace(matrix)
    out = xp.zeros((*matrix.shape[:-2], 4, 4), dtype=matrix.dtype, device=device(matrix))
    out[..., 0, 0] = 1
    out[..., 1:, 1:] = matrix[..., [1, 2, 0], :][..., :, [1, 2, 0]]
    return out


def rotate(x: Array, matrix: Values) -> Array:
    """Rotate a sound field.

    Parameters
    ----------
    x : (..., 4, n)
        WYZX; SN3D, or any convention whose dipoles share one gain.
    matrix : (..., 3, 3)
        Rotation of (x, y, z), as `rotation` and `look_at` give it; leading axes broadcast.

    Returns
    -------
    (..., 4, n)
    """
    _check_channels(x)
    return channel_rotation(like(matrix, x)) @ x


def beam_weights(azimuth: ArrayLike, elevation: ArrayLike, pattern: Pattern = "cardioid") -> Floats:
    """Weights on WYZX (SN3D) of a first-order beam.

    Parameters
    ----------
    azimuth, elevation : (...)
        Direction of the beam, in radians.
    pattern : {"basic", "cardioid", "max_di", "max_re"}
        All but `basic` have unit gain on axis. `basic` is the projection uᵀx of Wang et al. (2022),
        twice a cardioid.

    Returns
    -------
    (..., 4)

    Raises
    ------
    ValueError
        If the pattern is unknown.
    """
    if pattern == "basic":
        return encode(azimuth, elevation)
    if pattern not in BEAM_W_SHARES:
        raise ValueError(f"unknown pattern {pattern!r}; known: basic, {', '.join(BEAM_W_SHARES)}")
    a = BEAM_W_SHARES[pattern]
    return encode(azimuth, elevation) * np.array([a, 1 - a, 1 - a, 1 - a])


def beamform(
    x: Array, azimuth: ArrayLike, elevation: ArrayLike, pattern: Pattern = "cardioid"
) -> Array:
    """Mono signals of first-order beams.

    Parameters
    ----------
    x : (..., 4, n)
        WYZX, SN3D.
    azimuth, elevation : (...)
        Directions of the beams, in radians; they broadcast with the leading axes of x.
    pattern : {"basic", "cardioid", "max_di", "max_re"}
        See `beam_weights`.

    Returns
    -------
    (..., n)
    """
    _check_channels(x)
    weights = like(beam_weights(azimuth, elevation, pattern), x)
    return (weights[..., None, :] @ x)[..., 0, :]


def stereo(x: Array) -> Array:
    """Two cardioids at ±90°, `(..., 2, n)` as left, right: ½(W ± Y)."""
    _check_channels(x)
    return like([[0.5, 0.5, 0, 0], [0.5, -0.5, 0, 0]], x) @ x


def _directions(*angles: ArrayLike) -> tuple[Floats, ...]:
    return np.broadcast_arrays(*(np.asarray(angle, float) for angle in angles))


def _elementary(angle: Floats, i: int, j: int) -> Floats:
    """Rotation that moves axis i towards axis j."""
    out = np.zeros((*angle.shape, 3, 3))
    out[..., range(3), range(3)] = 1
    out[..., i, i] = np.cos(angle)
    out[..., j, j] = np.cos(angle)
    out[..., j, i] = np.sin(angle)
    out[..., i, j] = -np.sin(angle)
    return out


def _check_channels(x: Array) -> None:
    if x.ndim < 2 or x.shape[-2] != 4:
        hint = "; did you mean x.T?" if x.ndim >= 2 and x.shape[-1] == 4 else ""
        raise ValueError(f"need (..., 4, n) signals, got {tuple(x.shape)}{hint}")
