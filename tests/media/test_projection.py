"""Cubemaps and two eyes become one equirectangular image, as with FFmpeg's own filter."""

from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
import pytest
from ffmpeg import input as ffmpeg_input
from support.claim_boxes import STSD, put, st3d, sv3d
from support.curation import curate_file

from foa360.demo.audio import sound_field
from foa360.demo.encode import write_media
from foa360.demo.scenes import random_scene
from foa360.demo.video_defects import eac_directions
from foa360.media.projection import FrameLayout, erp_size, source_size, to_erp
from foa360.media.video import frames_at
from foa360.sphere import direction_to_pixel

WIDTH, HEIGHT = 640, 320
SCENE = random_scene("projection", 2.0)


def erp() -> np.ndarray:
    return SCENE.frame(0.5, WIDTH, HEIGHT)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(float) - b.astype(float)) ** 2)))


def by_ffmpeg(frame: np.ndarray, folder: Path, filters: str) -> np.ndarray:
    cv2.imwrite(str(folder / "in.png"), frame)
    stream = ffmpeg_input(str(folder / "in.png")).output(str(folder / "out.png"), vf=filters)
    stream.run(cmd=imageio_ffmpeg.get_ffmpeg_exe(), quiet=True, overwrite_output=True)
    return np.asarray(cv2.imread(str(folder / "out.png")))


@pytest.mark.parametrize(("projection", "theirs"), [("eac", "eac"), ("cubemap", "c3x2")])
def test_cubemaps_convert_as_with_ffmpeg(tmp_path, projection, theirs):
    layout = FrameLayout(projection)
    width, height = source_size(layout, WIDTH, HEIGHT)
    cube = by_ffmpeg(erp(), tmp_path, f"v360=e:{theirs}:w={width}:h={height}:interp=cubic")
    back = to_erp(cube, layout, (WIDTH, HEIGHT))
    assert psnr(back, erp()) > 30
    other = by_ffmpeg(cube, tmp_path, f"v360={theirs}:e:w={WIDTH}:h={HEIGHT}:interp=linear")
    assert psnr(back, other) > 40


def test_the_demo_renders_youtubes_cubemap(tmp_path):
    x, y = direction_to_pixel(*eac_directions(432, 288), WIDTH, HEIGHT)
    maps = x.astype(np.float32), y.astype(np.float32)
    ours = cv2.remap(erp(), *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    theirs = by_ffmpeg(erp(), tmp_path, "v360=e:eac:w=432:h=288:interp=linear")
    assert psnr(ours[4:-4, 4:-4], theirs[4:-4, 4:-4]) > 28


def test_the_upper_or_left_eye_is_used():
    both = np.concatenate([np.full((40, 80, 3), 10), np.full((40, 80, 3), 200)]).astype(np.uint8)
    assert source_size(FrameLayout("erp", "top_bottom"), 80, 40) == (80, 80)
    assert (to_erp(both, FrameLayout("erp", "top_bottom"), (80, 40)) == 10).all()
    side_by_side = both.transpose(1, 0, 2)
    assert source_size(FrameLayout("erp", "left_right"), 40, 80) == (80, 80)
    assert (to_erp(side_by_side, FrameLayout("erp", "left_right"), (40, 80)) == 10).all()


def test_erp_sizes_keep_the_resolution():
    assert erp_size(FrameLayout("eac"), 3840, 2560) == (5120, 2560)
    assert erp_size(FrameLayout("erp", "top_bottom"), 3840, 3840) == (3840, 1920)
    assert erp_size(FrameLayout(), 1920, 1080) == (1920, 1080)


def cube_frames(count: int, width: int = 768, height: int = 512):
    x, y = direction_to_pixel(*eac_directions(width, height), WIDTH, HEIGHT)
    maps = x.astype(np.float32), y.astype(np.float32)
    for i in range(count):
        frame = SCENE.frame(i / 10, WIDTH, HEIGHT)
        yield np.asarray(cv2.remap(frame, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))


def test_a_cubemap_is_kept_and_converted(tmp_path):
    path = tmp_path / "x.mkv"
    write_media(path, cube_frames(20), sound_field(SCENE))
    row = curate_file(path)
    assert (row.verdict, row.projection) == ("kept", "eac")
    assert "converted_eac" in row.reasons
    off = curate_file(path, repair=False)
    assert (off.verdict, "eac" in off.reasons) == ("rejected", True)
    (frame,) = frames_at(
        path, [0.5], (WIDTH, HEIGHT), layout=FrameLayout(row.projection, row.stereo)
    )
    assert frame is not None
    assert psnr(frame, erp()) > 25
    (raw,) = frames_at(path, [0.5], (WIDTH, HEIGHT))
    assert psnr(raw, erp()) < 18


def test_an_unlabelled_cubemap_is_recognised(tmp_path):
    cube = by_ffmpeg(erp(), tmp_path, "v360=e:c3x2:w=768:h=512:interp=cubic")
    path = tmp_path / "x.mkv"
    write_media(path, (np.roll(cube, i, 0) for i in range(20)), sound_field(SCENE))
    assert curate_file(path).projection == "cubemap"


def test_a_label_decides_where_pixels_cannot_and_gets_a_note_where_they_disagree(tmp_path):
    path = tmp_path / "x.mp4"
    frames = (SCENE.frame(i / 10, WIDTH, HEIGHT) for i in range(20))
    write_media(path, frames, sound_field(SCENE), audio="aac")
    put(path, sv3d(b"mshp") + st3d(2), *STSD, b"avc1")
    row = curate_file(path)
    assert (row.verdict, row.projection, row.stereo) == ("rejected", "mesh", "left_right")
    assert {"not_spherical", "converted_stereoscopic"} <= set(row.reasons)
    path = tmp_path / "y.mp4"
    write_media(path, cube_frames(20), sound_field(SCENE), audio="aac")
    put(path, sv3d(b"equi"), *STSD, b"avc1")
    row = curate_file(path)
    assert row.projection == "eac"
    assert "projection_disagrees" in row.reasons


@pytest.mark.parametrize("size", [(800, 320), (640, 512)])
def test_the_barrel_converts_as_with_ffmpeg(tmp_path, size):
    layout = FrameLayout("barrel")
    assert source_size(layout, WIDTH, HEIGHT) == (800, 320)
    assert erp_size(layout, 800, 320) == (WIDTH, HEIGHT)
    barrel = by_ffmpeg(erp(), tmp_path, f"v360=e:barrel:w={size[0]}:h={size[1]}:interp=cubic")
    back = to_erp(barrel, layout, (WIDTH, HEIGHT))
    assert psnr(back, erp()) > 28
    other = by_ffmpeg(barrel, tmp_path, f"v360=barrel:e:w={WIDTH}:h={HEIGHT}:interp=linear")
    assert psnr(back, other) > 36


def test_a_barrel_is_kept_and_converted(tmp_path):
    path = tmp_path / "x.mkv"
    barrels = [
        by_ffmpeg(SCENE.frame(i / 10, WIDTH, HEIGHT), tmp_path, "v360=e:barrel:w=640:h=512")
        for i in range(20)
    ]
    write_media(path, iter(barrels), sound_field(SCENE))
    row = curate_file(path)
    assert (row.verdict, row.projection) == ("kept", "barrel")
    assert "converted_barrel" in row.reasons
    off = curate_file(path, repair=False)
    assert (off.verdict, "other_projection" in off.reasons) == ("rejected", True)
    layout = FrameLayout(row.projection, row.stereo)
    (frame,) = frames_at(path, [0.5], (WIDTH, HEIGHT), layout=layout)
    assert psnr(frame, erp()) > 24
