"""Evidence of simulated recordings of which the hypothesis that is right is known."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from foa360.ambisonics import encode
from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.descriptors import block_spectra, tile_covariance
from foa360.ambisonics.evidence import BAND_EDGES_HZ, Evidence, tile_evidence
from simulation.microphones import NO_FIELDS, dead_capsule, odd_gains, real_microphone
from simulation.scenes import DIFFUSE, Random, coloured, dry_signal, sound_field

RATE, SECONDS = 24000, 8.0
#: Factors from SN3D.
FACTORS = {"SN3D": (1, 1, 1, 1), "FuMa": (0.5**0.5, 1, 1, 1), "N3D": (1, *[3**0.5] * 3)}
#: Microphones of each scene.
MICROPHONES = 2


class Labelled(NamedTuple):
    """Evidence of a recording in ACN order, W first, and its gains or kind.

    `case` is a name of `FACTORS` or of `NO_FIELDS`; odd, dead (X or Y), or dead_capsule.
    """

    seed: int
    case: str
    evidence: Evidence


def recorded(seed: int) -> Iterator[Labelled]:
    """Record a room or outdoor scene with two microphones, and make what is no field beside it."""
    random = np.random.default_rng([seed, 15])
    field = sound_field(random, int(SECONDS * RATE), RATE)
    names = list(NO_FIELDS)
    for microphone in range(MICROPHONES):
        x = real_microphone(random, field, RATE)
        cov, hz = _tiles(x)
        for case, factors in FACTORS.items():
            yield Labelled(seed, case, _scaled(cov, hz, factors))
        yield Labelled(seed, "odd", _scaled(cov, hz, odd_gains(random, np.ones((4, 1)))[:, 0]))
        yield Labelled(seed, "dead", _scaled(cov, hz, _dead(random)))
        if microphone == 0:
            broken = real_microphone(random, dead_capsule(random, field), RATE)
            yield Labelled(seed, "dead_capsule", tile_evidence(*_tiles(broken)))
        for turn in range(2):
            case = names[(seed * 4 + 2 * microphone + turn) % len(names)]
            z = NO_FIELDS[case](random, x, RATE) * 10 ** (random.normal(0, 0.5, (4, 1)) / 20)
            noise = 10 ** (random.uniform(-70, -40) / 20) * z.std()
            z = z + noise * random.standard_normal(z.shape)
            yield Labelled(seed, case, tile_evidence(*_tiles(z)))


def panned(seed: int) -> Iterator[Labelled]:
    """Mix up to three dry sources, half of them on multiples of 45°, with ambience or without."""
    random = np.random.default_rng([seed, 16])
    n = int(SECONDS * RATE)
    x = np.zeros((4, n))
    grid = random.random() < 0.5
    for _ in range(int(random.integers(1, 4))):
        azimuth = random.integers(8) * np.pi / 4 if grid else random.uniform(-np.pi, np.pi)
        elevation = 0 if random.random() < 0.5 else random.uniform(-0.6, 1)
        dry = dry_signal(random, n, RATE) * 10 ** (random.uniform(-12, 0) / 20)
        x += encode(azimuth, elevation)[:, None] * dry
    if random.random() < 0.5:
        level = x[0].std() * 10 ** (random.uniform(-50, -15) / 20)
        x += level * DIFFUSE * coloured(random, (4, n), 1.0)
    x += x[0].std() * 10 ** (random.uniform(-110, -70) / 20) * random.standard_normal(x.shape)
    cov, hz = _tiles(x * 0.05 / x[0].std())
    for case, factors in FACTORS.items():
        yield Labelled(seed, case, _scaled(cov, hz, factors))
    yield Labelled(seed, "odd", _scaled(cov, hz, odd_gains(random, np.ones((4, 1)))[:, 0]))
    if not grid:  # there, a dead dipole cannot be told from an empty one
        yield Labelled(seed, "dead", _scaled(cov, hz, _dead(random)))


def _dead(random: Random) -> Floats:
    factors = np.ones(4)
    factors[random.choice([1, 3])] = random.choice([0, 10 ** (random.uniform(-70, -40) / 20)])
    return factors


def _tiles(x: Floats) -> tuple[Floats, Floats]:
    return tile_covariance(block_spectra(x, RATE), BAND_EDGES_HZ[-1])


def _scaled(cov: Floats, hz: Floats, factors: object) -> Evidence:
    gains = np.asarray(factors, float)
    return tile_evidence(cov * (gains[:, None] * gains), hz)
