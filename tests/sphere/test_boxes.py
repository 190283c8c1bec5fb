"""Boxes on the sphere: area, overlap, suppression, outline."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from foa360.ambisonics import look_at
from foa360.sphere import (
    box_area,
    box_outline,
    spherical_iou,
    spherical_nms,
    to_vector,
)

boxes = st.tuples(
    st.floats(-3.14, 3.14), st.floats(-1.57, 1.57), st.floats(0.05, 3.1), st.floats(0.05, 3.1)
)


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
def test_overlaps_are_shares_symmetric_and_the_same_after_a_yaw(
    a: tuple[float, ...], b: tuple[float, ...], yaw: float
) -> None:
    overlap = spherical_iou(a, b)
    assert 0 <= overlap <= 1
    # Where edges nearly coincide, their crossing is known to about the root of the precision.
    assert spherical_iou(b, a) == pytest.approx(overlap, abs=1e-7)
    rotation = np.array([yaw, 0, 0, 0])
    assert spherical_iou(a + rotation, b + rotation) == pytest.approx(overlap, abs=1e-7)
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
