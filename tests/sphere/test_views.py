"""Perspective views of frames."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from foa360.ambisonics import encode
from foa360.sphere import (
    angular_distance,
    perspective_crop,
    pixel_to_direction,
    to_vector,
    view_directions,
)

azimuths = st.floats(-3.14, 3.14)
elevations = st.floats(-1.57, 1.57)


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (179.9, 10), (-90, 60), (30, -80)])
def test_the_centre_of_a_view_is_its_direction(azimuth: float, elevation: float) -> None:
    frame = np.zeros((400, 800), np.uint8)
    a, e = np.radians([azimuth, elevation])
    u, v = np.meshgrid(np.arange(800), np.arange(400))
    near = angular_distance(*pixel_to_direction(u, v, 800, 400), a, e) < 0.1
    frame[near] = 255
    view = perspective_crop(frame, a, e, np.radians(60), 101)
    rows, columns = np.nonzero(view > 127)
    assert abs(rows.mean() - 50) < 1.5
    assert abs(columns.mean() - 50) < 1.5
    radius = 50.5 * np.tan(0.1) / np.tan(np.radians(30))
    assert np.sqrt(len(rows) / np.pi) == pytest.approx(radius, rel=0.08)


def test_a_view_is_not_mirrored() -> None:
    frame = np.zeros((100, 200), np.uint8)
    frame[:, 60:99] = 200  # left of the front
    view = perspective_crop(frame, 0.0, 0.0, np.radians(60), 64)
    assert view[32, 5] == 200
    assert view[32, 60] == 0


def spot(azimuth: float, elevation: float) -> NDArray[np.uint8]:
    """ERP frame with a bright spot of about one degree."""
    v, u = np.mgrid[:360, :720]
    distance = angular_distance(*pixel_to_direction(u, v, 720, 360), azimuth, elevation)
    return (255 * np.exp(-((distance / 0.02) ** 2))).astype(np.uint8)


def centre_of(image: NDArray[np.uint8]) -> tuple[float, float]:
    v, u = np.indices(image.shape)
    return float((u * image).sum() / image.sum()), float((v * image).sum() / image.sum())


def test_a_point_beside_the_axis_lies_where_the_tangent_says() -> None:
    # 20° left and 10° up of the front, in a view of 90°: 100 · tan per unit.
    crop = perspective_crop(spot(np.radians(20), np.radians(10)), 0, 0, np.pi / 2, (200, 160))
    right = 99.5 - 100 * np.tan(np.radians(20))
    down = 79.5 - 100 * np.tan(np.radians(10)) / np.cos(np.radians(20))
    assert centre_of(crop) == pytest.approx((right, down), abs=0.3)


def test_a_roll_rotates_the_camera_clockwise() -> None:
    # What was above the axis is then on the camera's left.
    crop = perspective_crop(spot(0, 0.2), 0, 0, 1.0, 101, roll=np.pi / 2)
    u, v = centre_of(crop)
    assert u < 40
    assert v == pytest.approx(50, abs=0.3)


@pytest.mark.parametrize("kind", ["uint8", "float32"])
def test_arrays_and_tensors_give_the_same_views(kind: str) -> None:
    frame = np.random.default_rng(0).random((60, 120, 3)) * 255
    frame = frame.astype(kind)
    azimuth, elevation = np.radians([[0, 175, -90], [10, 80, -85]])
    views = perspective_crop(frame, azimuth, elevation, 1.2, (20, 16), roll=[0, 0.5, 2])
    tensor = torch.from_numpy(frame).permute(2, 0, 1).expand(2, -1, -1, -1)
    same = perspective_crop(tensor, azimuth, elevation, 1.2, (20, 16), roll=[0, 0.5, 2])
    assert views.shape == (3, 16, 20, 3)
    assert same.shape == (2, 3, 3, 16, 20)
    # OpenCV samples at 32nds of a pixel.
    expected = views.transpose(0, 3, 1, 2).astype(float)
    for own in same.numpy().astype(float):
        assert np.abs(own - expected).mean() < 3


def test_views_of_tensors_are_differentiable() -> None:
    frame = torch.rand(1, 3, 32, 64, requires_grad=True)
    perspective_crop(frame, [0.0, 3.1], [0.0, 1.5], 1.0, 8).sum().backward()
    assert frame.grad is not None
    assert frame.grad[..., :3, :].abs().sum() > 0  # a view over the pole reads the top rows


def test_the_poles_are_no_border() -> None:
    u, v = np.meshgrid(np.arange(720), np.arange(360))
    x, _, z = np.moveaxis(to_vector(*pixel_to_direction(u, v, 720, 360)), -1, 0)
    frame = (128 + 100 * x + 20 * z).astype(np.uint8)
    for elevation in (np.pi / 2, -np.pi / 2):
        across = perspective_crop(frame, 0.3, elevation, 0.3, 65).astype(int)
        assert max(np.abs(np.diff(across, axis=i)).max() for i in (0, 1)) <= 2


def test_a_field_of_view_of_half_the_sphere_is_refused() -> None:
    with pytest.raises(ValueError, match="180"):
        perspective_crop(np.zeros((4, 8), np.uint8), 0, 0, np.pi, 4)


@given(azimuths, elevations)
def test_a_drawn_point_and_an_encoded_plane_wave_have_one_direction(
    azimuth: float, elevation: float
) -> None:
    rows, columns = np.nonzero(spot(azimuth, elevation) > 200)
    pixel = to_vector(*pixel_to_direction(columns, rows, 720, 360)).mean(0)
    wave = encode(azimuth, elevation)[[3, 1, 2]]
    assert pixel @ wave / np.linalg.norm(pixel) > np.cos(np.radians(0.5))


def test_the_seam_is_no_border() -> None:
    smooth = 128 + 100 * np.cos(pixel_to_direction(np.arange(720), 0, 720, 360)[0])
    frame = np.repeat(smooth.astype(np.uint8)[None], 360, 0)
    across = perspective_crop(frame, np.pi, 0, 0.5, 64).astype(int)
    assert np.abs(np.diff(across, axis=1)).max() <= 2
    assert np.abs(across - across[:, ::-1]).max() <= 2


def test_crops_keep_the_channels_and_the_size() -> None:
    frame = np.zeros((50, 100, 3), np.uint8)
    frame[..., 1] = 7
    crop = perspective_crop(frame, 1, 1, 1, (40, 30))
    assert crop.shape == (30, 40, 3)
    assert (crop == [0, 7, 0]).all()


@given(azimuths, elevations, st.floats(-3, 3))
def test_a_view_is_as_wide_as_its_field_of_view(
    azimuth: float, elevation: float, roll: float
) -> None:
    a, e = view_directions(azimuth, elevation, 1.2, 501, 3, roll)
    assert angular_distance(a[1, 250], e[1, 250], azimuth, elevation) < 1e-7
    # Pixel centres: half a pixel less on each side.
    angle = 2 * np.arctan(np.tan(0.6) * 500 / 501)
    assert angular_distance(a[1, 0], e[1, 0], a[1, -1], e[1, -1]) == pytest.approx(angle)


def test_views_of_arrays_do_not_import_pytorch() -> None:
    code = """
import sys, numpy as np
from foa360.sphere import perspective_crop
perspective_crop(np.zeros((4, 8), np.uint8), 0, 0, 1, 4)
print("torch" in sys.modules)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
