"""From other layouts of the sphere to one equirectangular (ERP) picture.

Cubemaps are read through cached lookup maps, made from the directions of the ERP pixels. The faces
lie as FFmpeg's filter v360 has them: the equi-angular cubemap as YouTube sends it (`eac`), and the
cubemap of the Spherical Video V2 RFC (`c3x2`, layout 0).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from foa360.sphere.directions import pixel_to_direction, to_vector

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]

#: Faces that can be converted, and layouts of two eyes of which one is taken.
CONVERTIBLE, STEREO = {"eac", "cubemap"}, {"top_bottom", "left_right"}


class Layout(NamedTuple):
    """How a frame holds the sphere: erp, eac or cubemap; mono, top_bottom or left_right."""

    projection: str = "erp"
    stereo: str = "mono"

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Layout":
        """Layout of a row of the curation table."""
        return cls(row.get("projection") or "erp", row.get("stereo") or "mono")


ERP = Layout()
#: Pixels that YouTube's cubemap adds at the sides, and above and below each row of faces.
PADDING = 2


def erp_size(layout: Layout, width: int, height: int) -> tuple[int, int]:
    """Size of the ERP picture that has about the resolution of a frame (width, height)."""
    if layout.stereo == "top_bottom":
        height //= 2
    elif layout.stereo == "left_right":
        width //= 2
    if layout.projection in CONVERTIBLE:
        return 4 * (height // 2), 2 * (height // 2)
    return width, height


def source_size(layout: Layout, width: int, height: int) -> tuple[int, int]:
    """Size (width, height) at which a frame is needed for an ERP picture of a size."""
    if layout.projection in CONVERTIBLE:
        face = max(8, round(width / 3 / 2) * 2)  # the middle of a face is not coarser than ERP
        width, height = 3 * face, 2 * face
    if layout.stereo == "top_bottom":
        return width, 2 * height
    return (2 * width, height) if layout.stereo == "left_right" else (width, height)


def to_erp(
    frame: Image, layout: Layout, width: int, height: int, native: tuple[int, int] | None = None
) -> Image:
    """ERP picture `(height, width)` or `(height, width, 3)` of one eye of a frame.

    The frame has the size that `source_size` says; `native` is the size (width, height) that it
    had in the video, where that is another. The left eye or the upper one is taken.
    """
    across, down = native or frame.shape[1::-1]
    across //= 2 if layout.stereo == "left_right" else 1
    down //= 2 if layout.stereo == "top_bottom" else 1
    if layout.stereo == "top_bottom":
        frame = frame[: frame.shape[0] // 2]
    elif layout.stereo == "left_right":
        frame = frame[:, : frame.shape[1] // 2]
    if layout.projection not in CONVERTIBLE:
        return np.ascontiguousarray(frame)
    shape = frame.shape[1], frame.shape[0]
    pad = (PADDING / across, PADDING / down) if layout.projection == "eac" else (0.0, 0.0)
    maps = _maps(layout.projection, width, height, shape, pad)
    return np.asarray(cv2.remap(frame, *maps, cv2.INTER_LINEAR), np.uint8)


#: Column and row of each face, and what grows to the right and downwards on it, as axes of the
#: direction: x front, y left, z up.
EAC = {
    "left": (0, 0, "x", "-z"), "front": (1, 0, "-y", "-z"), "right": (2, 0, "-x", "-z"),
    "down": (0, 1, "-x", "y"), "back": (1, 1, "z", "y"), "up": (2, 1, "x", "y"),
}  # fmt: skip
CUBEMAP = {
    "right": (0, 0, "-x", "-z"), "left": (1, 0, "x", "-z"), "up": (2, 0, "-y", "x"),
    "down": (0, 1, "-y", "-x"), "front": (1, 1, "-y", "-z"), "back": (2, 1, "y", "-z"),
}  # fmt: skip
OUTWARD = {"front": "x", "back": "-x", "left": "y", "right": "-y", "up": "z", "down": "-z"}


@lru_cache(maxsize=8)
def _maps(
    projection: str, width: int, height: int, shape: tuple[int, int], pad: tuple[float, float]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Columns and rows of a frame (width, height), for each pixel of an ERP picture.

    `pad` is the padding at the sides, and above and below each row of faces, relative to the frame.
    """
    u, v = np.meshgrid(np.arange(width), np.arange(height))
    vector = to_vector(*pixel_to_direction(u, v, width, height))
    along = {name: vector[..., i] for i, name in enumerate("xyz")}
    along |= {f"-{name}": -values for name, values in along.items()}
    columns, rows = np.zeros((height, width)), np.zeros((height, width))
    reach = np.abs(vector).max(-1)
    for name, (column, row, right, down) in (EAC if projection == "eac" else CUBEMAP).items():
        here = along[OUTWARD[name]] >= reach
        across, downwards = along[right][here] / reach[here], along[down][here] / reach[here]
        if projection == "eac":
            across, downwards = np.arctan(across) * 4 / np.pi, np.arctan(downwards) * 4 / np.pi
        u = (column + (across + 1) / 2) / 3 * (1 - 2 * pad[0]) + pad[0]
        v = (downwards + 1) / 2 * (0.5 - 2 * pad[1]) + pad[1] + row / 2
        # Not beyond a row's outermost pixels: below the upper row lie other views.
        half = shape[1] / 2
        columns[here] = np.clip(u * shape[0] - 0.5, 0, shape[0] - 1)
        rows[here] = np.clip(v * shape[1] - 0.5, row * half, (row + 1) * half - 1)
        if projection == "cubemap":
            third = shape[0] / 3
            columns[here] = np.clip(columns[here], column * third, (column + 1) * third - 1)
    return columns.astype(np.float32), rows.astype(np.float32)
