"""Simulated first-order ambisonic scenes with known parameters, for trying measures and decisions.

Rooms are shoeboxes with image sources (Allen & Berkley 1979) and a diffuse tail of Sabine's level
and decay; microphones have noise that rises towards low frequencies in the dipoles, and channels
that no longer agree above a few kHz, as spaced capsules have.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

from foa360.ambisonics import encode

Floats = NDArray[np.float64]
Random = np.random.Generator

SPEED_OF_SOUND = 343.0  # m/s
#: Amplitudes of W, Y, Z, X in an ideal diffuse field, SN3D.
DIFFUSE = np.array([1, 3**-0.5, 3**-0.5, 3**-0.5])[:, None]


class Room(NamedTuple):
    """A shoebox: size in m, absorption of its walls; None for the open air over ground."""

    size: tuple[float, float, float]
    absorption: float

    @property
    def area(self) -> float:
        """Equivalent absorption area, m²."""
        x, y, z = self.size
        return 2 * (x * y + y * z + z * x) * self.absorption

    @property
    def decay(self) -> float:
        """Reverberation time by Sabine, s."""
        return float(0.161 * np.prod(self.size) / self.area)


def simulate(seed: int, seconds: float = 10.0, sample_rate: int = 24000) -> Floats:
    """Simulate a scene `(4, n)` in WYZX, SN3D, of one to four sources indoors or outdoors.

    Sound sources are speech-like, musical, impulsive or noise-like, and some of them move. The
    seed determines everything.
    """
    random = np.random.default_rng([seed, 360])
    x = sound_field(random, round(seconds * sample_rate), sample_rate)
    level = np.sqrt(np.mean(x[0] ** 2))
    x = _microphone(random, x, level, sample_rate)
    return x * 10 ** (random.uniform(-45, -20) / 20) / np.sqrt(np.mean(x[0] ** 2))


def sound_field(random: Random, n: int, sample_rate: int) -> Floats:
    """Draw a field `(4, n)` of one to four sources and ambience, as an ideal microphone has it."""
    room = _room(random)
    x = np.zeros((4, n))
    for _ in range(int(random.integers(1, 5))):
        dry = dry_signal(random, n, sample_rate) * 10 ** (random.uniform(-12, 0) / 20)
        x += _placed(random, dry, room, sample_rate)
    level = np.sqrt(np.mean(x[0] ** 2))
    ambience = DIFFUSE * coloured(random, (4, n), random.uniform(0.5, 2))
    return x + level * 10 ** (random.uniform(-40, -8) / 20) * ambience


def dry_signal(random: Random, n: int, sample_rate: int) -> Floats:
    """Draw a mono signal `(n,)` of RMS 1: speech-like, musical, impulsive or noise-like."""
    kind = int(random.integers(4))
    if kind == 3:
        slow = coloured(random, (n,), 2.0)
        x = coloured(random, (n,), random.uniform(0, 2)) * np.exp(random.uniform(0, 0.7) * slow)
    else:
        rate, longest = ((4.0, 0.3), (3.0, 1.0), (2.0, 0.2))[kind]
        x = np.zeros(n)
        for onset in np.cumsum(random.exponential(1 / rate, int(2 * rate * n / sample_rate))):
            begin = int(onset * sample_rate)
            size = int(random.uniform(0.4, 1) * longest * sample_rate)
            if begin + size < n:
                x[begin : begin + size] += _event(random, kind, size, sample_rate)
    rms = np.sqrt(np.mean(x**2))
    return x / rms if rms > 0 else dry_signal(random, n, sample_rate)


def _event(random: Random, kind: int, size: int, sample_rate: int) -> Floats:
    """Draw a syllable, a note, or a hit."""
    t = np.arange(size) / sample_rate
    if kind == 2:
        return np.asarray(random.standard_normal(size) * np.exp(-t * random.uniform(15, 80)))
    f0 = random.uniform(90, 250) if kind == 0 else 110 * 2 ** (random.integers(36) / 12)
    phase = 2 * np.pi * f0 * np.cumsum(1 + 0.1 * (kind == 0) * np.sin(4 * t)) / sample_rate
    count = min(40, int(0.45 * sample_rate / f0))
    order = np.arange(1, count + 1)[:, None]
    formants = random.uniform([300, 900, 2300], [800, 2200, 3200])
    tone = order**-1.0 if kind else np.exp(-((order * f0 / formants - 1) ** 2) * 20).sum(1)[:, None]
    x = np.sum((tone + 0.02) * np.sin(order * phase + random.uniform(0, 6, (count, 1))), 0)
    if kind == 0:
        return np.asarray((x + 0.1 * random.standard_normal(size)) * np.hanning(size))
    return np.asarray(x * np.exp(-4 * t) * np.minimum(1, 200 * t))


def coloured(random: Random, shape: tuple[int, ...], slope: float) -> Floats:
    """Gaussian noise of RMS 1 along the last axis, whose power falls as 1/f^slope."""
    n = shape[-1]
    spectrum = np.fft.rfft(random.standard_normal(shape))
    spectrum *= np.maximum(np.arange(spectrum.shape[-1]), n / 500) ** (-slope / 2)
    x = np.fft.irfft(spectrum, n)
    return np.asarray(x / np.sqrt(np.mean(x**2)))


def _room(random: Random) -> Room | None:
    if random.random() < 0.25:
        return None
    size = random.uniform([3, 3, 2.4], [20, 25, 8])
    return Room((float(size[0]), float(size[1]), float(size[2])), float(random.uniform(0.1, 0.8)))


def _placed(random: Random, dry: Floats, room: Room | None, sample_rate: int) -> Floats:
    """Return the field of a source; three in ten move from one position to another."""
    n = len(dry)
    fade = np.ones(n)
    listener = np.array([0.5, 0.5, 0.4]) * (room.size if room else (40, 40, 4))
    positions = 1 + int(random.random() < 0.3)
    if positions == 2:
        fade = np.linspace(1, 0, n)
    x = np.zeros((4, n))
    for k in range(positions):
        gain = fade if k == 0 else 1 - fade
        impulse = impulse_response(
            random, _position(random, listener, room), listener, room, sample_rate
        )
        x += fftconvolve((dry * gain)[None], impulse, axes=1)[:, :n]
    return x


def _position(random: Random, listener: Floats, room: Room | None) -> Floats:
    if room:
        while True:
            at = random.uniform(0.1, 0.9, 3) * room.size
            if np.linalg.norm(at - listener) > 0.7:
                return np.asarray(at)
    azimuth, distance = random.uniform(-np.pi, np.pi), random.uniform(1, 20)
    height = max(0.1, listener[2] + distance * np.tan(random.normal(0.1, 0.3)))
    return np.array(
        [*(listener[:2] + distance * np.array([np.cos(azimuth), np.sin(azimuth)])), height]
    )


def impulse_response(
    random: Random, source: Floats, listener: Floats, room: Room | None, sample_rate: int
) -> Floats:
    """Return the impulse response `(4, n)` between positions in m; image sources to order 3.

    Parameters
    ----------
    random : Generator
        Draws the reflection of the ground and the diffuse tail.
    source, listener : array (3,)
        Positions in m.
    room : Room or None
        None for the open air over ground.
    sample_rate : int
        Hz.
    """
    if room is None:  # the ground reflects
        positions = np.array([source, source * [1, 1, -1]])
        gains = np.array([1.0, random.uniform(0.2, 0.7)])
    else:
        index = np.indices((7, 7, 7)).reshape(3, -1).T - 3
        index = index[np.abs(index).sum(1) <= 3]
        size = np.array(room.size)
        odd = index % 2 == 1
        positions = index * size + np.where(odd, size - source, source)
        gains = np.sqrt(1 - room.absorption) ** np.abs(index).sum(1)
    away = positions - listener
    distance = np.linalg.norm(away, axis=1)
    azimuth, elevation = np.arctan2(away[:, 1], away[:, 0]), np.arcsin(away[:, 2] / distance)
    delay = distance / SPEED_OF_SOUND * sample_rate
    delay -= delay[0] - 10 if room is None else delay.min() - 10
    length = int(delay.max()) + 2
    tail = _tail(random, room, sample_rate) if room else np.zeros((4, 0))
    out = np.zeros((4, max(length, tail.shape[1])))
    whole, part = delay.astype(int), delay % 1
    field = encode(azimuth, elevation).T * (gains / distance)
    for channel in range(4):
        np.add.at(out[channel], whole, field[channel] * (1 - part))
        np.add.at(out[channel], whole + 1, field[channel] * part)
    out[:, : tail.shape[1]] += tail
    return out


def _tail(random: Random, room: Room, sample_rate: int) -> Floats:
    """Draw diffuse reverberation; its energy is 16 π (1 - a) / A where the direct path has 1/r²."""
    decay = min(room.decay, 3.0)
    t = np.arange(int(decay * sample_rate)) / sample_rate
    begin = 2.5 * min(room.size) / SPEED_OF_SOUND
    envelope = np.exp(-6.9 * t / decay) * np.clip((t - begin / 2) / begin, 0, 1)
    tail = DIFFUSE * random.standard_normal((4, len(t))) * envelope
    energy = 16 * np.pi * (1 - room.absorption) / room.area
    air = butter(1, random.uniform(3000, 9000), fs=sample_rate, output="sos")
    return np.asarray(sosfilt(air, tail) * np.sqrt(energy / np.sum(np.exp(-13.8 * t / decay))))


def _microphone(random: Random, x: Floats, level: float, sample_rate: int) -> Floats:
    """Noise, and capsules that no longer agree above some kHz."""
    n = x.shape[1]
    noise = random.standard_normal((4, n))
    corner = random.uniform(100, 600)  # below it the dipoles are made of small differences
    pole = np.exp(-2 * np.pi * 30 / sample_rate)
    rising = lfilter([1 - pole], [1, -pole], noise[1:]) * corner / 30 * 0.3
    noise[1:] = 3**-0.5 * noise[1:] + rising
    x = x + level * 10 ** (random.uniform(-75, -40) / 20) * noise
    edge = random.uniform(4000, 8000)
    low = sosfilt(butter(8, edge, fs=sample_rate, output="sos"), x)
    high = sosfilt(butter(8, edge, "high", fs=sample_rate, output="sos"), x)
    deviation = (
        0.1 * random.standard_normal((4, 4, 24)) + np.eye(4)[:, :, None] * np.eye(1, 24, 8)[0]
    )
    mixed = sum(fftconvolve(high[None, c], deviation[:, c], axes=1)[:, 8 : 8 + n] for c in range(4))
    return np.asarray(low + mixed)
