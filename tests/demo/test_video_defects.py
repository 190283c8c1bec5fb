"""Altered frames against FFmpeg."""

import ffmpeg
import imageio_ffmpeg
import numpy as np

from foa360.demo.video_defects import eac_directions
from foa360.sphere import angular_distance, pixel_to_direction, to_direction, to_vector


def test_the_eac_layout_is_that_of_ffmpeg():
    """Direction of each pixel by FFmpeg's v360: a frame whose colours are directions."""
    width, height = 640, 320
    directions = pixel_to_direction(
        np.arange(width)[None], np.arange(height)[:, None], width, height
    )
    colours = np.round((to_vector(*directions) + 1) / 2 * 255).astype(np.uint8)
    raw, _ = (
        ffmpeg.input("pipe:", format="rawvideo", pix_fmt="gbrp", s=f"{width}x{height}")
        .filter("v360", "e", "eac", w=480, h=320)
        .output("pipe:", format="rawvideo", pix_fmt="gbrp")
        .run(
            cmd=imageio_ffmpeg.get_ffmpeg_exe(),
            input=colours.transpose(2, 0, 1).tobytes(),
            capture_stdout=True,
            capture_stderr=True,
        )
    )
    theirs = np.frombuffer(raw, np.uint8).reshape(3, 320, 480).transpose(1, 2, 0) / 255 * 2 - 1
    apart = angular_distance(*to_direction(theirs), *eac_directions(480, 320))
    # FFmpeg counts pixels of a face from edge to edge, which is up to half a pixel's difference.
    assert np.degrees(np.median(apart)) < 1.2
    assert np.degrees(apart.max()) < 3
