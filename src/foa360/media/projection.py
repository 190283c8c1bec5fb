"""Convert other layouts of the sphere to one equirectangular (ERP) image.

Cubemaps and barrels are read through cached lookup maps, made from the directions of the ERP
pixels. Faces lie as FFmpeg's filter v360 has them: the equi-angular cubemap as YouTube sends it
(`eac`), and the cubemap of the Spherical Video V2 RFC (`c3x2`, layout 0).
"""

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from foa360.media.barrel import BAND, barrel_maps
from foa360.media.images import Image
from foa360.sphere.directions import pixel_to_direction, to_vector

Floats = NDArray[np.float64]
#: Width and height, pixels.
Size = tuple[int, int]

#: Cubemaps that can be converted to ERP, and all projections that can.
CUBEMAPS = {"eac", "eac_rows", "cubemap", "cubemap_6x1", "cubemap_1x6"}
CONVERTIBLE = {*CUBEMAPS, "barrel"}
#: Layouts of two eyes, of which one is used.
STEREO_LAYOUTS = {"top_bottom", "left_right"}
#: Pixels that YouTube's cubemap adds at the sides, and above and below each row of faces.
EAC_PADDING_PIXELS = 2
#: Narrowest face that a frame is scaled to, pixels.
MIN_FACE_WIDTH = 8


class FrameLayout(NamedTuple):
    """How a frame holds the sphere.

    projection : erp, eac, eac_rows (two streams, see `foa360.media.joined_video`), cubemap,
        cubemap_6x1, cubemap_1x6, barrel, or one that is not converted.
    stereo : mono, top_bottom or left_right; interleaved is not converted.
    bar_rows, bar_columns : share of the frame in black bars, half above and half below, or half at
        each side.
    """

    projection: str = "erp"
    stereo: str = "mono"
    bar_rows: float = 0.0
    bar_columns: float = 0.0


#: Monoscopic ERP: nothing to convert.
ERP = FrameLayout()


class Face(NamedTuple):
    """Place of a cube face within the frame, and its orientation.

    column, row : place among the columns and rows of faces.
    outward, right, down : axis of the direction that points out of the face, to its right and to
        its bottom; x front, y left, z up.
    """

    column: int
    row: int
    outward: str
    right: str
    down: str


EAC_FACES = (
    Face(0, 0, "y", "x", "-z"),
    Face(1, 0, "x", "-y", "-z"),
    Face(2, 0, "-y", "-x", "-z"),
    Face(0, 1, "-z", "-x", "y"),
    Face(1, 1, "-x", "z", "y"),
    Face(2, 1, "z", "x", "y"),
)
CUBEMAP_FACES = (
    Face(0, 0, "-y", "-x", "-z"),
    Face(1, 0, "y", "x", "-z"),
    Face(2, 0, "z", "-y", "x"),
    Face(0, 1, "-z", "-y", "-x"),
    Face(1, 1, "x", "-y", "-z"),
    Face(2, 1, "-x", "y", "-z"),
)
#: Faces of the cubemaps that can be converted, by projection.
FACES: dict[str, tuple[Face, ...]] = {
    "eac": EAC_FACES,
    "eac_rows": EAC_FACES,
    "cubemap": CUBEMAP_FACES,
    "cubemap_6x1": tuple(
        face._replace(column=number, row=0) for number, face in enumerate(CUBEMAP_FACES)
    ),
    "cubemap_1x6": tuple(
        face._replace(column=0, row=number) for number, face in enumerate(CUBEMAP_FACES)
    ),
}


def grid_of(projection: str) -> Size:
    """Return the numbers of columns and rows of the faces of a cubemap."""
    faces = FACES[projection]
    return 1 + max(face.column for face in faces), 1 + max(face.row for face in faces)


def erp_size(layout: FrameLayout, width: int, height: int) -> Size:
    """Return the size of the ERP image that has about the resolution of a frame."""
    top, left = _bars(layout, (width, height))
    width, height = width - 2 * left, height - 2 * top
    width, height = _one_eye(layout, (width, height))
    if layout.projection in CUBEMAPS:
        face = height // grid_of(layout.projection)[1]
        return 4 * face, 2 * face
    if layout.projection == "barrel":
        half = round(BAND * width / 2)
        return 2 * half, half
    return width, height


def source_size(layout: FrameLayout, width: int, height: int) -> Size:
    """Return the size at which a frame is needed for an ERP image of a size."""
    if layout.projection == "barrel":
        width, height = round(width / BAND), width // 2
    elif layout.projection in CUBEMAPS:
        # At this width, the middle of a face is as fine as the ERP image.
        face = max(MIN_FACE_WIDTH, round(width / 3 / 2) * 2)
        columns, rows = grid_of(layout.projection)
        width, height = columns * face, rows * face
    if layout.stereo == "top_bottom":
        height = 2 * height
    if layout.stereo == "left_right":
        width = 2 * width
    return round(width / (1 - layout.bar_columns)), round(height / (1 - layout.bar_rows))


def to_erp(frame: Image, layout: FrameLayout, size: Size, native: Size | None = None) -> Image:
    """Convert one eye of a frame, the left or upper one, to an ERP image.

    Parameters
    ----------
    frame : (h, w) or (h, w, 3)
        Of the size that `source_size` returns.
    layout : FrameLayout
        How the frame holds the sphere.
    size : (width, height)
        Of the ERP image.
    native : (width, height), optional
        Size of the frame in the video, if it was scaled; decides how wide padding is.
    """
    native = _one_eye(layout, native or (frame.shape[1], frame.shape[0]))
    top, left = _bars(layout, (frame.shape[1], frame.shape[0]))
    frame = frame[top : frame.shape[0] - top, left : frame.shape[1] - left]
    width, height = _one_eye(layout, (frame.shape[1], frame.shape[0]))
    frame = frame[:height, :width]
    if layout.projection not in CONVERTIBLE:
        if (width, height) != size and (top or left):
            # Rounding of the bars: a pixel more or less.
            frame = cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(frame, np.uint8)
    if layout.projection == "barrel":
        columns, rows = barrel_maps(size, (width, height))
        return np.asarray(cv2.remap(frame, columns, rows, cv2.INTER_LINEAR), np.uint8)
    padding = (0.0, 0.0)
    edges = tuple(np.linspace(0, 1, grid_of(layout.projection)[0] + 1).tolist())
    if layout.projection == "eac":
        padding = (EAC_PADDING_PIXELS / native[0], EAC_PADDING_PIXELS / native[1])
    elif layout.projection == "eac_rows":
        # The middle face is square; those beside it may be narrower, see `joined_video`.
        beside = (1 - native[1] / 2 / native[0]) / 2
        edges = (0.0, beside, 1 - beside, 1.0)
    columns, rows = _lookup_maps(layout.projection, size, (width, height), padding, edges)
    return np.asarray(cv2.remap(frame, columns, rows, cv2.INTER_LINEAR), np.uint8)


def _bars(layout: FrameLayout, size: Size) -> tuple[int, int]:
    """Return the rows of one bar above, and the columns of one bar at a side."""
    return round(size[1] * layout.bar_rows / 2), round(size[0] * layout.bar_columns / 2)


def _one_eye(layout: FrameLayout, size: Size) -> Size:
    """Return the size of the part of a frame that one eye has."""
    width, height = size
    if layout.stereo == "top_bottom":
        return width, height // 2
    if layout.stereo == "left_right":
        return width // 2, height
    return width, height


@lru_cache(maxsize=8)
def _lookup_maps(
    projection: str,
    size: Size,
    source: Size,
    padding: tuple[float, float],
    edges: tuple[float, ...],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return columns and rows of a cubemap of a `source` size, for each pixel of an ERP image.

    `padding` is that at the sides, and above and below each row of faces, relative to the frame;
    `edges` are those of the columns of faces within the padding, 0 to 1.
    """
    width, height = size
    source_width, source_height = source
    u, v = np.meshgrid(np.arange(width), np.arange(height))
    vectors = to_vector(*pixel_to_direction(u, v, width, height))
    along = _by_axis(vectors)
    nearest = np.abs(vectors).max(-1)
    columns = np.zeros((height, width))
    rows = np.zeros((height, width))
    in_column = grid_of(projection)[1]
    for face in FACES[projection]:
        on_face = along[face.outward] >= nearest
        right = along[face.right][on_face] / nearest[on_face]
        down = along[face.down][on_face] / nearest[on_face]
        if FACES[projection] is EAC_FACES:
            right = np.arctan(right) * 4 / np.pi
            down = np.arctan(down) * 4 / np.pi
        first, last = edges[face.column : face.column + 2]
        u = (first + (last - first) * (right + 1) / 2) * (1 - 2 * padding[0]) + padding[0]
        v = (down + 1) / 2 * (1 / in_column - 2 * padding[1]) + padding[1] + face.row / in_column
        # Not beyond the outermost pixels of a row: the other row shows other directions.
        tall = source_height / in_column
        columns[on_face] = np.clip(u * source_width - 0.5, 0, source_width - 1)
        rows[on_face] = np.clip(v * source_height - 0.5, face.row * tall, (face.row + 1) * tall - 1)
        if FACES[projection] is not EAC_FACES:
            ends = first * source_width, last * source_width - 1
            columns[on_face] = np.clip(columns[on_face], *ends)
    return columns.astype(np.float32), rows.astype(np.float32)


def _by_axis(vectors: Floats) -> dict[str, Floats]:
    """Return the components of unit vectors along the six axes."""
    along = {}
    for index, axis in enumerate("xyz"):
        along[axis] = vectors[..., index]
        along[f"-{axis}"] = -vectors[..., index]
    return along
