"""Still images as encoded files."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def encode_jpeg(image: Image, quality: int) -> bytes:
    """JPEG file of an RGB image `(h, w, 3)`; quality from 0 to 100."""
    _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data.tobytes())


def decode_image(data: bytes) -> Image:
    """RGB image `(h, w, 3)` of an encoded file. Raises ValueError if it does not decode."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if image is None:
        raise ValueError("the image does not decode")
    return np.asarray(image, np.uint8)
