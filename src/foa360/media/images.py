"""Still images as encoded files."""

import struct

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

#: Largest image that is decoded, pixels: 16384 × 8192.
MAX_IMAGE_PIXELS = 1 << 27
#: JPEG (ITU-T T.81, Annex B): first marker, byte before each marker, heads of frames in sequential
#: Huffman coding, and segments that can stand before them: tables, comments, data of applications.
JPEG_BEGIN = b"\xff\xd8"
MARKER_BEGIN = 0xFF
SEQUENTIAL_FRAMES = (0xC0, 0xC1)
OTHER_SEGMENTS = frozenset({0xC4, 0xDB, 0xDD, *range(0xE0, 0xF0), 0xFE})
#: Head of a segment: marker and length. Head of a frame: also precision, height and width.
SEGMENT_HEAD = struct.Struct(">BBH")
FRAME_HEAD = struct.Struct(">BBHBHH")


def shrink(image: Image, size: tuple[int, int]) -> Image:
    """Average a grey image `(h, w)` to (width, height).

    Large ones are halved first, which is several times as fast.
    """
    height, width = image.shape
    if width // 2 >= 2 * size[0] and height // 2 >= 2 * size[1]:
        half = (width // 2, height // 2)
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def encode_jpeg(image: Image, quality: int, full_colour: bool = False) -> bytes:
    """JPEG file of an RGB image `(h, w, 3)`; quality from 0 to 100.

    With `full_colour`, colours have the resolution of the image (4:4:4), otherwise half (4:2:0).
    """
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    if full_colour:
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    _, data = cv2.imencode(".jpg", image[..., ::-1], options)
    return bytes(data.tobytes())


def decode_image(data: bytes) -> Image:
    """RGB image `(h, w, 3)` of a JPEG file. Raises ValueError if it does not decode.

    Only what `encode_jpeg` writes is decoded, and no more than `MAX_IMAGE_PIXELS`: the size that
    the file declares is looked at first.
    """
    width, height = jpeg_size(data)
    if width * height > MAX_IMAGE_PIXELS:
        raise ValueError(f"the image has {width} × {height} pixels")
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if image is None:
        raise ValueError("the image does not decode")
    return np.asarray(image, np.uint8)


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height that the header of a sequential JPEG file declares, pixels.

    Raises ValueError for any other data: of other formats, a few bytes declare any size, and a
    progressive file of a few kilobytes decodes for minutes.
    """
    if data[:2] != JPEG_BEGIN:
        raise ValueError("the image is no JPEG file")
    position = 2
    while position + SEGMENT_HEAD.size <= len(data):
        begin, marker, length = SEGMENT_HEAD.unpack_from(data, position)
        is_frame = begin == MARKER_BEGIN and marker in SEQUENTIAL_FRAMES
        if is_frame and position + FRAME_HEAD.size <= len(data):
            height, width = FRAME_HEAD.unpack_from(data, position)[-2:]
            return width, height
        if begin != MARKER_BEGIN or marker not in OTHER_SEGMENTS or length < 2:
            break
        position += 2 + length
    raise ValueError("the image is no sequential JPEG file")
