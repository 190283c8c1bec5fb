"""Layout of the sphere, static frames and missing frames, on drawn scenes and real images."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from support.curation import curate_file

from foa360.config.curate import Curate
from foa360.core.measured import MeasuredClip
from foa360.demo.audio import sound_field
from foa360.demo.encode import DEMO_FPS, write_media
from foa360.demo.scenes import random_scene
from foa360.demo.video_defects import eac_directions
from foa360.media.frame_layout import frame_layout
from foa360.media.layout_evidence import layout_evidence
from foa360.media.video import frames_at
from foa360.sphere import direction_to_pixel, perspective_crop
from foa360.stages.judge.video import judge_video
from foa360.stages.measure.frames import FrameCollector

SCENE = random_scene("curate", 2.0)


def layout(image: np.ndarray) -> tuple[str, str]:
    """Projection and stereo layout of one grey image."""
    return frame_layout(layout_evidence(image)).layout[:2]


def small(image: np.ndarray) -> np.ndarray:
    return cv2.resize(image, (256, 128), interpolation=cv2.INTER_AREA)


def drawn_erp(width: int = 640) -> np.ndarray:
    return cv2.cvtColor(SCENE.frame(0, width, width // 2), cv2.COLOR_RGB2GRAY)


def real_erp(real_data: Path) -> np.ndarray:
    return cv2.imread(str(real_data / "images" / "petra.jpg"), cv2.IMREAD_GRAYSCALE)


def as_eac(image: np.ndarray) -> np.ndarray:
    x, y = direction_to_pixel(*eac_directions(960, 640), image.shape[1], image.shape[0])
    maps = x.astype(np.float32), y.astype(np.float32)
    return cv2.remap(image, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def test_layouts_of_a_drawn_scene():
    image = drawn_erp()
    assert layout(image) == ("erp", "mono")
    assert layout(np.vstack([image, image]))[1] == "top_bottom"
    assert layout(np.hstack([image, image]))[1] == "left_right"
    assert layout(as_eac(image))[0] == "eac"


def test_layouts_of_real_images(real_data):
    image = real_erp(real_data)
    assert layout(image) == ("erp", "mono")
    assert layout(as_eac(image))[0] == "eac"
    views = [(azimuth, elevation) for azimuth in (0, 1.5, 3, -1.5) for elevation in (-0.3, 0.3)]
    flat = [perspective_crop(image, *view, np.radians(90), 512) for view in views]
    assert sum(layout(crop)[0] == "flat" for crop in flat) >= 2
    stereoscopic = cv2.imread(str(real_data / "images" / "walrus.jpg"), cv2.IMREAD_GRAYSCALE)
    assert layout(stereoscopic)[1] == "top_bottom"


def test_real_scenes_pass_as_erp_and_are_found_as_eac(real_data):
    paths = sorted((real_data / "sphere360").glob("*.webm"))[::2]
    assert paths
    missed = []
    for path in paths:
        (image,) = frames_at(path, [2.0], gray=True)
        for shift in (0, image.shape[1] // 3):
            rotated = np.roll(image, shift, axis=1)
            assert layout(rotated)[0] == "erp", path.name
            if layout(as_eac(rotated))[0] != "eac":
                missed.append(path.name)
    assert len(missed) <= 2, missed


def test_drawn_scenes_pass_as_erp_wherever_the_seam_is():
    for shift in range(0, 640, 20):
        assert layout(np.roll(drawn_erp(), shift, axis=1)) == ("erp", "mono")


@pytest.mark.parametrize("shift", range(0, 256, 16))
def test_a_rotated_sphere_stays_a_sphere(real_data, shift):
    assert layout(np.roll(small(real_erp(real_data)), shift, axis=1)) == ("erp", "mono")


def test_missing_frames_are_counted_not_compared():
    collector = FrameCollector(10)
    for i in range(10):
        frame = np.full((128, 256), 100, np.uint8)
        frame[:, 25 * i : 25 * i + 25] = 200
        collector.add(None if i % 2 else frame)
    measures = collector.measures
    assert (measures.expected, measures.decoded) == (10, 5)
    assert len(measures.stillness.changes) == 4
    assert measures.stillness.changes.min() > 40


def test_one_frame_is_neither_static_nor_black(tmp_path):
    scene = random_scene("short", 2.0, ["bell"])
    path = tmp_path / "short.mkv"
    frames = (scene.frame(n / DEMO_FPS, 256, 128) for n in range(2 * DEMO_FPS))
    write_media(path, frames, sound_field(scene).astype(np.float32))
    record = curate_file(path, 0.4)
    assert record.static_share is None
    assert not {"static_video", "black_video"} & set(record.reasons)
    assert curate_file(path, 2.0).static_share == 0


def test_a_clip_without_its_only_frame_is_damaged():
    row = MeasuredClip(
        clip_id="v_0",
        video_id="v",
        start=0.0,
        duration=0.4,
        audio_failure="no_audio",
        video_codec="h264",
        frames_expected=1,
        frames_decoded=0,
        brightness=0.0,
    )
    (judged,) = judge_video([row], Curate()).clips
    assert "video_damaged" in judged.reasons
    assert judged.message == "1 of 1 frames are missing"
