"""Perspective (gnomonic) views out of ERP frames, in NumPy and in PyTorch."""

from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar, cast

import cv2
import numpy as np
from array_api_compat import array_namespace, is_torch_array
from numpy.typing import ArrayLike, NDArray

from foa360.ambisonics.field import look_at, rotation
from foa360.sphere.directions import direction_to_pixel, to_direction

if TYPE_CHECKING:
    from torch import Tensor  # not imported for NumPy arrays: it takes a second

Floats = NDArray[np.float64]
Frames = TypeVar("Frames", bound="NDArray[np.generic] | Tensor")
#: Columns and rows of a frame, pixels.
Positions = tuple[NDArray[np.float32], NDArray[np.float32]]
#: Azimuth, elevation, field of view and roll of a view, radians.
View = tuple[float, float, float, float]
#: Width and height, pixels.
Size = tuple[int, int]


def perspective_crop(
    frame: Frames,
    azimuth: ArrayLike,
    elevation: ArrayLike,
    fov: ArrayLike,
    size: int | tuple[int, int],
    roll: ArrayLike = 0.0,
) -> Frames:
    """Crop a perspective view, or several, from ERP frames.

    Parameters
    ----------
    frame : array (H, W) or (H, W, C), or tensor (..., C, H, W)
        A whole equirectangular frame; as tensors any number of them.
    azimuth, elevation : (*views)
        Direction of the centre of a view, radians. These, `fov` and `roll` broadcast.
    fov : (*views)
        Horizontal field of view, radians, below π.
    size : int or (width, height)
        Size of a view, pixels.
    roll : (*views)
        Rotation of the camera about its axis, clockwise from behind the camera, radians.

    Returns
    -------
    array (*views, h, w[, C]) or tensor (..., *views, C, h, w)
        Bilinear samples, of the frame's type; neither the seam nor a pole is a border. Tensors stay
        on their device, and are differentiable if they are floating.

    Raises
    ------
    ValueError
        For a field of view outside (0, π).
    """
    if not np.all((np.asarray(fov) > 0) & (np.asarray(fov) < np.pi)):
        raise ValueError("fields of view of views must lie between 0 and 180°")
    size = (size, size) if isinstance(size, int) else size
    angles = [np.asarray(angle, float) for angle in (azimuth, elevation, fov, roll)]
    parameters = np.stack(np.broadcast_arrays(*angles), -1)
    shape = parameters.shape[:-1]
    views = [cast(View, tuple(row)) for row in parameters.reshape(-1, 4).round(5).tolist()]
    if is_torch_array(frame):
        crops = _sample_tensor(frame, views, size)
        return cast(Frames, crops.reshape(*crops.shape[:-4], *shape, *crops.shape[-3:]))
    array = cast("NDArray[np.generic]", frame)
    samples = _sample_array(array, views, size)
    return cast(Frames, samples.reshape(*shape, *samples.shape[1:]))


def view_directions(
    azimuth: float, elevation: float, fov: float, width: int, height: int, roll: float = 0.0
) -> tuple[Floats, Floats]:
    """Compute the direction of each pixel of a perspective view with square pixels.

    Parameters
    ----------
    azimuth, elevation : float
        Direction of the centre of the view, radians.
    fov : float
        Horizontal field of view, radians.
    width, height : int
        Size of the view, pixels.
    roll : float
        Rotation of the camera about its axis, clockwise from behind the camera, radians.

    Returns
    -------
    azimuth, elevation : (height, width)
        Radians.
    """
    step = 2 * np.tan(fov / 2) / width
    right = (np.arange(width) - (width - 1) / 2) * step
    down = (np.arange(height) - (height - 1) / 2) * step
    ray = np.stack(np.broadcast_arrays(1.0, -right[None, :], -down[:, None]), -1)
    return to_direction(ray @ rotation(0.0, 0.0, -roll) @ look_at(azimuth, elevation))


@lru_cache(maxsize=256)
def _positions(view: View, size: Size, frame_size: Size) -> Positions:
    """Compute where a view samples a frame that is padded by one pixel on each side."""
    azimuth, elevation, fov, roll = view
    directions = view_directions(azimuth, elevation, fov, *size, roll)
    u, v = direction_to_pixel(*directions, *frame_size)
    return (u + 1).astype(np.float32), (v + 1).astype(np.float32)


def _sample_array(frame: NDArray[np.generic], views: list[View], size: Size) -> NDArray[np.generic]:
    """Sample views `(n, h, w[, C])` of a frame `(H, W[, C])`."""
    width, height = size
    padded = pad_frames(frame, row_axis=0)
    crops = np.empty((len(views), height, width, *frame.shape[2:]), frame.dtype)
    for crop, view in zip(crops, views, strict=True):
        u, v = _positions(view, size, (frame.shape[1], frame.shape[0]))
        cv2.remap(padded, u, v, cv2.INTER_LINEAR, crop, cv2.BORDER_REPLICATE)
    return crops


def _sample_tensor(frames: "Tensor", views: list[View], size: Size) -> "Tensor":
    """Sample views `(..., n, C, h, w)` of frames `(..., C, H, W)`."""
    from torch.nn.functional import grid_sample

    width, height = size
    *leading, channels, frame_height, frame_width = frames.shape
    images = frames.reshape(-1, channels, frame_height, frame_width)
    if not images.is_floating_point():
        images = images.float()
    padded = pad_frames(images, row_axis=-2)
    # The views of a frame are sampled as one image, below one another: no frame is repeated.
    grid = _grid(tuple(views), size, (frame_width, frame_height), str(images.device))
    grid = grid.to(images.dtype).expand(len(images), -1, -1, -1)
    crops = grid_sample(padded, grid, padding_mode="border", align_corners=True)
    crops = crops.reshape(len(images), channels, len(views), height, width).transpose(1, 2)
    if not frames.is_floating_point():
        crops = crops.round().to(frames.dtype)
    return crops.reshape(*leading, len(views), channels, height, width)


@lru_cache(maxsize=16)
def _grid(views: tuple[View, ...], size: Size, frame_size: Size, device: str) -> "Tensor":
    """Arrange sampling positions `(1, n * h, w, 2)` in a padded frame, from -1 to 1."""
    from torch import from_numpy

    columns, rows = zip(*(_positions(view, size, frame_size) for view in views), strict=True)
    u, v = np.concatenate(columns), np.concatenate(rows)
    width, height = frame_size
    grid = np.stack([u / (width + 1), v / (height + 1)], -1) * 2 - 1
    return from_numpy(grid.astype(np.float32)).to(device)[None]


def pad_frames(frames: Frames, row_axis: int) -> Frames:
    """Add a pixel on each side: across the seam, and over the poles to the other side.

    Rows are counted along `row_axis`, columns along the axis after it. A bilinear sample of any
    direction then has all four of its neighbours.
    """
    xp = array_namespace(frames)
    column_axis = row_axis + 1
    half = frames.shape[column_axis] // 2
    above = xp.roll(_line(frames, row_axis, 0), half, axis=column_axis)
    below = xp.roll(_line(frames, row_axis, -1), half, axis=column_axis)
    frames = xp.concat([above, frames, below], axis=row_axis)
    left = _line(frames, column_axis, -1)
    right = _line(frames, column_axis, 0)
    return xp.concat([left, frames, right], axis=column_axis)


def _line(frames: Frames, axis: int, index: int) -> Frames:
    """Select the row or column at an index, keeping the axis."""
    selection = [slice(None)] * frames.ndim
    selection[axis] = slice(index, index + 1 or None)
    return cast(Frames, frames[tuple(selection)])
