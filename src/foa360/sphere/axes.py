"""All orders and signs of three dipoles, and what they mean in words."""

from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

#: Words for dipoles in their order, by those whose sign is reversed.
REVERSED = {
    "": "the channels in use",
    "x": "mirrored: front and back are exchanged",
    "y": "mirrored: left and right are exchanged",
    "z": "upside down: up and down are exchanged",
    "xy": "rotated by 180° about the vertical axis",
    "xz": "upside down: rotated by 180° about the axis to the left",
    "yz": "upside down: rotated by 180° about the axis to the front",
    "xyz": "mirrored: the signs of all dipoles are reversed",
}


def channel_axes() -> tuple[list[str], NDArray[np.float64]]:
    """List all orders and signs of three dipoles: names, and matrices `(48, 3, 3)`.

    A name says which channel serves as x, as y and as z, such as `+y -x +z`; the first one is
    `foa360.core.records.UNCHANGED_AXES`. The matrix converts a direction that was computed from
    channels named x, y, z.
    """
    names, matrices = [], []
    for order, signs in product(permutations(range(3)), product((1, -1), repeat=3)):
        matrix = np.zeros((3, 3))
        matrix[range(3), order] = signs
        matrices.append(matrix)
        axes = ["-+"[sign > 0] + "xyz"[i] for i, sign in zip(order, signs, strict=True)]
        names.append(" ".join(axes))
    return names, np.array(matrices)


def axes_meaning(name: str) -> str:
    """Say in words what a name of `channel_axes` means for the channels as they are."""
    signs, order = zip(*name.split(), strict=True)
    if order == ("x", "y", "z"):
        return REVERSED[
            "".join(axis for sign, axis in zip(signs, order, strict=True) if sign == "-")
        ]
    names, matrices = channel_axes()
    mirrored = np.linalg.det(matrices[names.index(name)]) < 0
    return "in another order" + (", and mirrored" if mirrored else ", as after a rotation")
