"""Encoding, conventions, rotation and beams against analytic values."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from foa360.ambisonics import (
    CONVENTIONS,
    beam_weights,
    beamform,
    convert,
    encode,
    look_at,
    rotate,
    rotation,
    stereo,
)

azimuths = st.floats(-np.pi, np.pi)
elevations = st.floats(-np.pi / 2, np.pi / 2)
PATTERNS: tuple[Any, ...] = ("basic", "cardioid", "max_di", "max_re")


def noise(*shape: int, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize(
    ("azimuth", "elevation", "gains"),
    [
        (0, 0, [1, 0, 0, 1]),
        (90, 0, [1, 1, 0, 0]),
        (-90, 0, [1, -1, 0, 0]),
        (180, 0, [1, 0, 0, -1]),
        (0, 90, [1, 0, 1, 0]),
        (0, -90, [1, 0, -1, 0]),
        (30, 45, [1, 0.353553, 0.707107, 0.612372]),
        (-135, -30, [1, -0.612372, -0.5, -0.612372]),
    ],
)
def test_a_plane_wave_has_the_gains_of_its_direction(
    azimuth: float, elevation: float, gains: list[float]
) -> None:
    assert encode(np.radians(azimuth), np.radians(elevation)) == pytest.approx(gains, abs=1e-6)


def test_dipoles_of_a_diffuse_field_have_a_third_of_its_energy() -> None:
    z = (np.arange(2000) + 0.5) / 1000 - 1
    waves = encode(np.pi * (3 - 5**0.5) * np.arange(2000), np.arcsin(z))
    assert (waves**2).mean(0) == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3], abs=1e-3)


@pytest.mark.parametrize(
    ("source", "given_"),
    [
        ("ACN/N3D", lambda w, y, z, x: [w, 3**0.5 * y, 3**0.5 * z, 3**0.5 * x]),
        ("FuMa", lambda w, y, z, x: [w / 2**0.5, x, y, z]),
        ("ACN/FuMa", lambda w, y, z, x: [w / 2**0.5, y, z, x]),
        ("WXYZ/SN3D", lambda w, y, z, x: [w, x, y, z]),
    ],
)
def test_conventions_come_back_to_ambix(source: str, given_: Any) -> None:
    x = noise(4, 9)
    assert convert(np.stack(given_(*x)), source) == pytest.approx(x)


@pytest.mark.parametrize("source", CONVENTIONS)
@pytest.mark.parametrize("target", CONVENTIONS)
def test_conversion_has_an_inverse(source: str, target: str) -> None:
    x = noise(2, 4, 5)
    assert convert(convert(x, source, target), target, source) == pytest.approx(x)


def test_an_unknown_convention_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'ambix'.*ACN/SN3D"):
        convert(noise(4, 3), "ambix")


@pytest.mark.parametrize(
    ("angles", "source", "expected"),
    [
        ((90, 0, 0), (0, 0), [1, 1, 0, 0]),  # yaw: front goes to the left
        ((0, 30, 0), (0, 0), [1, 0, -0.5, 0.866025]),  # pitch: front goes down
        ((0, 0, 90), (90, 0), [1, 0, 1, 0]),  # roll: left goes up
    ],
)
def test_rotations_turn_the_scene_right_handed(
    angles: tuple[float, ...], source: tuple[float, float], expected: list[float]
) -> None:
    wave = encode(*np.radians(source))[:, None]
    turned = rotate(wave, rotation(*np.radians(angles)))[:, 0]
    assert turned == pytest.approx(expected, abs=1e-6)


@given(azimuths, elevations)
def test_look_at_brings_any_direction_to_the_front(azimuth: float, elevation: float) -> None:
    wave = encode(azimuth, elevation)[:, None]
    assert rotate(wave, look_at(azimuth, elevation))[:, 0] == pytest.approx([1, 0, 0, 1], abs=1e-9)


def test_look_at_is_not_the_other_order() -> None:
    """Pitch before yaw, as in the released code of the papers, is 30° off here."""
    azimuth, elevation = np.radians([90, 30])
    wrong = rotation(-azimuth, 0, 0) @ rotation(0, elevation, 0)
    wave = rotate(encode(azimuth, elevation)[:, None], wrong)[:, 0]
    assert wave == pytest.approx([1, -0.25, 0.4330127, 0.8660254])


@given(*[st.floats(-10, 10)] * 3)
def test_rotation_keeps_w_and_the_energy_of_the_dipoles(
    yaw: float, pitch: float, roll: float
) -> None:
    matrix = rotation(yaw, pitch, roll)
    assert matrix @ matrix.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1)
    x = noise(4, 50)
    turned = rotate(x, matrix)
    assert np.array_equal(turned[0], x[0])
    assert (turned[1:] ** 2).sum(0) == pytest.approx((x[1:] ** 2).sum(0))


def test_rotations_broadcast_over_viewpoints() -> None:
    x, a, e = noise(4, 20), noise(3, seed=1), noise(3, seed=2) / 2
    turned = rotate(x, look_at(a, e))
    assert turned.shape == (3, 4, 20)
    assert turned[2] == pytest.approx(rotate(x, look_at(a[2], e[2])))


@given(azimuths, elevations, st.sampled_from(PATTERNS))
def test_beams_have_unit_gain_on_axis(azimuth: float, elevation: float, pattern: Any) -> None:
    gain = beam_weights(azimuth, elevation, pattern) @ encode(azimuth, elevation)
    assert gain == pytest.approx(2 if pattern == "basic" else 1)


@pytest.mark.parametrize(
    ("pattern", "side", "back", "diffuse"),
    [
        ("cardioid", 0.5, 0, 1 / 3),
        ("max_di", 0.25, -0.5, 0.25),
        ("max_re", 0.36603, -0.26795, 0.26795),
    ],
)
def test_beams_have_their_patterns(pattern: Any, side: float, back: float, diffuse: float) -> None:
    weights = beam_weights(np.pi / 2, 0, pattern)
    assert weights @ encode(0, 0) == pytest.approx(side, abs=1e-5)
    assert weights @ encode(-np.pi / 2, 0) == pytest.approx(back, abs=1e-5)
    assert weights**2 @ [1, 1 / 3, 1 / 3, 1 / 3] == pytest.approx(diffuse, abs=1e-5)


def test_a_beam_hears_its_own_direction() -> None:
    signal = noise(30)
    field = encode(0.7, -0.4)[:, None] * signal
    assert beamform(field, 0.7, -0.4) == pytest.approx(signal)
    assert beamform(field, 0.7 - np.pi, 0.4) == pytest.approx(0 * signal, abs=1e-12)
    assert beamform(field, [0.7, 1], [-0.4, 0]).shape == (2, 30)


@pytest.mark.parametrize(("azimuth", "difference"), [(0, 0), (15, 4.601), (30, 9.542), (60, 22.88)])
def test_stereo_has_the_level_difference_of_two_cardioids(
    azimuth: float, difference: float
) -> None:
    left, right = stereo(encode(np.radians(azimuth), 0)[:, None])[:, 0]
    assert 20 * np.log10(left / right) == pytest.approx(difference, abs=0.01)
    assert left + right == pytest.approx(1)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: convert(x, "FuMa"),
        lambda x: rotate(x, look_at([0.3, 2.0], [0.5, -0.2])[:, None]),
        lambda x: beamform(x, 0.3, 0.5, "max_re"),
        stereo,
    ],
)
def test_tensors_give_the_same_as_arrays(function: Any) -> None:
    x = noise(2, 4, 10).astype(np.float32)
    out = function(torch.from_numpy(x))
    assert out.dtype == torch.float32
    assert out.numpy() == pytest.approx(function(x), abs=1e-6)


def test_signals_the_wrong_way_round_are_refused_with_a_hint() -> None:
    with pytest.raises(ValueError, match=r"\(48000, 4\).*x\.T"):
        rotate(np.zeros((48000, 4)), np.eye(3))
    with pytest.raises(ValueError, match="unknown pattern 'omni'"):
        beam_weights(0, 0, "omni")  # type: ignore[arg-type]
