"""The frame of a clip in the gallery is the one that its boxes were detected in."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.clips import curated_clip
from support.sample_shard import (
    SETTINGS,
    VIEWPOINTS,
    colour_of_frame,
    coloured_frames,
    source_and_noise,
)

from foa360.demo.encode import DEMO_FPS, write_media
from foa360.media.images import decode_image
from foa360.shards.read import open_shard
from foa360.stages.report.card import image_number

LONG, SHORT = 6.0, 2.0


@pytest.fixture
def shard(tmp_path: Path, write_features: Callable[..., Path]) -> Path:
    """Write a shard of a short clip and one that lasts three times as long."""
    media = {}
    for name, seconds in (("long", LONG), ("short", SHORT)):
        media[name] = tmp_path / f"{name}.mkv"
        write_media(media[name], coloured_frames(seconds), source_and_noise(seconds, 1))
    clips = [curated_clip("long", 0.0, LONG), curated_clip("short", 0.0, SHORT)]
    return write_features(media, clips, VIEWPOINTS, SETTINGS)


@pytest.mark.parametrize("time", [0.0, 0.9, 1.9, None])
@pytest.mark.parametrize("row", [0, 1], ids=["long", "short"])
def test_the_image_at_a_time_is_that_of_the_clip(shard: Path, row: int, time: float | None) -> None:
    with open_shard(shard) as opened:
        number = image_number(opened, row, time)
        shown = decode_image(opened.encoded_image(row, number)).mean((0, 1))
        middle = opened.duration(row) / 2
    colours = [colour_of_frame(n) for n in range(int(LONG * DEMO_FPS))]
    nearest = int(np.argmin([np.abs(shown - colour).sum() for colour in colours]))
    expected = middle if time is None else time
    assert nearest / DEMO_FPS == pytest.approx(expected, abs=1 / SETTINGS.video_fps)
