"""Sampled frames: those in the file of `measure` are those that are decoded later."""

from pathlib import Path

import cv2
import h5py
import numpy as np
import pytest

from foa360.core.records import FetchedVideo, KeptClip
from foa360.demo.encode import write_media
from foa360.demo.scenes import random_scene
from foa360.demo.video_defects import eac_directions
from foa360.media.frame_source import FrameSource, decode_samples
from foa360.media.frame_store import FrameStore, FrameStoreWriter
from foa360.media.probe import probe
from foa360.media.projection import FrameLayout
from foa360.media.sampling import Sampling, Use
from foa360.sphere import direction_to_pixel
from foa360.stages.measure.frames import measure_frames

SCENE = random_scene("samples", 4.0)
FPS = 10
DETECTION = Sampling(Use.DETECTION, 1.0, 128)
VIDEO = Sampling(Use.LOW_RESOLUTION, 4.0, 64)
SPANS = [(0.0, 2.0), (1.0, 2.0), (2.0, 2.0)]


def clips(projection: str = "erp") -> list[KeptClip]:
    """Clips that overlap."""
    return [
        KeptClip(
            clip_id=f"v_{start:g}",
            video_id="v",
            start=start,
            duration=duration,
            split="train",
            planes=[0, 1, 2, 3],
            gains=[1.0] * 4,
            channel_lags=[0.0] * 4,
            aligned=False,
            projection=projection,
            stereo="mono",
            bar_rows=0.0,
            bar_columns=0.0,
        )
        for start, duration in SPANS
    ]


def erp_frames(black: int = 0):
    for number in range(40):
        frame = SCENE.frame(number / FPS, 256, 128)
        yield np.zeros_like(frame) if number < black else frame


def eac_frames(black: int):
    """Frames of an equi-angular cubemap, the first ones black."""
    x, y = direction_to_pixel(*eac_directions(240, 160), 256, 128)
    maps = x.astype(np.float32), y.astype(np.float32)
    for frame in erp_frames(black):
        yield cv2.remap(frame, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def store_of(folder: Path, path: Path) -> Path:
    """Measure a video, and return the file of its sampled frames."""
    output = folder / "frames.h5"
    with h5py.File(output, "w") as file:
        writer = FrameStoreWriter(file, [DETECTION, VIDEO])
        measure_frames(path, probe(path), clips(), writer)
        writer.close()
    return output


def fetched(path: Path) -> FetchedVideo:
    return FetchedVideo(video_id="v", state="fetched", video_path=str(path), audio_path=str(path))


@pytest.fixture
def video(tmp_path) -> Path:
    path = tmp_path / "video.mp4"
    write_media(path, erp_frames(), None)
    return path


@pytest.mark.parametrize("sampling", [DETECTION, VIDEO])
def test_stored_frames_are_those_that_are_decoded_later(tmp_path, video, sampling):
    store = store_of(tmp_path, video)
    stored = list(FrameSource(sampling, store).jpegs(fetched(video), clips()))
    decoded = list(FrameSource(sampling).jpegs(fetched(video), clips()))
    assert stored == decoded
    assert [len(frames) for frames in stored] == [round(2 * sampling.fps)] * 3


def test_stored_frames_need_no_media(tmp_path, video):
    store = store_of(tmp_path, video)
    video.unlink()
    images = list(FrameSource(DETECTION, store).images(fetched(video), clips()))
    assert [index for index, _ in images] == [0, 0, 1, 1, 2, 2]
    assert all(frame.image.shape == (64, 128, 3) for _, frame in images)
    with pytest.raises(FileNotFoundError, match="file_missing"):
        list(FrameSource(DETECTION).images(fetched(video), clips()))


def test_frames_of_another_rate_or_size_or_clip_are_decoded(tmp_path, video):
    store = FrameStore(store_of(tmp_path, video))
    ids = [clip.clip_id for clip in clips()]
    assert store.has(DETECTION, ids)
    assert not store.has(DETECTION._replace(fps=2.0), ids)
    assert not store.has(DETECTION._replace(width=256), ids)
    assert not store.has(DETECTION, [*ids, "v_9"])
    larger = FrameSource(DETECTION._replace(width=256), tmp_path / "frames.h5")
    frames = [frame for _, frame in larger.images(fetched(video), clips())]
    assert frames[0].image.shape == (128, 256, 3)


def test_clips_that_overlap_share_their_frames(tmp_path, video):
    first, second, _ = FrameSource(VIDEO, store_of(tmp_path, video)).jpegs(fetched(video), clips())
    assert first[4:] == second[:4]


def test_frames_that_the_media_lack_are_missing(tmp_path, video):
    late = KeptClip(**{**vars(clips()[0]), "clip_id": "v_3", "start": 3.0})
    (frames,) = FrameSource(VIDEO).jpegs(fetched(video), [late])
    assert [frame is None for frame in frames] == [False] * 4 + [False] + [True] * 3


@pytest.mark.parametrize("black", [0, 12])
def test_frames_are_converted_from_the_layout_that_all_frames_show(tmp_path, black):
    """With black frames at the beginning, the first frame does not show the layout."""
    path = tmp_path / "eac.mkv"
    write_media(path, eac_frames(black), None)
    stored = list(FrameSource(VIDEO, store_of(tmp_path, path)).jpegs(fetched(path), clips()))
    assert stored == list(FrameSource(VIDEO).jpegs(fetched(path), clips("eac")))
    assert stored != list(FrameSource(VIDEO).jpegs(fetched(path), clips()))


def test_a_store_without_clips_is_empty(tmp_path):
    with h5py.File(tmp_path / "empty.h5", "w") as file:
        FrameStoreWriter(file, [VIDEO]).close()
    store = FrameStore(tmp_path / "empty.h5")
    assert store.has(VIDEO, [])
    assert not store.has(VIDEO, ["v_0"])


def test_samples_have_the_times_of_their_intervals(video):
    for frames in decode_samples(video, clips(), FrameLayout(), VIDEO):
        times = np.array([frame.time for frame in frames])
        assert np.diff(times) == pytest.approx(0.25)
