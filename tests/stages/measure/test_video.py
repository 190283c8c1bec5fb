"""Measures of the clips of one video."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foa360.ambisonics.direction_map import CANDIDATES, CELLS
from foa360.core import tables
from foa360.core.measured import MeasuredClip
from foa360.core.records import Clip, FetchedVideo
from foa360.demo.audio import sound_field
from foa360.demo.encode import DEMO_FPS, write_media
from foa360.demo.scenes import random_scene
from foa360.media.frame_reader import FrameRequest
from foa360.media.layout_evidence import EVIDENCE
from foa360.media.video import decoded_frames
from foa360.stages.measure.video import measure_video

SECONDS = 4.0
SPANS = [(0.0, 2.0), (0.3, 2.5), (1.0, 3.0), (1.75, 0.4)]


def clip(start: float, duration: float) -> Clip:
    return Clip(clip_id=f"v_{start:g}", video_id="v", start=start, duration=duration, split="train")


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> FetchedVideo:
    scene = random_scene("measured", SECONDS)
    frames = (scene.frame(i / DEMO_FPS, 256, 128) for i in range(round(SECONDS * DEMO_FPS)))
    path = tmp_path_factory.mktemp("video") / "v.mkv"
    write_media(path, frames, sound_field(scene).astype(np.float32))
    return FetchedVideo(video_id="v", state="fetched", video_path=str(path), audio_path=str(path))


def content(rows: list[MeasuredClip], folder: Path) -> bytes:
    """Bytes of a table."""
    tables.write(folder / "t.parquet", rows, MeasuredClip)
    return (folder / "t.parquet").read_bytes()


def test_measures_of_a_clip_do_not_depend_on_others(video: FetchedVideo, tmp_path: Path) -> None:
    together = measure_video([clip(*span) for span in SPANS], video, 4000.0, 1.0)
    assert [row.start for row in together] == [start for start, _ in SPANS]
    for row, span in zip(together, SPANS, strict=True):
        (alone,) = measure_video([clip(*span)], video, 4000.0, 1.0)
        assert content([alone], tmp_path) == content([row], tmp_path)


def test_arrays_have_the_shapes_of_their_meaning(video: FetchedVideo) -> None:
    row = measure_video([clip(0.0, 4.0)], video, 4000.0, 2.0)[0]
    assert row.direction_map.size == len(CANDIDATES) * 8 * len(CELLS)
    assert row.chunk_levels.size == 200
    assert (row.frames_expected, row.frames_decoded) == (8, 8)
    assert row.frame_changes.size == 7
    assert row.layout_evidence.size == len(EVIDENCE)
    assert row.covariance.size == row.evidence_cov.size == 16
    assert row.octave_energies.size == 36


def test_audio_alone_has_no_measures_of_frames(video: FetchedVideo) -> None:
    (row,) = measure_video([clip(0.0, 4.0)], replace(video, video_path=None), 4000.0, 1.0)
    assert row.covariance is not None
    assert (row.frames_expected, row.video_failure, row.video_codec) == (None, None, None)


def test_a_file_that_does_not_open_is_a_failure_of_each_clip(
    video: FetchedVideo, tmp_path: Path
) -> None:
    (tmp_path / "text.mkv").write_text("no medium " * 100)
    damaged = replace(video, video_path=str(tmp_path / "text.mkv"))
    rows = measure_video([clip(0.0, 2.0), clip(2.0, 2.0)], damaged, 4000.0, 1.0)
    assert [row.video_failure for row in rows] == ["unreadable"] * 2
    assert all(row.covariance is not None for row in rows)
    both = measure_video([clip(0.0, 2.0)], replace(damaged, audio_path=damaged.video_path), 4e3, 1)
    assert (both[0].audio_failure, both[0].video_failure) == ("unreadable", "unreadable")


def test_a_video_that_was_not_fetched_has_its_reason() -> None:
    failed = FetchedVideo(video_id="v", state="failed", reason="private", message="sign in")
    (row,) = measure_video([clip(0.0, 2.0)], failed, 4000.0, 1.0)
    assert (row.failure, row.message, row.audio_failure) == ("private", "sign in", None)


def test_frames_above_the_limit_are_not_decoded(video: FetchedVideo) -> None:
    clips = [clip(0.0, 2.0), clip(2.0, 2.0)]
    rows = measure_video(clips, video, 4000.0, 1.0, max_pixels=256 * 128 - 1)
    for row in rows:
        assert row.video_failure == "frame_too_large"
        assert row.video_message == "256 by 128 pixels"
        assert row.frames_decoded is None
        assert row.covariance is not None, "the audio is measured"
    rows = measure_video(clips, video, 4000.0, 1.0, max_pixels=256 * 128)
    assert [row.video_failure for row in rows] == [None, None]
    assert rows[0].frames_decoded == 4


def test_frames_larger_than_their_header_are_not_decoded(video: FetchedVideo) -> None:
    found = decoded_frames(video.video_path, [FrameRequest(0.0)], max_pixels=256 * 128 - 1)
    assert [answer.frame for answer in found] == [None]


def test_a_row_keeps_no_array_but_its_own(video: FetchedVideo) -> None:
    """Rows stay in memory until the shard is done, and so would the arrays that they view."""
    (row,) = measure_video([clip(0.0, 4.0)], video, 4000.0, 2.0)
    arrays = {name: value for name, value in vars(row).items() if isinstance(value, np.ndarray)}
    assert "direction_map" in arrays
    assert [name for name, value in arrays.items() if value.base is not None] == []
