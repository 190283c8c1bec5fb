"""Audio of objects, and sound fields of scenes."""

from itertools import pairwise

import numpy as np
import pytest
from support.demo_videos import SCENES, loudest_direction

from foa360 import ambisonics
from foa360.ambisonics import descriptors
from foa360.demo.audio import GENERATORS, RATE, object_audio, sound_field
from foa360.demo.scenes import CLASSES, random_scene
from foa360.sphere import angular_distance


def test_audio_of_objects_has_unit_level_and_depends_on_its_key():
    for label in GENERATORS:
        x = object_audio(label, 3.0, "a")
        assert len(x) == 3 * RATE
        assert np.sqrt(np.mean(x**2)) == pytest.approx(1)
        np.testing.assert_array_equal(x, object_audio(label, 3.0, "a"))
        assert np.abs(x - object_audio(label, 3.0, "b")).max() > 0.1


@pytest.mark.parametrize("label", GENERATORS)
def test_short_audio_of_objects_is_never_silent(label):
    for key in range(20):
        assert np.isfinite(object_audio(label, 0.25, key)).all()


def test_each_class_has_its_own_spectrum():
    """Of other examples the nearest, by the shares of bands and by roughness, is of its class."""

    def features(label: str, key: int) -> np.ndarray:
        x = object_audio(label, 4.0, key)
        power = np.abs(np.fft.rfft(x)) ** 2
        hz = np.fft.rfftfreq(len(x), 1 / RATE)
        edges = [0, 130, 260, 420, 700, 1100, 1800, 3000, 6000, 20000]
        shares = np.array([power[(hz >= a) & (hz < b)].sum() for a, b in pairwise(edges)])
        envelope = np.sqrt((x[: len(x) // 480 * 480].reshape(-1, 480) ** 2).mean(1))
        return np.append(np.log10(shares / shares.sum() + 1e-4) / 4, envelope.std())

    known = [(label, features(label, k)) for label in GENERATORS for k in range(6)]
    for label in GENERATORS:
        for k in range(6, 10):
            x = features(label, k)
            assert min(known, key=lambda other: np.linalg.norm(other[1] - x))[0] == label


@pytest.mark.parametrize("i", [0, 5, 11, 21])
def test_the_field_of_a_good_scene_is_a_true_one(i):
    scene = SCENES[i].scene()
    field = sound_field(scene)
    assert field.shape == (4, 10 * RATE)
    assert np.abs(field).max() <= 0.9
    assert descriptors.energy_ratio(field, RATE) == pytest.approx(1, abs=0.1)
    assert descriptors.w_coherence(descriptors.channel_covariance(field)) > 0.5


@pytest.mark.slow
def test_every_good_scene_passes_the_test_of_the_paper():
    ratios = [descriptors.energy_ratio(sound_field(v.scene()), RATE) for v in SCENES]
    np.testing.assert_allclose(ratios, 1, atol=0.1)


def test_quiet_reverberation_and_diffuse_noise_come_from_everywhere():
    """The remainder after the direct sound has the energies of a diffuse field."""
    scene = random_scene("diffuse", 6.0, ["car"])
    field = sound_field(scene).astype(float)
    t = np.arange(field.shape[1]) / RATE
    gains = ambisonics.encode(*scene.moving_objects[0].direction(t)).T
    dry = object_audio("car", 6.0, scene.key, 0)
    dry *= (gains * dry * field).sum() / (gains * dry * gains * dry).sum()
    rest = field - gains * dry
    wet_db = 10 * np.log10((rest[0] ** 2).mean() / (dry**2).mean())
    assert -24 < wet_db < -14
    shares = (rest[1:] ** 2).mean(1) / (rest[0] ** 2).mean()
    assert shares.sum() == pytest.approx(1, abs=0.35)
    assert np.all(shares > 0.12)


@pytest.mark.parametrize("label", CLASSES)
def test_audio_follows_its_object(label):
    scene = random_scene(f"follow {label}", 8.0, [label])
    field = sound_field(scene)
    for start in (0.5, 3.0, 5.5):
        (drawn,) = scene.objects(start + 1.0)
        found = loudest_direction(field, start, 2.0)
        assert np.degrees(angular_distance(*found, drawn.azimuth, drawn.elevation)) < 8
