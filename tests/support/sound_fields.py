"""Sound fields with known properties, in WYZX order with SN3D weights, at `RATE`."""

import numpy as np

from foa360.ambisonics import encode

RATE = 24000
#: One second of white noise.
NOISE = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)


def plane_wave(azimuth: float, elevation: float) -> np.ndarray:
    """One second of noise from one direction."""
    return (encode(azimuth, elevation)[:, None] * NOISE).astype(np.float32)


def diffuse_field(seconds: float = 4) -> np.ndarray:
    """Uncorrelated noise in all channels; each dipole has a third of W's energy."""
    x = np.random.default_rng(1).standard_normal((4, int(seconds * RATE)))
    gains = np.array([1, 3**-0.5, 3**-0.5, 3**-0.5])
    return (x * gains[:, None]).astype(np.float32)


def two_sources() -> np.ndarray:
    """Two sources that differ in time and spectrum, and weak diffuse noise."""
    t = np.arange(12000) / RATE
    chirp = 0.3 * np.sin(2 * np.pi * (300 + 3000 * t) * t)
    other = 0.1 * np.random.default_rng(3).standard_normal(12000)
    waves = encode(0.7, 0.4)[:, None] * chirp
    waves += encode(-2.0, -0.3)[:, None] * other
    noise = 0.005 * np.random.default_rng(4).standard_normal((4, 12000))
    return (waves + noise).astype(np.float32)
