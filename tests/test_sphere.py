"""Directions, pixels and views agree with each other and with the sound."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from foa360 import ambisonics, sphere
from foa360.ambisonics import look_at
from foa360.sphere import (
    angular_distance,
    box_area,
    box_outline,
    direction_to_pixel,
    fibonacci_sphere,
    perspective_crop,
    pixel_to_direction,
    spherical_iou,
    spherical_nms,
    to_vector,
    view_directions,
)

angles = st.floats(-3.14, 3.14)
heights = st.floats(-1.57, 1.57)
boxes = st.tuples(angles, heights, st.floats(0.05, 3.1), st.floats(0.05, 3.1))


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


def test_a_roll_turns_the_camera_clockwise() -> None:
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


def test_views_of_tensors_can_be_learnt_through() -> None:
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


@given(angles, heights)
def test_a_drawn_point_and_an_encoded_sound_come_back_to_one_direction(
    azimuth: float, elevation: float
) -> None:
    rows, columns = np.nonzero(spot(azimuth, elevation) > 200)
    seen = to_vector(*pixel_to_direction(columns, rows, 720, 360)).mean(0)
    heard = ambisonics.encode(azimuth, elevation)[[3, 1, 2]]
    assert seen @ heard / np.linalg.norm(seen) > np.cos(np.radians(0.5))


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


@given(angles, heights, st.floats(-3, 3))
def test_a_view_is_as_wide_as_its_field_of_view(
    azimuth: float, elevation: float, roll: float
) -> None:
    a, e = view_directions(azimuth, elevation, 1.2, 501, 3, roll)
    assert angular_distance(a[1, 250], e[1, 250], azimuth, elevation) < 1e-7
    # Pixel centres: half a pixel less on each side.
    angle = 2 * np.arctan(np.tan(0.6) * 500 / 501)
    assert angular_distance(a[1, 0], e[1, 0], a[1, -1], e[1, -1]) == pytest.approx(angle)


def inside(points: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.bool_]:
    x, y, z = (points @ look_at(box[0], box[1]).T).T
    return (
        (x > 0)
        & (np.abs(y) <= x * np.tan(box[2] / 2))
        & (np.abs(z) <= x * np.tan(box[3] / 2))
    )  # fmt: skip


def test_overlaps_agree_with_counted_points() -> None:
    random = np.random.default_rng(1)
    points = random.normal(size=(60000, 3))
    points /= np.linalg.norm(points, axis=1)[:, None]
    a = random.uniform([-3, -1.5, 0.4, 0.4], [3, 1.5, 3, 3], (40, 4))
    b = a + random.normal(size=(40, 4)) * [0.6, 0.4, 0, 0]
    b[:, 2:] = random.uniform(0.4, 3, (40, 2))
    both = [(inside(points, p), inside(points, q)) for p, q in zip(a, b, strict=True)]
    counted = [(p & q).sum() / (p | q).sum() for p, q in both]
    assert spherical_iou(a, b) == pytest.approx(counted, abs=0.02)
    assert box_area(a) == pytest.approx([p.mean() * 4 * np.pi for p, _ in both], abs=0.09)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0, 0, 1, 1), (0, 0, 1, 1), 1),
        ((0, 0, 1, 1), (np.pi, 0, 1, 1), 0),
        ((0, 0, 1, 1), (1, 0, 1, 1), 0),  # one edge in common
        ((3, 0, 1, np.pi), (-2.7831853, 0, 1, np.pi), 1 / 3),  # lunes half over one another, seam
        ((0, 0, np.pi, np.pi), (np.pi / 2, 0, np.pi, np.pi), 1 / 3),  # hemispheres
        ((0, 0, np.pi, np.pi), (0.3, 1.2, 0.1, 0.1), np.arcsin(np.sin(0.05) ** 2) / (np.pi / 2)),
        ((0, 1, 1, 1), (0, 1, 0.5, 0.7), 0.3662275580872),  # one in the other
        ((0, 0, 0, 0), (0, 0, 0, 0), 0),
        ((0, 0, 0, 1), (0, 0, 1, 1), 0),
    ],
)
def test_overlaps_have_their_analytic_values(
    a: tuple[float, ...], b: tuple[float, ...], expected: float
) -> None:
    assert spherical_iou(a, b) == pytest.approx(expected, abs=1e-7)
    assert spherical_iou(b, a) == pytest.approx(expected, abs=1e-7)


@given(boxes, boxes, st.floats(-7, 7))
def test_overlaps_are_shares_symmetric_and_the_same_after_a_turn(
    a: tuple[float, ...], b: tuple[float, ...], yaw: float
) -> None:
    overlap = spherical_iou(a, b)
    assert 0 <= overlap <= 1
    # Where edges nearly coincide, their crossing is known to about the root of the precision.
    assert spherical_iou(b, a) == pytest.approx(overlap, abs=1e-7)
    turn = np.array([yaw, 0, 0, 0])
    assert spherical_iou(a + turn, b + turn) == pytest.approx(overlap, abs=1e-7)
    assert spherical_iou(a, a) == pytest.approx(1)


def test_overlaps_broadcast() -> None:
    pairs = np.array([[0, 0, 1, 1], [0.2, 0.1, 1, 0.5], [2, 0, 1, 1]])
    table = spherical_iou(pairs[:, None], pairs)
    assert table.shape == (3, 3)
    assert np.diag(table) == pytest.approx(1)


def test_a_box_wider_than_half_the_sphere_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and π"):
        spherical_iou([0, 0, 4, 1], [0, 0, 1, 1])


@given(boxes)
def test_the_outline_of_a_box_has_its_fields_of_view(box: tuple[float, ...]) -> None:
    x, y, z = (to_vector(*box_outline(box, 2)) @ look_at(box[0], box[1]).T).T
    assert 2 * np.arctan2(np.abs(y), x).max() == pytest.approx(box[2], abs=1e-6)
    assert 2 * np.arctan2(np.abs(z), x).max() == pytest.approx(box[3], abs=1e-6)


def test_outlines_go_clockwise_from_the_lower_left() -> None:
    azimuth, elevation = np.degrees(box_outline([[0, 0, 1, 0.5]], 1))
    assert azimuth[0] == pytest.approx([28.65, 28.65, -28.65, -28.65], abs=0.01)
    assert np.sign(elevation[0]).tolist() == [-1, 1, 1, -1]
    assert box_outline(np.zeros((0, 4)), 3)[0].shape == (0, 12)


def test_suppression_keeps_the_best_of_what_overlaps_also_across_the_seam() -> None:
    found = [[3.1, 0, 0.5, 0.5], [-3.1, 0, 0.5, 0.5], [0, 0, 0.5, 0.5], [0, 1.5, 0.5, 0.5]]
    assert spherical_nms(found, [0.5, 0.9, 0.3, 0.4]).tolist() == [1, 3, 2]
    assert spherical_nms(found, [0.5, 0.9, 0.3, 0.4], labels=list("abab")).tolist() == [1, 0, 3, 2]
    assert spherical_nms(np.zeros((0, 4)), []).tolist() == []


@given(st.lists(st.tuples(boxes, st.floats(0, 1)), max_size=8))
def test_suppression_leaves_no_overlap_and_drops_nothing_else(
    found: list[tuple[tuple[float, ...], float]],
) -> None:
    all_boxes = np.array([b for b, _ in found]).reshape(-1, 4)
    scores = np.array([s for _, s in found])
    kept = spherical_nms(all_boxes, scores, 0.3)
    for i in range(len(found)):
        better = [k for k in kept if k != i and scores[k] >= scores[i]]
        overlap = spherical_iou(all_boxes[i], all_boxes[better]).max() if better else 0
        assert overlap <= 0.3 + 1e-9 if i in kept else overlap > 0.3 - 1e-9


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
