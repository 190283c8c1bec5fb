"""First-order ambisonics: encoding, conventions, rotation, beams, stereo.

Conventions: x front, y left, z up; azimuth φ counter-clockwise seen from above, elevation θ up, in
radians. Signals are `(..., 4, n)` in WYZX (ACN) order with SN3D weights unless a convention is
named. A plane wave s from (φ, θ) is [1, sin φ cos θ, sin θ, cos φ cos θ]·s (Zotter & Frank,
Ambisonics, 2019; Nachbar et al., ambiX, 2011). All functions broadcast over leading axes; those
that take signals work on NumPy arrays and PyTorch tensors alike.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pattern = Literal["basic", "cardioid", "max_di", "max_re"]
Floats = NDArray[np.float64]

#: Share a of W in y = a W + (1 - a) d·[Y, Z, X], unit gain on axis. `basic` is 2 · cardioid.
BEAM_W = {"cardioid": 0.5, "max_di": 0.25, "max_re": 1 / (1 + np.sqrt(3))}

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
    azimuth, elevation = np.broadcast_arrays(
        np.asarray(azimuth, float), np.asarray(elevation, float)
    )
    flat = np.cos(elevation)
    return np.stack(
        [np.ones_like(azimuth), np.sin(azimuth) * flat, np.sin(elevation), np.cos(azimuth) * flat],
        -1,
    )


def convert(x: Any, source: str, target: str = "ACN/SN3D") -> Any:
    """Convert signals `(..., 4, n)` between the conventions named in `CONVENTIONS`.

    Raises ValueError for a convention that is not listed, or channels that are not four.
    """
    _check(x)
    for name in (source, target):
        if name not in CONVENTIONS:
            raise ValueError(f"unknown convention {name!r}; known: {', '.join(CONVENTIONS)}")
    order, gains = CONVENTIONS[source]
    ambix = _like(gains, x)[:, None] * x[..., order, :]
    order, gains = CONVENTIONS[target]
    return (ambix / _like(gains, x)[:, None])[..., np.argsort(order).tolist(), :]


def rotation(yaw: ArrayLike, pitch: ArrayLike, roll: ArrayLike) -> Floats:
    """Rotation R = Rz(yaw) Ry(pitch) Rx(roll) acting on (x, y, z), right-handed, `(..., 3, 3)`.

    It turns the scene, not the listener: a positive yaw moves a front source to the left, a
    positive pitch moves it down.
    """
    yaw, pitch, roll = np.broadcast_arrays(*(np.asarray(a, float) for a in (yaw, pitch, roll)))
    return _elementary(yaw, 0, 1) @ _elementary(pitch, 2, 0) @ _elementary(roll, 1, 2)


def look_at(azimuth: ArrayLike, elevation: ArrayLike) -> Floats:
    """Rotation `(..., 3, 3)` that brings the direction (azimuth, elevation) to the front.

    R = Ry(θ) Rz(-φ): yaw first, then pitch.
    """
    azimuth, elevation = np.broadcast_arrays(
        np.asarray(azimuth, float), np.asarray(elevation, float)
    )
    return _elementary(elevation, 2, 0) @ _elementary(-azimuth, 0, 1)


def channel_rotation(matrix: Any) -> Any:
    """Rotation `(..., 4, 4)` of WYZX channels for a rotation `(..., 3, 3)` of (x, y, z)."""
    yzx = matrix[..., [1, 2, 0], :][..., :, [1, 2, 0]]
    if isinstance(yzx, np.ndarray):
        out = np.zeros((*yzx.shape[:-2], 4, 4), yzx.dtype)
    else:
        out = yzx.new_zeros((*yzx.shape[:-2], 4, 4))
    out[..., 0, 0] = 1
    out[..., 1:, 1:] = yzx
    return out


def rotate(x: Any, matrix: Any) -> Any:
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
    _check(x)
    return channel_rotation(_like(matrix, x)) @ x


def beam_weights(azimuth: ArrayLike, elevation: ArrayLike, pattern: Pattern = "cardioid") -> Floats:
    """Weights `(..., 4)` on WYZX (SN3D) of a first-order beam towards a direction.

    All but `basic` have unit gain on axis. `basic` is uᵀx of Wang et al. (2022), twice a cardioid.
    Raises ValueError for an unknown pattern.
    """
    if pattern == "basic":
        return encode(azimuth, elevation)
    if pattern not in BEAM_W:
        raise ValueError(f"unknown pattern {pattern!r}; known: basic, {', '.join(BEAM_W)}")
    a = BEAM_W[pattern]
    return encode(azimuth, elevation) * np.array([a, 1 - a, 1 - a, 1 - a])


def beamform(
    x: Any, azimuth: ArrayLike, elevation: ArrayLike, pattern: Pattern = "cardioid"
) -> Any:
    """Mono signals `(..., n)` of beams towards directions `(...)` in a field `(..., 4, n)`."""
    _check(x)
    weights = _like(beam_weights(azimuth, elevation, pattern), x)
    return (weights[..., None, :] @ x)[..., 0, :]


def stereo(x: Any) -> Any:
    """Two cardioids at ±90°, `(..., 2, n)` as left, right: ½(W ± Y)."""
    _check(x)
    return _like([[0.5, 0.5, 0, 0], [0.5, -0.5, 0, 0]], x) @ x


def _elementary(angle: Floats, i: int, j: int) -> Floats:
    """Rotation that turns axis i towards axis j."""
    out = np.zeros((*angle.shape, 3, 3))
    out[..., range(3), range(3)] = 1
    out[..., i, i] = out[..., j, j] = np.cos(angle)
    out[..., j, i] = np.sin(angle)
    out[..., i, j] = -np.sin(angle)
    return out


def _like(values: Any, x: Any) -> Any:
    """`values` as an array or tensor of the same kind, type and device as x."""
    if isinstance(x, np.ndarray):
        return np.asarray(values, x.dtype)
    return x.new_tensor(values) if not hasattr(values, "new_tensor") else values.to(x)


def _check(x: Any) -> None:
    if x.ndim < 2 or x.shape[-2] != 4:
        hint = "; did you mean x.T?" if x.ndim >= 2 and x.shape[-1] == 4 else ""
        raise ValueError(f"need (..., 4, n) signals, got {tuple(x.shape)}{hint}")
