"""Still photos and still scenes, as encoded videos and as arrays."""

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from foa360.config.curate import Curate
from foa360.core.records import Clip, FetchedVideo
from foa360.demo.scenes import random_scene
from foa360.stages.judge.video import judge_video
from foa360.stages.measure.stillness import BLOCKS, stillness
from foa360.stages.measure.video import measure_video

Image = NDArray[np.float32]
Change = Callable[[Image, int, np.random.Generator], Image]

WIDTH, HEIGHT, FPS, FRAMES = 640, 320, 4, 40
PHOTO = random_scene("photo", 2.0).frame(0, WIDTH, HEIGHT).astype(np.float32)


def frames_of(change: Change) -> Iterator[NDArray[np.uint8]]:
    rng = np.random.default_rng(1)
    for number in range(FRAMES):
        yield np.clip(change(PHOTO, number, rng), 0, 255).astype(np.uint8)


def reasons(path: Path, change: Change, crf: int = 20) -> list[str]:
    """Encode ten seconds, measure and judge their frames."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": str(crf), "g": "12"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for image in frames_of(change):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
    clip = Clip(clip_id="v_0", video_id="v", start=0.0, duration=10.0, split=None)
    fetched = FetchedVideo(
        video_id="v", state="fetched", video_path=str(path), audio_path=str(path)
    )
    (row,) = judge_video(measure_video([clip], fetched, 4000.0, 1.0), Curate()).clips
    return list(row.reasons)


def photo(image: Image, number: int, rng: np.random.Generator) -> Image:
    return image


def grain(image: Image, number: int, rng: np.random.Generator) -> Image:
    return image + rng.normal(0, 5, (HEIGHT, WIDTH, 1)).astype(np.float32)


def coarse_grain(image: Image, number: int, rng: np.random.Generator) -> Image:
    noise = rng.normal(0, 12, (HEIGHT, WIDTH)).astype(np.float32)
    return image + cv2.GaussianBlur(noise, (0, 0), 1.0)[..., None]


def flicker(image: Image, number: int, rng: np.random.Generator) -> Image:
    return image * np.float32(1 + 0.06 * np.sin(1.7 * number))


def fade(image: Image, number: int, rng: np.random.Generator) -> Image:
    return image * np.float32(min(1.0, 0.2 + number / 16))


def slide_show(image: Image, number: int, rng: np.random.Generator) -> Image:
    return image if number < 22 else image[::-1, ::-1]


def walker(image: Image, number: int, rng: np.random.Generator) -> Image:
    image = image.copy()
    x = 100 + 4 * number
    image[170:186, x : x + 6] = 20 if image[170:186, x : x + 6].mean() > 100 else 200
    return image


def walker_in_grain(image: Image, number: int, rng: np.random.Generator) -> Image:
    return grain(walker(image, number, rng), number, rng)


def clouds(image: Image, number: int, rng: np.random.Generator) -> Image:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    sky = 8 * np.sin((columns - 1.2 * number) / 24) * np.sin(rows / 15) * (rows < 120)
    return grain(0.9 * image, number, rng) + sky[..., None].astype(np.float32)


@pytest.mark.parametrize("crf", [18, 30])
@pytest.mark.parametrize("change", [photo, grain, coarse_grain, flicker, fade, slide_show])
def test_a_photo_is_static_whatever_its_noise_and_light(
    tmp_path: Path, change: Change, crf: int
) -> None:
    assert "static_video" in reasons(tmp_path / "v.mkv", change, crf)


@pytest.mark.parametrize("change", [walker, walker_in_grain, clouds])
def test_a_still_scene_in_which_something_moves_is_not_static(
    tmp_path: Path, change: Change
) -> None:
    assert "static_video" not in reasons(tmp_path / "v.mkv", change)


def test_where_all_moves_nothing_counts_as_noise() -> None:
    rng = np.random.default_rng(2)
    columns, rows = BLOCKS
    moving = rng.integers(0, 256, (20, rows, columns), np.uint8)
    assert stillness(list(moving)).changes.min() > 100


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_frames(count: int) -> None:
    columns, rows = BLOCKS
    found = stillness([np.full((rows, columns), 7, np.uint8)] * count)
    assert found.changes.tolist() == [0.0] * max(0, count - 1)
    assert found.drift == 0
