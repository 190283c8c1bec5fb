"""Display matrices: how a decoded frame is mirrored and rotated before it is shown."""

from typing import NamedTuple

import numpy as np

from foa360.media.container import Frame
from foa360.media.images import Image

#: Elements of a display matrix below this share of the largest count as zero: fixed-point numbers.
ROUNDING_SHARE = 1e-3
#: Bytes of a display matrix: 3 × 3 numbers of 32 bits (ISO/IEC 14496-12, 8.3.2).
MATRIX_BYTES = 36


class Orientation(NamedTuple):
    """Steps from a decoded frame to the one that is shown, in this order; y points down.

    is_transposed : rows become columns.
    flips_x, flips_y : columns, rows are reversed.
    """

    is_transposed: bool = False
    flips_x: bool = False
    flips_y: bool = False

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the size (width, height) that frames of a size have before or after the steps."""
        return (height, width) if self.is_transposed else (width, height)

    def apply(self, image: Image) -> Image:
        """Return a decoded image `(h, w)` or `(h, w, 3)` as it is shown."""
        if self.is_transposed:
            image = image.swapaxes(0, 1)
        return np.ascontiguousarray(
            image[:: -1 if self.flips_y else 1, :: -1 if self.flips_x else 1]
        )


UPRIGHT = Orientation()


def frame_orientation(frame: Frame) -> Orientation | None:
    """Return how a frame is shown; None for what is no mirroring or rotation by right angles."""
    for data in frame.side_data:
        if data.type.name == "DISPLAYMATRIX":
            return matrix_orientation(bytes(data))
    return UPRIGHT


def matrix_orientation(matrix: bytes) -> Orientation | None:
    """Return what a display matrix does, as FFmpeg stores it: 3 × 3 numbers of 32 bits.

    All four signs count. None for shear, other angles, perspective, and directions that vanish; a
    matrix of zeros, which some writers leave, is no statement.
    """
    if len(matrix) < MATRIX_BYTES:
        return UPRIGHT
    # (x, y) is shown at (a·x + c·y, b·x + d·y); u and v are a perspective.
    a, b, u, c, d, v = np.frombuffer(matrix, np.int32, 6).tolist()
    elements = np.array([a, b, c, d], float)
    vanishes = np.abs(elements) <= ROUNDING_SHARE * np.abs(elements).max()
    if vanishes.all():
        return UPRIGHT
    if u or v:
        return None
    if vanishes.tolist() == [False, True, True, False]:
        return Orientation(False, a < 0, d < 0)
    if vanishes.tolist() == [True, False, False, True]:
        return Orientation(True, c < 0, b < 0)
    return None
