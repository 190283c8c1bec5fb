"""Encoded images: what is decoded, and what is refused before."""

import struct

import cv2
import numpy as np
import pytest

from foa360.media.images import MAX_IMAGE_PIXELS, decode_image, encode_jpeg, jpeg_size

IMAGE = np.random.default_rng(0).integers(0, 255, (32, 64, 3), dtype=np.uint8)


@pytest.mark.parametrize("full_colour", [False, True])
def test_own_images_are_decoded(full_colour: bool) -> None:
    data = encode_jpeg(IMAGE, 90, full_colour)
    assert jpeg_size(data) == (64, 32)
    assert decode_image(data).shape == IMAGE.shape


@pytest.mark.parametrize("suffix", [".png", ".webp", ".bmp", ".tiff", ".ppm"])
def test_other_formats_are_refused(suffix: str) -> None:
    data = cv2.imencode(suffix, IMAGE)[1].tobytes()
    with pytest.raises(ValueError, match="no JPEG"):
        decode_image(data)


def test_a_progressive_image_is_refused() -> None:
    data = cv2.imencode(".jpg", IMAGE, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    with pytest.raises(ValueError, match="no sequential JPEG"):
        decode_image(data)


def test_a_declared_size_is_looked_at_before_decoding() -> None:
    data = encode_jpeg(IMAGE, 90)
    size = struct.pack(">HH", 32, 64)
    assert data.count(size) == 1
    bomb = data.replace(size, struct.pack(">HH", 65500, 65500))
    assert MAX_IMAGE_PIXELS < 65500**2
    with pytest.raises(ValueError, match="65500 × 65500"):
        decode_image(bomb)


def test_truncated_headers_are_refused() -> None:
    data = encode_jpeg(IMAGE, 90)
    head = data.index(struct.pack(">HH", 32, 64))
    for length in range(head + 4):
        with pytest.raises(ValueError, match="JPEG"):
            jpeg_size(data[:length])
