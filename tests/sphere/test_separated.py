"""Separated directions keep the order of preference and the distance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from foa360.sphere import angular_distance, separated_directions

azimuths = st.floats(-3.14, 3.14)
elevations = st.floats(-1.57, 1.57)
directions = st.lists(st.tuples(azimuths, elevations), max_size=30)


def along_the_equator(*degrees: float) -> NDArray[np.float64]:
    """Candidates at azimuths in degrees."""
    return np.column_stack([np.radians(degrees), np.zeros(len(degrees))])


def distances(chosen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angles between all pairs `(n, n)`, radians."""
    first, second = chosen[:, None], chosen[None]
    return angular_distance(first[..., 0], first[..., 1], second[..., 0], second[..., 1])


def test_candidates_that_are_too_near_are_passed_over() -> None:
    candidates = along_the_equator(0, 10, 40, 50, -90)
    assert separated_directions(candidates, 3, np.radians(36)).tolist() == [0, 2, 4]


def test_distances_hold_across_the_seam() -> None:
    candidates = along_the_equator(175, -175, 0)
    assert separated_directions(candidates, 2, np.radians(36)).tolist() == [0, 2]


def test_the_farthest_candidates_complete_the_number() -> None:
    candidates = along_the_equator(0, 5, 20, 10)
    assert separated_directions(candidates, 3, np.radians(36)).tolist() == [0, 2, 3]


def test_a_distance_for_each_candidate_relaxes_the_requirement() -> None:
    candidates = along_the_equator(0, 10, 10, 20)
    limits = np.radians([36, 36, 9, 36])
    assert separated_directions(candidates, 2, limits).tolist() == [0, 2]


def test_equal_candidates_are_chosen_once_each() -> None:
    candidates = along_the_equator(0, 0, 0)
    assert sorted(separated_directions(candidates, 3, 1.0)) == [0, 1, 2]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_no_more_are_chosen_than_there_are(count: int) -> None:
    assert len(separated_directions(along_the_equator(0, 90), count, 0.1)) == min(count, 2)
    assert len(separated_directions(np.zeros((0, 2)), count, 0.1)) == 0


@given(directions, st.integers(1, 8), st.floats(0, 1.5))
def test_each_choice_is_separated_or_the_farthest_that_remained(
    candidates: list[tuple[float, float]], count: int, min_distance: float
) -> None:
    points = np.array(candidates).reshape(-1, 2)
    chosen = separated_directions(points, count, min_distance)
    assert len(chosen) == len(set(chosen.tolist())) == min(count, len(points))
    table = distances(points)
    for position in range(1, len(chosen)):
        before, current = chosen[:position], chosen[position]
        nearest = table[:, before].min(1)
        remaining = np.setdiff1d(np.arange(len(points)), before)
        separated = remaining[nearest[remaining] >= min_distance]
        if len(separated):
            assert current == separated[0], "the first that is far enough"
        else:
            assert nearest[current] == nearest[remaining].max(), "else the farthest"


@given(directions, st.integers(1, 8), st.floats(0, 1.5))
def test_more_directions_begin_with_the_same_ones(
    candidates: list[tuple[float, float]], count: int, min_distance: float
) -> None:
    fewer = separated_directions(candidates, count, min_distance)
    more = separated_directions(candidates, count + 1, min_distance)
    assert more[: len(fewer)].tolist() == fewer.tolist()
