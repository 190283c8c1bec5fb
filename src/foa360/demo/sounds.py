"""One characteristic sound for each object class, and the sound field of a scene."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

from foa360.ambisonics.field import encode
from foa360.demo.scenes import Scene, seeded

Floats = NDArray[np.float64]
Random = np.random.Generator

RATE = 48000
#: Level of the loudest object, dB re full scale (RMS).
LEVEL_DBFS = -22.0
#: Reverberation: decay time, s, and energy below the direct sound, dB.
DECAY, REVERBERATION_DB = 0.35, -20.0
#: Diffuse noise below the loudest object, dB.
NOISE_DB = -38.0


def _onsets(random: Random, seconds: float, per_second: float) -> Floats:
    """Nearly regular times of events, in samples; the first is early enough to be heard."""
    first = min(random.uniform(0, 1) / per_second, seconds / 4)
    times = np.arange(first, seconds, 1 / per_second)
    times = times + random.uniform(-0.1, 0.1, len(times)) / per_second
    times[0] = min(times[0], seconds / 4)
    return np.asarray(times.clip(0) * RATE)


def _place(length: int, onsets: Floats, event: Callable[[], Floats]) -> Floats:
    out = np.zeros(length + 3 * RATE)
    for onset in onsets:
        grain = event()
        out[int(onset) : int(onset) + len(grain)] += grain
    return out[:length]


def _resonate(x: Floats, hz: float, width_hz: float) -> Floats:
    radius = np.exp(-np.pi * width_hz / RATE)
    return np.asarray(
        lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * hz / RATE), radius**2], x)
    )


def _person(random: Random, length: int) -> Floats:
    """Babble: a pulse train through formants that change from syllable to syllable."""
    pitch = random.uniform(100, 220)
    vowels = [(730, 1090, 2440), (270, 2290, 3010), (530, 1840, 2480), (570, 840, 2410)]

    def syllable() -> Floats:
        n = int(random.uniform(0.16, 0.3) * RATE)
        f0 = pitch * random.uniform(0.85, 1.2) * np.linspace(1.05, 0.95, n)
        pulses = np.diff(np.floor(np.cumsum(f0) / RATE), prepend=0)
        source = lfilter([1], [1, -0.96], pulses) + 0.01 * random.standard_normal(n)
        formants = vowels[int(random.integers(len(vowels)))]
        voiced = sum(
            _resonate(source, hz, 70 + 0.04 * hz) * g
            for hz, g in zip(formants, (1, 0.7, 0.4), strict=True)
        )
        return np.asarray(voiced * np.hanning(n))

    return _place(length, _onsets(random, length / RATE, 4.2), syllable)


def _car(random: Random, length: int) -> Floats:
    """Engine: many harmonics of a slowly wandering low note, and rumble."""
    t = np.arange(length) / RATE
    hz = random.uniform(55, 90) * (1 + 0.12 * np.sin(2 * np.pi * random.uniform(0.1, 0.3) * t))
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    tone = sum(np.sin(k * phase + k * k) / k**0.7 for k in range(1, 13))
    rumble = sosfilt(butter(2, 500, fs=RATE, output="sos"), random.standard_normal(length))
    return np.asarray(tone * (1 + 0.3 * np.sin(phase / 2)) + 1.5 * rumble)


def _drum(random: Random, length: int) -> Floats:
    """Hits: a falling low tone and a short burst of noise."""
    low = random.uniform(80, 130)

    def hit() -> Floats:
        t = np.arange(int(0.5 * RATE)) / RATE
        body = np.sin(2 * np.pi * (low * t - 4 * np.exp(-t * 25))) * np.exp(-t * 11)
        return body + 0.8 * random.standard_normal(len(t)) * np.exp(-t * 70)

    return _place(length, _onsets(random, length / RATE, random.uniform(3, 5)), hit)


def _bird(random: Random, length: int) -> Floats:
    """Chirps: short whistles that sweep between 2 and 3.9 kHz."""
    middle = random.uniform(2500, 3200)

    def chirp() -> Floats:
        n = int(random.uniform(0.07, 0.14) * RATE)
        sweep = middle + random.choice([-1, 1]) * np.linspace(-450, 450, n)
        return np.asarray(np.sin(2 * np.pi * np.cumsum(sweep) / RATE) * np.hanning(n))

    return _place(length, _onsets(random, length / RATE, random.uniform(5, 7)), chirp)


def _dog(random: Random, length: int) -> Floats:
    """Barks: rough harmonic bursts around 400 to 1500 Hz."""
    pitch = random.uniform(320, 480)

    def bark() -> Floats:
        n = int(random.uniform(0.14, 0.2) * RATE)
        f0 = pitch * np.concatenate(
            [np.linspace(0.8, 1.15, n // 3), np.linspace(1.15, 0.7, n - n // 3)]
        )
        phase = 2 * np.pi * np.cumsum(f0) / RATE
        harmonics = sum(np.sin(k * phase) for k in range(1, 5))
        rough = harmonics * (1 + 0.5 * random.standard_normal(n))
        return np.asarray(_resonate(rough, 900, 500) * np.hanning(n) ** 0.5)

    return _place(length, _onsets(random, length / RATE, random.uniform(1.8, 2.6)), bark)


def _bell(random: Random, length: int) -> Floats:
    """A peal of five: slowly decaying partials that are no harmonics.

    One bell alone meets the reverberation at seven frequencies only, which is too few for the
    energy ratio of its field to come near 1.
    """
    peal = random.uniform(420, 620) * np.array([1, 1.122, 1.26, 1.335, 1.498])

    def stroke() -> Floats:
        t = np.arange(2 * RATE) / RATE
        base = peal[int(random.integers(len(peal)))]
        partials = zip(
            (1, 1.19, 1.56, 2.0, 2.66, 3.01, 4.1), (1, 0.7, 0.6, 0.8, 0.4, 0.3, 0.2), strict=True
        )
        return np.asarray(
            sum(g * np.sin(2 * np.pi * base * r * t) * np.exp(-t * (1.2 + r)) for r, g in partials)
        )

    return _place(length, _onsets(random, length / RATE, random.uniform(0.9, 1.3)), stroke)


SOUNDS: dict[str, Callable[[Random, int], Floats]] = {
    "person": _person, "car": _car, "drum": _drum, "bird": _bird, "dog": _dog, "bell": _bell,
}  # fmt: skip


def sound(label: str, seconds: float, *key: object) -> Floats:
    """Mono sound `(n,)` of a class with RMS 1, at `RATE`, seeded by the key."""
    x = SOUNDS[label](seeded(label, *key), round(seconds * RATE))
    return np.asarray(x / np.sqrt(np.mean(x**2)))


def sound_field(scene: Scene) -> NDArray[np.float32]:
    """First-order ambisonics `(4, n)` of a scene, WYZX, SN3D, at `RATE`.

    Each object is a plane wave from where it is seen, sample by sample, with a reverberant tail;
    the tail and some noise are ideal diffuse fields, whose dipoles are uncorrelated and have a
    third of W's energy each.
    """
    n = round(scene.seconds * RATE)
    random = seeded(scene.key, "room")
    diffuse = np.array([1, 3**-0.5, 3**-0.5, 3**-0.5])[:, None]
    t = np.arange(n) / RATE
    fading = np.exp(-6.9 * np.arange(round(DECAY * 1.2 * RATE)) / (DECAY * RATE))
    fading[: round(0.004 * RATE)] = 0
    tail = diffuse * random.standard_normal((4, len(fading))) * fading
    tail *= 10 ** (REVERBERATION_DB / 20) / np.sqrt(np.sum(tail[0] ** 2))
    field = 10 ** (NOISE_DB / 20) * diffuse * random.standard_normal((4, n))
    for i, thing in enumerate(scene.moving):
        mono = sound(thing.label, scene.seconds, scene.key, i) * 10 ** (thing.loudness_db / 20)
        field += encode(*thing.direction(t)).T * mono
        field += fftconvolve(tail, mono[None], axes=1)[:, :n]
    field *= 10 ** (LEVEL_DBFS / 20)
    return (field / max(1.0, np.abs(field).max() / 0.9)).astype(np.float32)
