"""Characteristic audio of each object class, and the sound field of a scene."""

from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import NDArray

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.field import encode
from foa360.demo.arrays import Random
from foa360.demo.scenes import Scene, seeded

#: Sample rate of the demo's audio, Hz.
RATE = 48000
#: RMS level of the loudest object, dB re full scale.
LEVEL_DBFS = -22.0
#: Decay time of the reverberation (60 dB), s.
DECAY_S = 0.35
#: Energy of the reverberation relative to the direct sound, dB.
REVERBERATION_DB = -20.0
#: Time between the direct sound and the reverberation, s.
REVERBERATION_DELAY_S = 0.004
#: Level of the diffuse noise relative to the loudest object, dB.
NOISE_DB = -38.0
#: Highest amplitude of a sound field.
MAX_AMPLITUDE = 0.9

#: Formants of four vowels, Hz (Peterson & Barney 1952).
VOWELS_HZ = [
    (730, 1090, 2440),
    (270, 2290, 3010),
    (530, 1840, 2480),
    (570, 840, 2410),
]
FORMANT_GAINS = (1, 0.7, 0.4)
#: Pitches of a peal of five bells, relative to the lowest.
PEAL = np.array([1, 1.122, 1.26, 1.335, 1.498])
#: Partials of a bell, relative to its pitch, and their amplitudes.
BELL_PARTIALS = (1, 1.19, 1.56, 2.0, 2.66, 3.01, 4.1)
BELL_GAINS = (1, 0.7, 0.6, 0.8, 0.4, 0.3, 0.2)


def object_audio(label: str, duration: float, *key: object) -> Floats:
    """Generate mono audio `(n,)` of a class with RMS 1, at `RATE`, seeded by the key."""
    x = GENERATORS[label](seeded(label, *key), round(duration * RATE))
    return np.asarray(x / np.sqrt(np.mean(x**2)))


def sound_field(scene: Scene) -> NDArray[np.float32]:
    """First-order ambisonics `(4, n)` of a scene, WYZX, SN3D, at `RATE`.

    Each object is a plane wave from its direction, sample by sample, with a reverberant tail. The
    tail and some noise are ideal diffuse fields, whose dipoles are uncorrelated and have a third of
    W's energy each.
    """
    length = round(scene.duration * RATE)
    random = seeded(scene.key, "room")
    diffuse_gains = np.array([1, 3**-0.5, 3**-0.5, 3**-0.5])[:, None]
    t = np.arange(length) / RATE
    tail = _reverberation(random, diffuse_gains)
    field = 10 ** (NOISE_DB / 20) * diffuse_gains * random.standard_normal((4, length))
    for number, item in enumerate(scene.moving_objects):
        mono = object_audio(item.label, scene.duration, scene.key, number)
        mono = mono * 10 ** (item.loudness_db / 20)
        field += encode(*item.direction(t)).T * mono
        field += scipy.signal.fftconvolve(tail, mono[None], axes=1)[:, :length]
    field *= 10 ** (LEVEL_DBFS / 20)
    return (field / max(1.0, np.abs(field).max() / MAX_AMPLITUDE)).astype(np.float32)


def _reverberation(random: Random, diffuse_gains: Floats) -> Floats:
    """Impulse response `(4, n)` of a diffuse, decaying tail."""
    times = np.arange(round(DECAY_S * 1.2 * RATE))
    envelope = np.exp(-6.9 * times / (DECAY_S * RATE))  # 6.9 nepers are 60 dB
    envelope[: round(REVERBERATION_DELAY_S * RATE)] = 0
    tail = diffuse_gains * random.standard_normal((4, len(envelope))) * envelope
    tail *= 10 ** (REVERBERATION_DB / 20) / np.sqrt(np.sum(tail[0] ** 2))
    return np.asarray(tail)


def _person(random: Random, length: int) -> Floats:
    """Babble: a pulse train through formants that change from syllable to syllable."""
    pitch = random.uniform(100, 220)

    def syllable() -> Floats:
        n = int(random.uniform(0.16, 0.3) * RATE)
        f0 = pitch * random.uniform(0.85, 1.2) * np.linspace(1.05, 0.95, n)
        pulses = np.diff(np.floor(np.cumsum(f0) / RATE), prepend=0)
        source = scipy.signal.lfilter([1], [1, -0.96], pulses) + 0.01 * random.standard_normal(n)
        formants = VOWELS_HZ[int(random.integers(len(VOWELS_HZ)))]
        voiced = np.zeros(n)
        for hz, gain in zip(formants, FORMANT_GAINS, strict=True):
            voiced = voiced + _resonate(source, hz, 70 + 0.04 * hz) * gain
        return np.asarray(voiced * np.hanning(n))

    return _sequence(length, _onsets(random, length / RATE, 4.2), syllable)


def _car(random: Random, length: int) -> Floats:
    """Engine: many harmonics of a slowly varying low note, and rumble."""
    t = np.arange(length) / RATE
    hz = random.uniform(55, 90) * (1 + 0.12 * np.sin(2 * np.pi * random.uniform(0.1, 0.3) * t))
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    tone = np.zeros(length)
    for k in range(1, 13):
        tone = tone + np.sin(k * phase + k * k) / k**0.7
    rumble = scipy.signal.sosfilt(
        scipy.signal.butter(2, 500, fs=RATE, output="sos"), random.standard_normal(length)
    )
    return np.asarray(tone * (1 + 0.3 * np.sin(phase / 2)) + 1.5 * rumble)


def _drum(random: Random, length: int) -> Floats:
    """Hits: a falling low tone and a short burst of noise."""
    low = random.uniform(80, 130)

    def hit() -> Floats:
        t = np.arange(int(0.5 * RATE)) / RATE
        body = np.sin(2 * np.pi * (low * t - 4 * np.exp(-t * 25))) * np.exp(-t * 11)
        return body + 0.8 * random.standard_normal(len(t)) * np.exp(-t * 70)

    return _sequence(length, _onsets(random, length / RATE, random.uniform(3, 5)), hit)


def _bird(random: Random, length: int) -> Floats:
    """Chirps: short whistles that sweep between 2 and 3.9 kHz."""
    middle = random.uniform(2500, 3200)

    def chirp() -> Floats:
        n = int(random.uniform(0.07, 0.14) * RATE)
        sweep = middle + random.choice([-1, 1]) * np.linspace(-450, 450, n)
        return np.asarray(np.sin(2 * np.pi * np.cumsum(sweep) / RATE) * np.hanning(n))

    return _sequence(length, _onsets(random, length / RATE, random.uniform(5, 7)), chirp)


def _dog(random: Random, length: int) -> Floats:
    """Barks: rough harmonic bursts around 400 to 1500 Hz."""
    pitch = random.uniform(320, 480)

    def bark() -> Floats:
        n = int(random.uniform(0.14, 0.2) * RATE)
        rising = np.linspace(0.8, 1.15, n // 3)
        falling = np.linspace(1.15, 0.7, n - n // 3)
        f0 = pitch * np.concatenate([rising, falling])
        phase = 2 * np.pi * np.cumsum(f0) / RATE
        harmonics = np.zeros(n)
        for k in range(1, 5):
            harmonics = harmonics + np.sin(k * phase)
        rough = harmonics * (1 + 0.5 * random.standard_normal(n))
        return np.asarray(_resonate(rough, 900, 500) * np.hanning(n) ** 0.5)

    return _sequence(length, _onsets(random, length / RATE, random.uniform(1.8, 2.6)), bark)


def _bell(random: Random, length: int) -> Floats:
    """Strokes of a peal of five: slowly decaying inharmonic partials.

    One bell alone excites the reverberation at seven frequencies only, which is too few for the
    energy ratio of its field to come near 1.
    """
    peal = random.uniform(420, 620) * PEAL

    def stroke() -> Floats:
        t = np.arange(2 * RATE) / RATE
        pitch = peal[int(random.integers(len(peal)))]
        partials = np.zeros(len(t))
        for ratio, gain in zip(BELL_PARTIALS, BELL_GAINS, strict=True):
            decay = np.exp(-t * (1.2 + ratio))
            partials = partials + gain * np.sin(2 * np.pi * pitch * ratio * t) * decay
        return partials

    return _sequence(length, _onsets(random, length / RATE, random.uniform(0.9, 1.3)), stroke)


def _onsets(random: Random, duration: float, per_second: float) -> Floats:
    """Nearly regular times of events, in samples; the first is in the first quarter."""
    first = min(random.uniform(0, 1) / per_second, duration / 4)
    times = np.arange(first, duration, 1 / per_second)
    times = times + random.uniform(-0.1, 0.1, len(times)) / per_second
    times[0] = min(times[0], duration / 4)
    return np.asarray(times.clip(0) * RATE)


def _sequence(length: int, onsets: Floats, event: Callable[[], Floats]) -> Floats:
    """Sum of events at their onsets, `(length,)`."""
    out = np.zeros(length + 3 * RATE)
    for onset in onsets:
        samples = event()
        out[int(onset) : int(onset) + len(samples)] += samples
    return out[:length]


def _resonate(x: Floats, hz: float, width_hz: float) -> Floats:
    """Two-pole resonator."""
    radius = np.exp(-np.pi * width_hz / RATE)
    denominator = [1, -2 * radius * np.cos(2 * np.pi * hz / RATE), radius**2]
    return np.asarray(scipy.signal.lfilter([1 - radius], denominator, x))


#: Generator of each class: takes random numbers and a length in samples.
GENERATORS: dict[str, Callable[[Random, int], Floats]] = {
    "person": _person,
    "car": _car,
    "drum": _drum,
    "bird": _bird,
    "dog": _dog,
    "bell": _bell,
}
