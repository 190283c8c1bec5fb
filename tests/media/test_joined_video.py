"""Frames that a camera divides between two video streams are joined, converted and named."""

from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from support.curation import curate_file

from foa360.demo.audio import sound_field
from foa360.demo.scenes import random_scene
from foa360.media.probe import probe
from foa360.media.projection import FrameLayout
from foa360.media.video import frames_at
from foa360.sphere import direction_to_pixel

SCENE = random_scene("two streams", 2.0)
WIDTH, HEIGHT = 640, 320
FPS, COUNT = 5, 10
#: Direction of the middle of each section of the two rows, and those that columns and rows lead to.
ROWS = [
    [("y", "x", "-z"), ("x", "-y", "-z"), ("-y", "-x", "-z")],
    [("-z", "-x", "y"), ("-x", "z", "y"), ("z", "x", "y")],
]


def axis(name: str) -> np.ndarray:
    return np.eye(3)["xyz".index(name[-1])] * (-1 if name[0] == "-" else 1)


def camera_rows(frame: np.ndarray, height: int, side: int, strip: int) -> list[np.ndarray]:
    """Lay an ERP frame out as a camera writes it, after P. Bourke's description of its format.

    `side` is the width of the faces beside the middle one; each half of them goes on for `strip`
    pixels beyond the lens boundary.
    """
    half = side // 2
    # Position across the face, 0 to 1, of each column of a half, and of the one that follows it.
    to_middle = (np.arange(half) + 0.5) / (half - strip) / 2
    beside = np.r_[to_middle, 1 - to_middle[::-1]]
    middle = (np.arange(height) + 0.5) / height
    rows = []
    for row in ROWS:
        parts = []
        for (out, right, down), u in zip(row, (beside, middle, beside), strict=True):
            p = np.tan((2 * u - 1) * np.pi / 4)[None, :, None]
            q = np.tan((2 * middle - 1) * np.pi / 4)[:, None, None]
            v = axis(out) + p * axis(right) + q * axis(down)
            v /= np.linalg.norm(v, axis=-1, keepdims=True)
            azimuth, elevation = np.arctan2(v[..., 1], v[..., 0]), np.arcsin(v[..., 2])
            x, y = direction_to_pixel(azimuth, elevation, frame.shape[1], frame.shape[0])
            maps = x.astype(np.float32), y.astype(np.float32)
            parts.append(cv2.remap(frame, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))
        rows.append(np.hstack(parts))
    return rows


def write(path: Path, streams: list[list[np.ndarray]], pixels: str = "yuv420p") -> Path:
    """Write video streams, and a sound field as PCM between them, as cameras do."""
    field = np.asarray(np.clip(sound_field(SCENE), -1, 1).T * 32767, np.int16).reshape(1, -1)
    with av.open(str(path), "w") as container:
        videos = []
        for images in streams:
            stream = container.add_stream("libx264", rate=FPS, options={"crf": "12", "g": "4"})
            stream.height, stream.width = images[0].shape[:2]
            stream.pix_fmt = pixels
            videos.append(stream)
        audio = container.add_stream("pcm_s16le", rate=48000, layout="4.0")
        for number in range(COUNT):
            for stream, images in zip(videos, streams, strict=True):
                image = np.ascontiguousarray(images[number % len(images)])
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                frame.pts = number
                container.mux(stream.encode(frame))
        for stream in videos:
            container.mux(stream.encode())
        sound = av.AudioFrame.from_ndarray(field, format="s16", layout="4.0")
        sound.sample_rate = 48000
        container.mux(audio.encode(sound))
        container.mux(audio.encode())
    return path


@cache
def erps() -> list[np.ndarray]:
    return [SCENE.frame(number / FPS, 2 * WIDTH, 2 * HEIGHT) for number in range(COUNT)]


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(float) - b.astype(float)) ** 2)))


@pytest.mark.parametrize(
    ("height", "side", "strip"),
    # Three whole faces; the proportions of a camera at 5.6K and at 3K; half of those of its heir.
    [(192, 192, 0), (336, 344, 8), (368, 384, 8), (320, 336, 16)],
)
def test_the_rows_of_a_cubemap_are_joined_and_converted(tmp_path, height, side, strip):
    rows = [camera_rows(frame, height, side, strip) for frame in erps()]
    path = write(tmp_path / "x.mov", [[r[0] for r in rows], [r[1] for r in rows]])
    headers = probe(path)
    assert headers.video_joined == "rows"
    assert (headers.width, headers.height) == (2 * side + height - 4 * strip, 2 * height)
    row = curate_file(path)
    assert (row.verdict, row.projection, row.video_joined) == ("kept", "eac_rows", "rows")
    assert {"joined_frames", "converted_eac"} <= set(row.reasons)
    assert "divided_frames" not in row.reasons
    layout = FrameLayout(row.projection, row.stereo)
    times = [0.0, 0.4, 1.4]
    found = list(frames_at(path, times, (WIDTH, HEIGHT), layout=layout))
    for time, frame in zip(times, found, strict=True):
        truth = cv2.resize(erps()[round(time * FPS)], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        assert psnr(frame, truth) > 27


def test_other_twins_are_named_and_rejected(tmp_path):
    flat = [frame[200:328, :384] for frame in erps()]
    path = write(tmp_path / "x.mov", [flat, flat])
    row = curate_file(path)
    assert (row.verdict, row.video_joined) == ("rejected", "rows")
    assert "divided_frames" in row.reasons
    assert "2 video streams" in row.message


def test_the_lenses_of_a_camera_are_seen_side_by_side(tmp_path):
    at = (np.arange(256) + 0.5) / 128 - 1
    x, y = np.meshgrid(at, at)
    radius = np.hypot(x, y)
    lenses = []
    for side in (1, -1):
        angle = radius * np.radians(97.5)
        forward = np.stack([side * np.cos(angle), -side * np.sin(angle) * x / radius,
                            -np.sin(angle) * y / radius], -1)  # fmt: skip
        azimuth = np.arctan2(forward[..., 1], forward[..., 0])
        u, v = direction_to_pixel(azimuth, np.arcsin(forward[..., 2]), 2 * WIDTH, 2 * HEIGHT)
        maps = u.astype(np.float32), v.astype(np.float32)
        images = []
        for frame in erps():
            image = cv2.remap(frame, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
            images.append(np.where(radius[..., None] < 0.98, image, 0).astype(np.uint8))
        lenses.append(images)
    path = write(tmp_path / "x.mov", lenses)
    row = curate_file(path)
    assert (row.verdict, row.projection, row.video_joined) == (
        "rejected", "dual_fisheye", "lenses",
    )  # fmt: skip
    assert {"joined_frames", "not_stitched"} <= set(row.reasons)


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv420p10le", "nv12"])
def test_joined_frames_are_what_one_stream_would_show(tmp_path, pixels):
    """The same frames as from a file with whole ones, in the colours of any pixel format."""
    rows = [camera_rows(frame, 192, 192, 0) for frame in erps()]
    two = write(tmp_path / "two.mov", [[r[0] for r in rows], [r[1] for r in rows]], pixels)
    one = write(tmp_path / "one.mov", [[np.vstack(r) for r in rows]], pixels)
    for size in (None, (96, 48)):
        both = [list(frames_at(path, [0.3, 1.0, 1.9], size)) for path in (two, one)]
        for joined, whole in zip(*both, strict=True):
            assert joined.shape == whole.shape
            assert psnr(joined, whole) > 38


def test_a_frame_without_its_twin_is_none(tmp_path):
    rows = [camera_rows(frame, 192, 192, 0) for frame in erps()]
    path = write(tmp_path / "x.mov", [[r[0] for r in rows], [r[1] for r in rows]])
    assert next(frames_at(path, [30.0])) is None
