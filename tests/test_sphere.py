"""Directions, pixels and views agree with each other and with the sound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foa360 import ambisonics, sphere
from foa360.detect.boxes import box_to_direction

angles = st.floats(-3.14, 3.14)
heights = st.floats(-1.57, 1.57)


def test_middle_is_front_left_quarter_is_left_and_top_is_up():
    azimuth, elevation = sphere.pixel_to_direction(
        [99.5, 49.5, 0, 99.5], [49.5, 49.5, 0, -0.5], 200, 100
    )
    np.testing.assert_allclose(np.degrees(azimuth[:2]), [0, 90], atol=1e-9)
    assert np.degrees(azimuth[2]) == pytest.approx(179.1)
    np.testing.assert_allclose(np.degrees(elevation[[0, 1, 3]]), [0, 0, 90], atol=1e-9)


@given(angles, heights)
def test_pixels_and_directions_are_inverse(azimuth, elevation):
    u, v = sphere.direction_to_pixel(azimuth, elevation, 640, 320)
    back = sphere.pixel_to_direction(u, v, 640, 320)
    assert sphere.angular_distance(*back, azimuth, elevation) < 1e-7


@given(angles, heights)
def test_a_pixel_and_a_sound_from_one_direction_agree(azimuth, elevation):
    u, v = sphere.direction_to_pixel(azimuth, elevation, 4000, 2000)
    seen = sphere.pixel_to_direction(u, v, 4000, 2000)
    w, y, z, x = ambisonics.encode(azimuth, elevation)
    heard = sphere.to_direction([w * x, w * y, w * z])
    assert sphere.angular_distance(*seen, *heard) < 1e-6


def test_distances_are_accurate_near_and_far():
    assert sphere.angular_distance(0, 0, 1e-9, 0) == pytest.approx(1e-9)
    assert sphere.angular_distance(0, 0, np.pi, 0) == pytest.approx(np.pi)
    assert sphere.angular_distance(1, np.pi / 2, -2, np.pi / 2) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (179.9, 10), (-90, 60), (30, -80)])
def test_a_view_shows_in_its_middle_what_it_looks_at(azimuth, elevation):
    frame = np.zeros((400, 800), np.uint8)
    a, e = np.radians([azimuth, elevation])
    u, v = np.meshgrid(np.arange(800), np.arange(400))
    near = sphere.angular_distance(*sphere.pixel_to_direction(u, v, 800, 400), a, e) < 0.1
    frame[near] = 255
    view = sphere.perspective_crop(frame, a, e, np.radians(60), 101)
    rows, columns = np.nonzero(view > 127)
    assert abs(rows.mean() - 50) < 1.5
    assert abs(columns.mean() - 50) < 1.5
    radius = 50.5 * np.tan(0.1) / np.tan(np.radians(30))
    assert np.sqrt(len(rows) / np.pi) == pytest.approx(radius, rel=0.08)


def test_a_view_is_not_mirrored():
    frame = np.zeros((100, 200), np.uint8)
    frame[:, 60:99] = 200  # left of the front
    view = sphere.perspective_crop(frame, 0.0, 0.0, np.radians(60), 64)
    assert view[32, 5] == 200
    assert view[32, 60] == 0


def test_boxes_become_directions_and_angular_sizes():
    azimuth, elevation, width, height = np.degrees(
        box_to_direction([0.45, 0.95], [0.4, 0.4], [0.55, 1.05], [0.6, 0.6])
    )
    np.testing.assert_allclose(azimuth, [0, -180], atol=1e-9)
    np.testing.assert_allclose(elevation, 0, atol=1e-9)
    np.testing.assert_allclose(width, 36)
    np.testing.assert_allclose(height, 36)


def test_a_box_near_the_pole_is_narrower_than_its_columns():
    *_, width, _ = box_to_direction(0.4, 0.1, 0.6, 0.2)
    assert np.degrees(width) < 0.5 * 72
