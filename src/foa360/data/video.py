"""Crops of the low-resolution video of a clip at its viewpoints."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from foa360.data.crops import crop_positions, crop_views
from foa360.data.transforms import Augmentation, augment_video
from foa360.media.images import decode_image
from foa360.shards.read import Shard


class View(NamedTuple):
    """Where crops look to, and what they are.

    viewpoints : (K, 2). Azimuth and elevation, radians.
    fov : field of view, radians.
    size : width and height, pixels.
    mirror : whether left and right are exchanged.
    augmentation : change of the colours, the same for all.
    """

    viewpoints: NDArray[np.floating]
    fov: float
    size: int
    mirror: bool = False
    augmentation: Augmentation | None = None


def read_crops(
    shard: Shard, row: int, times: NDArray[np.floating], view: View
) -> NDArray[np.uint8]:
    """Read crops `(K, 3, T, size, size)` of a clip, RGB.

    Parameters
    ----------
    shard, row
        The clip.
    times : (T,)
        Within the clip, ascending, s; of each the image of its interval, or the nearest one.
    view
        Where the crops look to.
    """
    size = view.size
    numbers = (times * shard.settings.video_fps).astype(int)
    numbers = np.clip(numbers, 0, shard.image_count() - 1)
    # Several frames of a sample can be the same image: it is cropped once.
    distinct, begins = np.unique(numbers, return_index=True)
    ends = np.append(begins[1:], len(times))
    images = [decode_image(data) for data in shard.encoded_images(row, distinct.tolist())]
    height, width, _ = images[0].shape
    columns, rows = crop_positions(view.viewpoints, view.fov, size, (width, height), view.mirror)
    views = len(columns)
    video = np.empty((views, 3, len(times), size, size), np.uint8)
    for image, begin, end in zip(images, begins, ends, strict=True):
        crops = crop_views(image, columns, rows)
        if view.augmentation is not None:
            crops = augment_video(crops, view.augmentation)
        for channel, plane in enumerate(cv2.split(crops.reshape(-1, size, 3))):
            video[:, channel, begin:end] = plane.reshape(views, 1, size, size)
    return video
