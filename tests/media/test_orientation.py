"""Frames are mirrored and rotated as the display matrix of their container says, or refused."""

from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest

from foa360.core.records import Clip, FetchedVideo
from foa360.media.probe import probe
from foa360.media.video import frames_at
from foa360.stages.measure.video import measure_video

ONE = 1 << 16
WIDTH, HEIGHT = 96, 48


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    """Write a video whose four quarters differ."""
    path = tmp_path_factory.mktemp("video") / "x.mov"
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[: HEIGHT // 2, : WIDTH // 2] = 240
    image[HEIGHT // 2 :, : WIDTH // 2] = 160
    image[: HEIGHT // 2, WIDTH // 2 :] = 80
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", 10, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode(None))
    return path


def with_matrix(plain: Path, path: Path, elements, perspective=(0, 0)) -> Path:
    """Write a copy with the elements a, b, c, d of the display matrix."""
    a, b, c, d = (round(ONE * element) for element in elements)
    values = [a, b, perspective[0], c, d, perspective[1], WIDTH * ONE, HEIGHT * ONE, 1 << 30]
    data = bytearray(plain.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = np.array(values, ">i4").tobytes()
    path.write_bytes(data)
    return path


def first_frame(path: Path) -> np.ndarray | None:
    (frame,) = frames_at(path, [0.05])
    return frame


@pytest.mark.parametrize(
    ("transposed", "first", "second"), list(product((False, True), (1, -1), (1, -1)))
)
def test_a_frame_lands_where_the_matrix_takes_its_corners(
    plain, tmp_path, transposed, first, second
):
    elements = (0, first, second, 0) if transposed else (first, 0, 0, second)
    shown = first_frame(with_matrix(plain, tmp_path / "x.mov", elements)).astype(int)
    stored = first_frame(plain).astype(int)
    a, b, c, d = elements
    for x, y in product((-1, 1), repeat=2):
        to = a * x + c * y, b * x + d * y
        assert np.abs(quarter(shown, *to) - quarter(stored, x, y)).max() <= 2


def quarter(image: np.ndarray, x: int, y: int) -> np.ndarray:
    """Return the colour in the middle of a quarter of an image."""
    height, width = image.shape[:2]
    return image[height // 2 + y * height // 4, width // 2 + x * width // 4]


@pytest.mark.parametrize("scale", [0.5, 2])
def test_a_scale_is_no_rotation(plain, tmp_path, scale):
    shown = first_frame(with_matrix(plain, tmp_path / "x.mov", (-scale, 0, 0, scale)))
    np.testing.assert_array_equal(shown, first_frame(plain)[:, ::-1])


def test_a_matrix_of_zeros_says_nothing(plain, tmp_path):
    shown = first_frame(with_matrix(plain, tmp_path / "x.mov", (0, 0, 0, 0)))
    np.testing.assert_array_equal(shown, first_frame(plain))


REFUSED = {
    "shear": ((1, 0, 0.5, 1), (0, 0)),
    "both axes on one": ((1, 0, 1, 0), (0, 0)),
    "rotation by 30°": ((0.866, 0.5, -0.5, 0.866), (0, 0)),
    "no height": ((1, 0, 0, 0), (0, 0)),
    "perspective": ((1, 0, 0, 1), (1 << 20, 0)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_mirroring_or_rotation_by_right_angles_is_refused(plain, tmp_path, name):
    path = with_matrix(plain, tmp_path / "x.mov", *REFUSED[name])
    assert not probe(path).is_orientable
    assert first_frame(path) is None
    clip = Clip(clip_id="x_0", video_id="x", start=0.0, duration=1.0, split=None)
    fetched = FetchedVideo(
        video_id="x", state="fetched", video_path=str(path), audio_path=str(path)
    )
    (row,) = measure_video([clip], fetched, 4000.0, 1.0)
    assert row.video_failure == "display_matrix"
