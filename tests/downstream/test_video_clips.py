"""Clips of ordinary videos."""

from pathlib import Path

import numpy as np
import pytest
from support.miniatures import FPS, moving_square, write_avi

from foa360.downstream.video_clips import ClipShape, RandomClip, even_clips, random_clips
from foa360.media.container import MediaError

SHAPE = ClipShape(frames=4, seconds=0.4, crop=32)


def counted(path: Path, frames: int) -> Path:
    """Write a video whose brightness counts its frames."""
    write_avi(path, (np.full((48, 64, 3), 5 * n, np.uint8) for n in range(frames)))
    return path


def test_even_clips_go_from_the_beginning_to_the_end(tmp_path: Path) -> None:
    clips = even_clips(counted(tmp_path / "a.avi", 2 * FPS), SHAPE, 3)
    assert clips.shape == (3, 3, 4, 32, 32)
    numbers = clips.mean((1, 3, 4)) / 5
    # Frames at the middles of 0.1 s: 0.05, 0.15 … at 25 frames per second, from 0, 0.8 and 1.6 s.
    shown = np.floor((np.array([[0], [0.8], [1.6]]) + 0.05 + 0.1 * np.arange(4)) * FPS)
    assert np.abs(numbers - shown).max() < 1.2


def test_a_video_shorter_than_a_clip_ends_with_its_last_frame(tmp_path: Path) -> None:
    clips = even_clips(counted(tmp_path / "a.avi", 5), SHAPE, 2)
    assert np.array_equal(clips[0], clips[1])
    assert abs(clips[0, :, -1].mean() / 5 - 4) < 1


def test_a_random_clip_depends_on_its_own_draw_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    write_avi(path, moving_square("Walk", 1, 2 * FPS))
    draws = [RandomClip.of(0, "a", number) for number in range(5)]
    together = random_clips(path, SHAPE, draws)
    assert together.shape == (5, 3, 4, 32, 32)
    for number, draw in enumerate(draws):
        assert np.array_equal(random_clips(path, SHAPE, [draw])[0], together[number])
    assert len({clip.tobytes() for clip in together}) == 5


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty_file"), (b"no video", "unreadable"), (None, "file_missing")],
)
def test_what_is_no_video_has_a_reason(content: bytes | None, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MediaError) as caught:
        even_clips(path, SHAPE, 2)
    assert caught.value.reason == reason
