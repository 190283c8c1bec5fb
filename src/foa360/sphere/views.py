"""Perspective (gnomonic) views out of ERP frames, in NumPy and in PyTorch."""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from foa360.ambisonics import look_at, rotation
from foa360.sphere.directions import direction_to_pixel, to_direction

Floats = NDArray[np.float64]
Maps = tuple[NDArray[np.float32], NDArray[np.float32]]


def perspective_crop(
    frame: Any,
    azimuth: ArrayLike,
    elevation: ArrayLike,
    fov: ArrayLike,
    size: int | tuple[int, int],
    roll: ArrayLike = 0.0,
) -> Any:
    """Perspective view, or views, out of ERP frames.

    Parameters
    ----------
    frame : array (H, W) or (H, W, C), or tensor (..., C, H, W)
        A whole equirectangular frame, or as tensors any number of them.
    azimuth, elevation : (*views)
        Direction that the middle of a view looks to, radians. These, `fov` and `roll` broadcast.
    fov : (*views)
        Horizontal field of view, radians, below π.
    size : int or (width, height)
        Of a view, pixels.
    roll : (*views)
        Turn of the camera about its axis, clockwise as it sees itself, radians.

    Returns
    -------
    array (*views, h, w[, C]) or tensor (..., *views, C, h, w)
        Bilinear samples, of the frame's type; neither the seam nor a pole is a border. For tensors
        on their device, and differentiable for floating ones.
    """
    if not np.all((np.asarray(fov) > 0) & (np.asarray(fov) < np.pi)):
        raise ValueError("fields of view of views must lie between 0 and 180°")
    width, height = (size, size) if isinstance(size, int) else size
    looks = np.stack(
        np.broadcast_arrays(*(np.asarray(v, float) for v in (azimuth, elevation, fov, roll))), -1
    )
    shape, keys = looks.shape[:-1], [tuple(v) for v in looks.reshape(-1, 4).round(5).tolist()]
    if not isinstance(frame, np.ndarray):
        return _sample(frame, keys, width, height, shape)
    padded = _pad(frame)
    out = np.empty((len(keys), height, width, *frame.shape[2:]), frame.dtype)
    for view, key in zip(out, keys, strict=True):
        u, v = _crop_maps(key, width, height, frame.shape[1], frame.shape[0])
        cv2.remap(padded, u, v, cv2.INTER_LINEAR, view, cv2.BORDER_REPLICATE)
    return out.reshape(*shape, *out.shape[1:])


def view_directions(
    azimuth: float, elevation: float, fov: float, width: int, height: int, roll: float = 0.0
) -> tuple[Floats, Floats]:
    """Direction of each pixel `(height, width)` of a perspective view; square pixels."""
    step = 2 * np.tan(fov / 2) / width
    right = (np.arange(width) - (width - 1) / 2) * step
    down = (np.arange(height) - (height - 1) / 2) * step
    ray = np.stack(np.broadcast_arrays(1.0, -right[None, :], -down[:, None]), -1)
    return to_direction(ray @ rotation(0.0, 0.0, -roll) @ look_at(azimuth, elevation))


@lru_cache(maxsize=256)
def _crop_maps(
    view: tuple[float, float, float, float], width: int, height: int, across: int, down: int
) -> Maps:
    """Sampling positions in a frame (across, down) that is padded by one pixel on each side."""
    azimuth, elevation, fov, roll = view
    looked = view_directions(azimuth, elevation, fov, width, height, roll)
    u, v = direction_to_pixel(*looked, across, down)
    return (u + 1).astype(np.float32), (v + 1).astype(np.float32)


def _pad(frame: NDArray[Any]) -> NDArray[Any]:
    """One pixel more on each side: across the seam, and over the poles to the other side."""
    half = frame.shape[1] // 2
    beyond = [np.roll(frame[:1], half, 1), frame, np.roll(frame[-1:], half, 1)]
    return np.pad(np.concatenate(beyond), [(0, 0), (1, 1)] + [(0, 0)] * (frame.ndim - 2), "wrap")


def _sample(
    frame: Any, keys: list[tuple[float, ...]], width: int, height: int, shape: tuple[int, ...]
) -> Any:
    import torch

    *lead, channels, down, across = frame.shape
    x = frame.reshape(-1, channels, down, across)
    x = x if x.is_floating_point() else x.float()
    half = across // 2
    x = torch.cat([x[:, :, :1].roll(half, -1), x, x[:, :, -1:].roll(half, -1)], 2)
    x = torch.cat([x[..., -1:], x, x[..., :1]], 3)
    # The views below one another are one picture to sample: frames need not be repeated.
    grid = _grid(tuple(keys), width, height, across, down, str(x.device)).to(x.dtype)
    out = torch.nn.functional.grid_sample(
        x, grid.expand(len(x), -1, -1, -1), padding_mode="border", align_corners=True
    )
    out = out.reshape(len(x), channels, len(keys), height, width).transpose(1, 2)
    if not frame.is_floating_point():
        out = out.round().to(frame.dtype)
    return out.reshape(*lead, *shape, channels, height, width)


@lru_cache(maxsize=16)
def _grid(
    keys: tuple[Any, ...], width: int, height: int, across: int, down: int, device: str
) -> Any:
    import torch

    maps = [_crop_maps(key, width, height, across, down) for key in keys]
    u, v = (np.concatenate(part) for part in zip(*maps, strict=True))
    grid = np.stack([u / (across + 1), v / (down + 1)], -1) * 2 - 1
    return torch.from_numpy(grid.astype(np.float32)).to(device)[None]
