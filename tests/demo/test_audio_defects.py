"""Altered sound fields against their definitions."""

import av
import numpy as np
import pytest
from av.audio.resampler import AudioResampler
from support.demo_videos import altered_field, by_case

from foa360 import ambisonics
from foa360.ambisonics import descriptors
from foa360.demo.audio import RATE, sound_field
from foa360.demo.defects import DEFECTS
from foa360.demo.encode import foa_in_51
from foa360.demo.scenes import random_scene, seeded
from foa360.stages.render.truth import video_truth


@pytest.mark.parametrize(
    ("case", "ratio", "tolerance"),
    [
        ("n3d", 3, 0.35),
        ("fuma", 2, 0.25),
        ("swapped_axes", 1, 0.12),
        ("mirrored", 1, 0.12),
        ("mono_in_w", 0, 1e-9),
        ("mono_in_all", 3, 1e-3),
        ("quad", 3, 0.1),
    ],
)
def test_energy_ratios_are_those_of_the_table(case, ratio, tolerance):
    x = altered_field(case, 10.0)
    if case == "fuma":
        # W X Y Z: the first channel is W, and the sum is blind to the order of the others.
        assert x.std(1)[0] > 0
    assert descriptors.energy_ratio(x, RATE) == pytest.approx(ratio, abs=tolerance)


def test_conventions_convert_back_to_the_true_field():
    for case, name in (("n3d", "ACN/N3D"), ("fuma", "FuMa")):
        video = by_case(case)
        true = sound_field(video.scene())
        assert video.defect.alter_audio is not None
        broken = video.defect.alter_audio(true, seeded(video.key, "defect"))
        back = ambisonics.convert(broken, name)
        scale = np.vdot(true, back) / np.vdot(true, true)
        np.testing.assert_allclose(back / scale, true, atol=1e-5)
        assert video_truth(video).convention == name


def test_channels_of_altered_fields():
    upmix, pair = altered_field("stereo_upmix"), altered_field("stereo_in_two")
    assert not upmix[2:].any()
    assert not pair[2:].any()
    assert np.abs(np.corrcoef(pair[:2])[0, 1]) < 0.999
    pairs = altered_field("pairs")
    np.testing.assert_array_equal(pairs[:2], pairs[2:])
    height = altered_field("no_height")
    assert not height[2].any()
    assert height[[0, 1, 3]].any(axis=1).all()
    assert descriptors.rms_dbfs(altered_field("silent")) < -90
    assert not altered_field("digital_silence").any()
    head = altered_field("head_locked")
    assert descriptors.energy_ratio(head, RATE) < 0.6


def test_capsules_point_to_the_corners_of_a_tetrahedron():
    """A plane wave from a capsule's axis is loudest in it, and four alike add up to W."""
    make = DEFECTS["a_format"].alter_audio
    assert make is not None
    corner = np.degrees(np.arctan(1 / np.sqrt(2)))
    axes = [(45, corner), (-45, -corner), (135, -corner), (-135, corner)]
    wave = ambisonics.encode(*np.radians(axes).T).T.astype(np.float32)  # one column per axis
    capsules = make(wave, seeded("capsules"))
    np.testing.assert_allclose(np.diag(capsules), 1, atol=1e-6)
    np.testing.assert_allclose(capsules.sum(0), 2, atol=1e-6)
    assert (capsules.argmax(0) == np.arange(4)).all()


def test_a_quad_to_40_conversion_is_what_ffmpeg_does():
    x = sound_field(random_scene("convert", 2.0, ["person"]))
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(x), format="fltp", layout="quad")
    frame.sample_rate = RATE
    converted = AudioResampler(format="fltp", layout="4.0").resample(frame)
    real = np.concatenate([f.to_ndarray() for f in converted], 1)
    make = DEFECTS["quad_to_4.0"].alter_audio
    assert make is not None
    np.testing.assert_allclose(make(x, seeded("convert")), real, atol=1e-6)


def test_planes_of_youtubes_aac_are_those_of_its_51_layout():
    x = sound_field(random_scene("planes", 2.0, ["dog"]))
    np.testing.assert_array_equal(foa_in_51(x)[[2, 1, 4, 0]], x)
    make = DEFECTS["aac51_as_it_comes"].alter_audio
    assert make is not None
    np.testing.assert_array_equal(make(x, seeded("planes"))[[2, 1, 3, 0]], x)
