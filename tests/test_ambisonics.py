"""Analytic values and properties of encoding, rotation, beams and conventions."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from foa360 import ambisonics as am

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
        am.encode(np.radians(azimuth), np.radians(elevation)), gains, atol=1e-7
    )


@given(angles, heights)
def test_look_at_brings_any_direction_to_the_front(azimuth, elevation):
    wave = am.encode(azimuth, elevation)[:, None]
    turned = am.rotate(wave, am.look_at(azimuth, elevation))
    np.testing.assert_allclose(turned[:, 0], [1, 0, 0, 1], atol=1e-9)


@given(angles, angles, angles)
def test_rotation_keeps_w_and_energy_and_can_be_undone(yaw, pitch, roll):
    x = np.random.default_rng(0).standard_normal((4, 50))
    matrix = am.rotation(yaw, pitch, roll)
    turned = am.rotate(x, matrix)
    np.testing.assert_array_equal(turned[0], x[0])
    np.testing.assert_allclose((turned[1:] ** 2).sum(0), (x[1:] ** 2).sum(0))
    np.testing.assert_allclose(am.rotate(turned, matrix.T), x, atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1)


def test_positive_yaw_moves_left_and_positive_pitch_moves_down():
    front = am.encode(0.0, 0.0)[:, None]
    np.testing.assert_allclose(
        am.rotate(front, am.rotation(np.pi / 2, 0, 0))[:, 0], am.encode(np.pi / 2, 0), atol=1e-12
    )
    np.testing.assert_allclose(
        am.rotate(front, am.rotation(0, 0.3, 0))[:, 0], am.encode(0, -0.3), atol=1e-12
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
    front, left, behind = (am.encode(a, 0.0)[:, None] for a in (0, np.pi / 2, np.pi))
    on_axis = 2.0 if pattern == "basic" else 1.0
    assert am.beamform(front, 0.0, 0.0, pattern)[0] == pytest.approx(on_axis)
    assert am.beamform(left, 0.0, 0.0, pattern)[0] == pytest.approx(side)
    assert am.beamform(behind, 0.0, 0.0, pattern)[0] == pytest.approx(back)


def test_stereo_is_left_and_right():
    left, right = am.stereo(am.encode(np.pi / 2, 0.0)[:, None])
    assert left[0] == pytest.approx(1)
    assert right[0] == pytest.approx(0)


@pytest.mark.parametrize("name", am.CONVENTIONS)
def test_conversion_there_and_back(name):
    x = np.random.default_rng(1).standard_normal((2, 4, 9))
    np.testing.assert_allclose(am.convert(am.convert(x, "ACN/SN3D", name), name), x, atol=1e-12)


def test_fuma_and_n3d_weights():
    wave = am.encode(0.4, 0.2)[:, None]
    fuma = am.convert(wave, "ACN/SN3D", "FuMa")[:, 0]
    w, y, z, x = wave[:, 0]
    np.testing.assert_allclose(fuma, [w / np.sqrt(2), x, y, z])
    n3d = am.convert(wave, "ACN/SN3D", "ACN/N3D")[:, 0]
    assert (n3d[1:] ** 2).sum() == pytest.approx(3)


def test_tensors_give_the_same_as_arrays():
    x = np.random.default_rng(2).standard_normal((3, 4, 20))
    matrix = am.rotation(0.3, -0.2, 1.0)
    t = torch.from_numpy(x)
    for function in (
        lambda a: am.rotate(a, matrix),
        lambda a: am.beamform(a, 0.2, 0.5, "max_re"),
        am.stereo,
        lambda a: am.convert(a, "FuMa"),
    ):
        np.testing.assert_allclose(function(t).numpy(), function(x))


def test_swapped_axes_are_explained():
    with pytest.raises(ValueError, match=r"did you mean x\.T"):
        am.rotate(np.zeros((100, 4)), np.eye(3))
    with pytest.raises(ValueError, match="unknown convention 'AmbiX'"):
        am.convert(np.zeros((4, 3)), "AmbiX")
    with pytest.raises(ValueError, match="unknown pattern"):
        am.beam_weights(0, 0, "omni")
