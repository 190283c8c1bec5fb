"""Orders and signs of three dipoles, and their meaning in words."""

import numpy as np
import pytest

from foa360.core.records import UNCHANGED_AXES
from foa360.sphere.axes import axes_meaning, channel_axes


def test_axes_are_all_orders_and_signs_and_the_first_changes_nothing():
    names, matrices = channel_axes()
    assert names[0] == UNCHANGED_AXES
    assert (matrices[0] == np.eye(3)).all()
    assert len(set(names)) == 48
    assert np.abs(np.linalg.det(matrices)) == pytest.approx(1)
    # The channel named first serves as x.
    number = names.index("+y -x +z")
    assert matrices[number] @ [0, 1, 0] == pytest.approx([1, 0, 0])


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("+x -y +z", "mirrored"),
        ("-x +y +z", "mirrored"),
        ("+x +y -z", "upside down"),
        ("+x -y -z", "upside down"),
        ("-x +y -z", "upside down"),
        ("-x -y +z", "rotated"),
        ("+y +x +z", "another order, and mirrored"),
        ("+y -x +z", "as after a rotation"),
    ],
)
def test_axes_have_a_meaning_in_words(name: str, word: str):
    assert word in axes_meaning(name)


def test_mirrored_axes_are_those_that_no_rotation_gives():
    for name, matrix in zip(*channel_axes(), strict=True):
        if "mirrored" in axes_meaning(name):
            assert np.linalg.det(matrix) < 0
