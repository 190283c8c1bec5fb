"""Luminance of decoded frames, from the plane that holds it."""

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange

from foa360.media.images import Image

#: Pixel formats whose first plane is luminance, a byte per pixel, and those of them whose levels
#: fill the byte by definition.
FULL_RANGE_FORMATS = frozenset({"yuvj420p", "yuvj422p", "yuvj444p", "gray"})
FORMATS = FULL_RANGE_FORMATS | {"yuv420p", "yuv422p", "yuv444p", "nv12"}
#: Levels of black and white in the limited range (ITU-R BT.709, part 2), expanded to 0 and 255.
BLACK, WHITE = 16, 235
EXPANDED = np.clip(np.round((np.arange(256) - BLACK) * (255 / (WHITE - BLACK))), 0, 255).astype(
    np.uint8
)


def luminance(frame: VideoFrame) -> Image | None:
    """Luminance `(h, w)` of a decoded frame, black 0 and white 255; None for other pixel formats.

    A tenth of the time of a conversion by FFmpeg's scaler.
    """
    plane = frame.planes[0]
    if frame.format.name not in FORMATS or plane.line_size < frame.width:
        return None
    # Copied, since the decoder takes its memory back.
    rows = np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)
    levels = np.ascontiguousarray(rows[: frame.height, : frame.width])
    if frame.format.name in FULL_RANGE_FORMATS or frame.color_range == ColorRange.JPEG:
        return levels
    return np.asarray(cv2.LUT(levels, EXPANDED), np.uint8)
