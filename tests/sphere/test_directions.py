"""Directions and pixels agree with each other and with the audio."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foa360.ambisonics import encode
from foa360.sphere import (
    angular_distance,
    direction_to_pixel,
    fibonacci_sphere,
    pixel_to_direction,
    to_direction,
)

azimuths = st.floats(-3.14, 3.14)
elevations = st.floats(-1.57, 1.57)


def test_middle_is_front_left_quarter_is_left_and_top_is_up() -> None:
    azimuth, elevation = pixel_to_direction([99.5, 49.5, 0, 99.5], [49.5, 49.5, 0, -0.5], 200, 100)
    np.testing.assert_allclose(np.degrees(azimuth[:2]), [0, 90], atol=1e-9)
    assert np.degrees(azimuth[2]) == pytest.approx(179.1)
    np.testing.assert_allclose(np.degrees(elevation[[0, 1, 3]]), [0, 0, 90], atol=1e-9)


@given(azimuths, elevations)
def test_pixels_and_directions_are_inverse(azimuth: float, elevation: float) -> None:
    u, v = direction_to_pixel(azimuth, elevation, 640, 320)
    back = pixel_to_direction(u, v, 640, 320)
    assert angular_distance(*back, azimuth, elevation) < 1e-7


@given(azimuths, elevations)
def test_a_pixel_and_a_plane_wave_from_one_direction_agree(
    azimuth: float, elevation: float
) -> None:
    u, v = direction_to_pixel(azimuth, elevation, 4000, 2000)
    pixel = pixel_to_direction(u, v, 4000, 2000)
    w, y, z, x = encode(azimuth, elevation)
    wave = to_direction([w * x, w * y, w * z])
    assert angular_distance(*pixel, *wave) < 1e-6


def test_distances_are_accurate_near_and_far() -> None:
    assert angular_distance(0, 0, 1e-9, 0) == pytest.approx(1e-9)
    assert angular_distance(0, 0, np.pi, 0) == pytest.approx(np.pi)
    assert angular_distance(1, np.pi / 2, -2, np.pi / 2) == pytest.approx(0, abs=1e-9)


def test_the_lattice_covers_the_sphere_evenly() -> None:
    points = fibonacci_sphere(256)
    assert np.linalg.norm(points, axis=1) == pytest.approx(1)
    assert np.abs(points.mean(0)).max() < 0.01
    random = np.random.default_rng(0).normal(size=(20000, 3))
    counts = np.bincount((random @ points.T).argmax(1), minlength=256)
    assert counts.std() / counts.mean() < 0.2


def test_pixels_of_a_frame_of_any_aspect_follow_the_projection() -> None:
    for width, height in ((640, 322), (1920, 1080)):
        azimuth, elevation = pixel_to_direction(width / 4 - 0.5, height / 4 - 0.5, width, height)
        assert np.degrees([azimuth, elevation]) == pytest.approx([90, 45])
        assert direction_to_pixel(azimuth, elevation, width, height)[0] == width / 4 - 0.5
