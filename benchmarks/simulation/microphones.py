"""Microphones and mixes as real recordings have them, and what may be in four channels instead.

`simulation.scenes` has nearly ideal microphones. Those of recordings have gain errors of W against
the dipoles of 3 dB, other ones in every octave, capsules that are apart, self-noise, errors of the
conversion from capsules, an empty or a weak height, and microphones or music mixed in.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simulation.cases import CAPSULES, loudspeakers
from simulation.scenes import coloured, dry_signal

Floats = NDArray[np.float64]
Random = np.random.Generator

#: Octaves from 31.5 Hz on.
OCTAVES = 10
#: Tetrahedral capsules FLU, FRD, BLD, BRU to WYZX, SN3D.
TO_B_FORMAT = np.linalg.inv(CAPSULES)
#: Largest broadband error of W against the dipoles, dB.
MAX_W_ERROR_DB = 3.0


def real_microphone(random: Random, field: Floats, sample_rate: int) -> Floats:
    """Record an ideal field `(4, n)`, WYZX and SN3D, with a microphone as real ones are."""
    x = _mixed_in(random, field, sample_rate)
    x = _conversion(random, x)
    spectrum = np.fft.rfft(x)
    hz = np.fft.rfftfreq(x.shape[1], 1 / sample_rate).astype(np.float64)
    spectrum = _apart(random, spectrum * _octave_gains(random, hz), hz)
    x = _noise(random, np.fft.irfft(spectrum, x.shape[1]), sample_rate)
    x[2] *= _height_gain(random)
    return x * 10 ** (random.uniform(-45, -20) / 20) / max(float(np.sqrt(np.mean(x[0] ** 2))), 1e-9)


def _mixed_in(random: Random, field: Floats, sample_rate: int) -> Floats:
    """Add a close microphone, panned, to one field of five, and music in W to another."""
    x = field.copy()
    level = np.sqrt(np.mean(x[0] ** 2))
    chance = random.random()
    n = x.shape[1]
    if chance < 0.2:
        azimuth = random.uniform(-np.pi, np.pi)
        direction = np.array([1, np.sin(azimuth), 0, np.cos(azimuth)])
        close = dry_signal(random, n, sample_rate)
        x += level * 10 ** (random.uniform(-15, 3) / 20) * direction[:, None] * close
    elif chance < 0.4:
        music = loudspeakers(random, n, sample_rate, 2).sum(0)
        music /= np.sqrt(np.mean(music**2))
        x[0] += level * 10 ** (random.uniform(-25, -5) / 20) * music
    return x


def _conversion(random: Random, x: Floats) -> Floats:
    """Errors of the capsules' gains, and of the conversion from capsules."""
    capsule_gains = 10 ** (random.normal(0, 0.5, 4) / 20)
    matrix = TO_B_FORMAT @ np.diag(capsule_gains) @ CAPSULES
    matrix += random.normal(0, random.uniform(0, 0.05), (4, 4))
    return np.asarray(matrix @ x)


def _octave_gains(random: Random, hz: Floats) -> Floats:
    """Gains `(4, bins)`: of W, of all dipoles and of each dipole, in every octave."""
    broadband = np.clip(random.normal(0, 1.3), -MAX_W_ERROR_DB, MAX_W_ERROR_DB)
    of_dipoles = broadband + random.normal(0, random.uniform(0.2, 1.2), OCTAVES)
    if random.random() < 0.25:  # equalised too little or too much
        slope = random.uniform(-2.5, 2.5)
        of_dipoles += slope * (np.arange(OCTAVES) - 5)
    each = random.normal(0, random.uniform(0.1, 0.8), (3, OCTAVES)) + random.normal(0, 0.4, (3, 1))
    octave = np.log2(np.maximum(hz, 31.5) / 31.5)
    gains_db = np.zeros((4, len(hz)))
    for row in range(3):
        gains_db[row + 1] = np.interp(octave, np.arange(OCTAVES), of_dipoles + each[row])
    return np.asarray(10 ** (gains_db / 20))


def _apart(random: Random, spectrum: NDArray[np.complex128], hz: Floats) -> NDArray[np.complex128]:
    """Mix the channels above some kHz, as capsules do that are apart."""
    edge = random.uniform(2500, 9000)
    strength = random.uniform(0.1, 0.5)
    mixing = np.eye(4) + strength * (
        random.normal(0, 0.5, (4, 4)) + 1j * random.normal(0, 0.5, (4, 4))
    )
    high = 1 / (1 + (edge / np.maximum(hz, 1)) ** 6)
    return np.asarray(spectrum * (1 - high) + (mixing @ spectrum) * high)


def _noise(random: Random, x: Floats, sample_rate: int) -> Floats:
    """Self-noise, louder in the dipoles towards low frequencies, and wind in some."""
    level = np.sqrt(np.mean(x[0] ** 2))
    shape = x.shape
    noise = random.standard_normal(shape) * np.array([[1.0], [0.6], [0.6], [0.6]])
    noise[1:] += random.uniform(0.3, 2) * coloured(random, (3, shape[1]), 2.0)
    x = x + level * 10 ** (random.uniform(-70, -32) / 20) * noise
    if random.random() < 0.1:
        wind = coloured(random, shape, 3.0) * np.array([[0.3], [1], [0.5], [1]])
        x = x + level * 10 ** (random.uniform(-12, 6) / 20) * wind
    return np.asarray(x)


def _height_gain(random: Random) -> float:
    """Of real recordings every third has no height, and every sixth a weak one."""
    chance = random.random()
    if chance < 0.35:
        return 0.0
    return float(10 ** (random.uniform(-15, 0) / 20)) if chance < 0.5 else 1.0


def odd_gains(random: Random, x: Floats) -> Floats:
    """Give the channels of an ambiX recording gains of no convention."""
    gains = np.ones(4)
    kind = int(random.integers(4))
    if kind == 0:
        gains[random.integers(1, 4)] = 10 ** (random.uniform(5, 13) / 20)
    elif kind == 1:
        gains[random.choice([1, 3])] = 10 ** (random.uniform(-16, -6) / 20)
    elif kind == 2:
        gains[0] = 10 ** (random.choice([-1, 1]) * random.uniform(5.5, 10) / 20)
    else:
        gains[1:] = 10 ** (
            random.permutation([0, random.uniform(4, 9), random.uniform(-9, 2)]) / 20
        )
    return x * gains[:, None]


def dead_capsule(random: Random, x: Floats) -> Floats:
    """Convert to B-format what a tetrahedron gives, one of whose capsules has no signal."""
    capsule_gains = np.ones(4)
    capsule_gains[random.integers(4)] = 10 ** (random.uniform(-90, -35) / 20)
    return np.asarray(TO_B_FORMAT @ np.diag(capsule_gains) @ CAPSULES @ x)


def _a_format(random: Random, x: Floats, sample_rate: int) -> Floats:
    return np.asarray(np.diag(10 ** (random.normal(0, 1, 4) / 20)) @ CAPSULES @ x)


def _quad(random: Random, x: Floats, sample_rate: int) -> Floats:
    return loudspeakers(random, x.shape[1], sample_rate, 4)[random.permutation(4)]


def _unrelated(random: Random, x: Floats, sample_rate: int) -> Floats:
    signals = [dry_signal(random, x.shape[1], sample_rate) for _ in range(4)]
    return np.stack(signals) * 10 ** (random.uniform(-9, 0, (4, 1)) / 20)


def _front_and_centre(random: Random, x: Floats, sample_rate: int) -> Floats:
    """Left, right, centre and a channel of low frequencies, or of surround."""
    sides = loudspeakers(random, x.shape[1], sample_rate, 3)
    last = coloured(random, (x.shape[1],), 3.0) if random.random() < 0.5 else sides.mean(0)
    return np.vstack([sides, 10 ** (random.uniform(-20, 0) / 20) * last * sides.std()])


def _head_locked(random: Random, x: Floats, sample_rate: int) -> Floats:
    music = loudspeakers(random, x.shape[1], sample_rate, 2).sum(0)
    music *= 10 ** (random.uniform(2, 12) / 20) * x[0].std() / music.std()
    out = x.copy()
    out[0] += music
    return out


#: What is in four channels that are no sound field, made beside a field `(4, n)`.
NO_FIELDS: dict[str, Callable[[Random, Floats, int], Floats]] = {
    "a_format": _a_format,
    "quad": _quad,
    "unrelated": _unrelated,
    "front_and_centre": _front_and_centre,
    "head_locked": _head_locked,
}
