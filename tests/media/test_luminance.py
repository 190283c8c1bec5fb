"""Luminance from the planes of decoded frames."""

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange

from foa360.media.luminance import luminance

LEVELS = np.tile(np.arange(256, dtype=np.uint8), (6, 1))


def made(pixels: str, levels: np.ndarray, color_range: ColorRange | None = None) -> VideoFrame:
    """Make a frame of stated luminance without colour."""
    height, width = levels.shape
    frame = av.VideoFrame(width, height, pixels)
    for plane in frame.planes:
        plane.update(np.full(plane.buffer_size, 128, np.uint8))
    plane = frame.planes[0]
    rows = np.zeros((height, plane.line_size), np.uint8)
    rows[:, :width] = levels
    plane.update(rows)
    if color_range is not None:
        frame.color_range = color_range
    return frame


@pytest.mark.parametrize("width", [256, 250, 33])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p", "yuv444p", "nv12", "yuvj420p", "gray"])
def test_levels_are_those_of_ffmpegs_scaler(pixels, width):
    frame = made(pixels, LEVELS[:, :width])
    expected = frame.reformat(format="gray").to_ndarray()
    difference = luminance(frame).astype(int) - expected
    assert np.abs(difference).max() <= 1


def test_the_full_range_may_be_stated_by_the_frame():
    levels = luminance(made("yuv420p", LEVELS, ColorRange.JPEG))
    np.testing.assert_array_equal(levels, LEVELS)


@pytest.mark.parametrize("pixels", ["yuv420p10le", "rgb24", "pal8", "gray16le"])
def test_other_formats_are_left_to_the_scaler(pixels):
    assert luminance(av.VideoFrame(64, 32, pixels)) is None


def test_the_levels_outlive_the_frame():
    frame = made("gray", LEVELS)
    levels = luminance(frame)
    frame.planes[0].update(np.zeros(frame.planes[0].buffer_size, np.uint8))
    np.testing.assert_array_equal(levels, LEVELS)
