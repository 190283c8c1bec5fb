"""Analytic values and properties of encoding, rotation, beams and conventions."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import sph_harm_y

from foa360 import ambisonics

angles = st.floats(-np.pi, np.pi)
heights = st.floats(-np.pi / 2, np.pi / 2)


@pytest.mark.parametrize(
    ("azimuth", "elevation", "gains"),
    [
        (90, 0, [1, 1, 0, 0]),
        (0, 90, [1, 0, 1, 0]),
        (0, 0, [1, 0, 0, 1]),
        (-90, 0, [1, -1, 0, 0]),
        (45, 30, [1, 0.6123724, 0.5, 0.6123724]),
    ],
)
def test_plane_waves_have_the_gains_of_sn3d(azimuth, elevation, gains):
    np.testing.assert_allclose(
        ambisonics.encode(np.radians(azimuth), np.radians(elevation)), gains, atol=1e-7
    )


@given(angles, heights)
def test_look_at_brings_any_direction_to_the_front(azimuth, elevation):
    wave = ambisonics.encode(azimuth, elevation)[:, None]
    rotated = ambisonics.rotate(wave, ambisonics.look_at(azimuth, elevation))
    np.testing.assert_allclose(rotated[:, 0], [1, 0, 0, 1], atol=1e-9)


@given(angles, angles, angles)
def test_rotation_keeps_w_and_energy_and_can_be_undone(yaw, pitch, roll):
    x = np.random.default_rng(0).standard_normal((4, 50))
    matrix = ambisonics.rotation(yaw, pitch, roll)
    rotated = ambisonics.rotate(x, matrix)
    np.testing.assert_array_equal(rotated[0], x[0])
    np.testing.assert_allclose((rotated[1:] ** 2).sum(0), (x[1:] ** 2).sum(0))
    np.testing.assert_allclose(ambisonics.rotate(rotated, matrix.T), x, atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1)


def test_positive_yaw_moves_left_and_positive_pitch_moves_down():
    front = ambisonics.encode(0.0, 0.0)[:, None]
    np.testing.assert_allclose(
        ambisonics.rotate(front, ambisonics.rotation(np.pi / 2, 0, 0))[:, 0],
        ambisonics.encode(np.pi / 2, 0),
        atol=1e-12,
    )
    np.testing.assert_allclose(
        ambisonics.rotate(front, ambisonics.rotation(0, 0.3, 0))[:, 0],
        ambisonics.encode(0, -0.3),
        atol=1e-12,
    )


@pytest.mark.parametrize(
    ("pattern", "side", "back"),
    [
        ("cardioid", 0.5, 0.0),
        ("max_di", 0.25, -0.5),
        ("max_re", 0.3660254, -0.2679492),
        ("basic", 1.0, 0.0),
    ],
)
def test_beams_have_their_pattern(pattern, side, back):
    front, left, behind = (ambisonics.encode(a, 0.0)[:, None] for a in (0, np.pi / 2, np.pi))
    on_axis = 2.0 if pattern == "basic" else 1.0
    assert ambisonics.beamform(front, 0.0, 0.0, pattern)[0] == pytest.approx(on_axis)
    assert ambisonics.beamform(left, 0.0, 0.0, pattern)[0] == pytest.approx(side)
    assert ambisonics.beamform(behind, 0.0, 0.0, pattern)[0] == pytest.approx(back)


def test_stereo_is_left_and_right():
    left, right = ambisonics.stereo(ambisonics.encode(np.pi / 2, 0.0)[:, None])
    assert left[0] == pytest.approx(1)
    assert right[0] == pytest.approx(0)


@pytest.mark.parametrize("name", ambisonics.CONVENTIONS)
def test_conversion_there_and_back(name):
    x = np.random.default_rng(1).standard_normal((2, 4, 9))
    np.testing.assert_allclose(
        ambisonics.convert(ambisonics.convert(x, "ACN/SN3D", name), name), x, atol=1e-12
    )


def test_fuma_and_n3d_weights():
    wave = ambisonics.encode(0.4, 0.2)[:, None]
    fuma = ambisonics.convert(wave, "ACN/SN3D", "FuMa")[:, 0]
    w, y, z, x = wave[:, 0]
    np.testing.assert_allclose(fuma, [w / np.sqrt(2), x, y, z])
    n3d = ambisonics.convert(wave, "ACN/SN3D", "ACN/N3D")[:, 0]
    assert (n3d[1:] ** 2).sum() == pytest.approx(3)


def test_tensors_give_the_same_as_arrays():
    x = np.random.default_rng(2).standard_normal((3, 4, 20))
    matrix = ambisonics.rotation(0.3, -0.2, 1.0)
    t = torch.from_numpy(x)
    for function in (
        lambda a: ambisonics.rotate(a, matrix),
        lambda a: ambisonics.beamform(a, 0.2, 0.5, "max_re"),
        ambisonics.stereo,
        lambda a: ambisonics.convert(a, "FuMa"),
    ):
        np.testing.assert_allclose(function(t).numpy(), function(x))


def test_swapped_axes_are_explained():
    with pytest.raises(ValueError, match=r"did you mean x\.T"):
        ambisonics.rotate(np.zeros((100, 4)), np.eye(3))
    with pytest.raises(ValueError, match="unknown convention 'AmbiX'"):
        ambisonics.convert(np.zeros((4, 3)), "AmbiX")
    with pytest.raises(ValueError, match="unknown pattern"):
        ambisonics.beam_weights(0, 0, "omni")


def test_look_at_is_not_the_other_order():
    """Pitch before yaw, as in the released code of the papers, is 30° off here."""
    azimuth, elevation = np.radians([90, 30])
    wrong = ambisonics.rotation(-azimuth, 0, 0) @ ambisonics.rotation(0, elevation, 0)
    wave = ambisonics.rotate(ambisonics.encode(azimuth, elevation)[:, None], wrong)[:, 0]
    np.testing.assert_allclose(wave, [1, -0.25, 0.4330127, 0.8660254], atol=1e-7)


def test_a_positive_roll_moves_left_up():
    left = ambisonics.encode(np.pi / 2, 0.0)[:, None]
    np.testing.assert_allclose(
        ambisonics.rotate(left, ambisonics.rotation(0, 0, np.pi / 2))[:, 0],
        [1, 0, 1, 0],
        atol=1e-12,
    )


def test_dipoles_and_beams_share_a_diffuse_field_as_they_should():
    z = (np.arange(2000) + 0.5) / 1000 - 1
    waves = ambisonics.encode(np.pi * (3 - 5**0.5) * np.arange(2000), np.arcsin(z))
    np.testing.assert_allclose((waves**2).mean(0), [1, 1 / 3, 1 / 3, 1 / 3], atol=1e-3)
    for pattern, power in {"cardioid": 1 / 3, "max_di": 1 / 4, "max_re": 0.26795}.items():
        beam = waves @ ambisonics.beam_weights(0.4, -0.7, pattern)
        assert (beam**2).mean() == pytest.approx(power, abs=1e-3)


@given(angles, heights, st.sampled_from(["cardioid", "max_di", "max_re"]))
def test_beams_have_unit_gain_on_axis(azimuth, elevation, pattern):
    gain = ambisonics.beam_weights(azimuth, elevation, pattern) @ ambisonics.encode(
        azimuth, elevation
    )
    assert gain == pytest.approx(1)


@pytest.mark.parametrize(("azimuth", "difference"), [(0, 0), (15, 4.601), (30, 9.542), (60, 22.88)])
def test_stereo_has_the_level_difference_of_two_cardioids(azimuth, difference):
    left, right = ambisonics.stereo(ambisonics.encode(np.radians(azimuth), 0)[:, None])[:, 0]
    assert 20 * np.log10(left / right) == pytest.approx(difference, abs=0.01)


def test_rotations_and_beams_broadcast_over_viewpoints():
    x = np.random.default_rng(3).standard_normal((4, 20))
    a, e = np.array([0.3, -1.0, 2.0]), np.array([0.5, 0.0, -1.0])
    rotated = ambisonics.rotate(x, ambisonics.look_at(a, e))
    assert rotated.shape == (3, 4, 20)
    np.testing.assert_allclose(rotated[2], ambisonics.rotate(x, ambisonics.look_at(a[2], e[2])))
    np.testing.assert_allclose(ambisonics.beamform(x, a, e)[1], ambisonics.beamform(x, a[1], e[1]))


@pytest.mark.parametrize("source", ambisonics.CONVENTIONS)
@pytest.mark.parametrize("target", ambisonics.CONVENTIONS)
def test_conversion_has_an_inverse(source, target):
    x = np.random.default_rng(1).standard_normal((2, 4, 9))
    np.testing.assert_allclose(
        ambisonics.convert(ambisonics.convert(x, source, target), target, source), x, atol=1e-12
    )


@given(st.floats(-3.1, 3.1), st.floats(-1.5, 1.5))
def test_gains_are_the_spherical_harmonics_of_scipy(azimuth, elevation):
    """Real, SN3D, without the Condon-Shortley phase that SciPy's complex ones have."""

    def harmonic(m: int) -> complex:
        return complex(sph_harm_y(1, m, np.pi / 2 - elevation, azimuth))

    # √(4π/3) takes the orthonormal ones to SN3D, √2 the complex ones to real ones.
    scale = np.sqrt(4 * np.pi / 3)
    expected = [
        np.sqrt(4 * np.pi) * complex(sph_harm_y(0, 0, 0.0, 0.0)).real,
        -np.sqrt(2) * scale * harmonic(1).imag,
        scale * harmonic(0).real,
        -np.sqrt(2) * scale * harmonic(1).real,
    ]
    assert ambisonics.encode(azimuth, elevation) == pytest.approx(expected, abs=1e-12)
