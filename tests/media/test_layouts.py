"""The layout of the sphere is decided by evidence for it; labels are one witness."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from spheres import LAYOUTS, View
from spheres.layouts import padded, v360
from support.claim_boxes import STSD, put, sv3d
from support.curation import curate_file

from foa360.demo.audio import sound_field
from foa360.demo.encode import write_media
from foa360.demo.scenes import random_scene
from foa360.media.frame_layout import frame_layout, median_evidence, projection_chances
from foa360.media.layout_evidence import layout_evidence
from foa360.media.projection import FrameLayout, erp_size, source_size, to_erp
from foa360.media.video import frames_at

SCENE = random_scene("layouts", 2.0)
VIEWS = [View(0, 0), View(100, 20), View(-130, -20)]


@pytest.fixture(scope="module")
def sphere() -> np.ndarray:
    """Return a grey ERP frame of a drawn scene."""
    return cv2.cvtColor(SCENE.frame(0.5, 1280, 640), cv2.COLOR_RGB2GRAY)


@pytest.fixture(scope="module")
def photo(real_data) -> np.ndarray:
    image = cv2.imread(str(real_data / "images" / "petra.jpg"), cv2.IMREAD_GRAYSCALE)
    return cv2.resize(image, (1280, 640), interpolation=cv2.INTER_AREA)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(float) - b.astype(float)) ** 2)))


def found(images: list[np.ndarray]) -> FrameLayout:
    return frame_layout(median_evidence([layout_evidence(i) for i in images])).layout


@pytest.mark.parametrize("name", [name for name in LAYOUTS if name.startswith("ERP")][:5])
def test_drawn_spheres_are_erp_in_any_frame(sphere, name):
    for view in VIEWS:
        layout = found(LAYOUTS[name].make([sphere], view))
        assert (layout.projection, layout.stereo) == LAYOUTS[name][:2], view


# A band of a smooth scene, cut off at 45°, shows neither poles nor their absence.
@pytest.mark.parametrize("name", [name for name in LAYOUTS if name != "ERP without poles"])
def test_a_photo_is_named_in_each_layout(photo, name):
    layouts = [found(LAYOUTS[name].make([photo], view)) for view in VIEWS]
    is_erp = LAYOUTS[name].projection == "erp"
    assert [layout.projection == "erp" for layout in layouts] == [is_erp] * len(VIEWS)
    # A little planet of this photo is told from a fisheye in one view only; both are rejected.
    needed = 1 if name == "little planet" else 2
    assert sum(layout[:2] == LAYOUTS[name][:2] for layout in layouts) >= needed


@pytest.mark.parametrize(("output", "size"), [("c3x2", (576, 384)), ("c6x1", (1152, 192))])
def test_faces_in_another_order_are_not_converted(photo, output, size):
    for order in ("frbldu", "lfrdbu"):
        (image,) = v360([photo], output, size, View(), out_forder=order)
        assert found([image]).projection == "cubemap_other"


@pytest.mark.parametrize(
    ("projection", "theirs"), [("cubemap_6x1", "c6x1"), ("cubemap_1x6", "c1x6")]
)
def test_rows_and_columns_of_faces_convert(photo, projection, theirs):
    layout = FrameLayout(projection)
    width, height = source_size(layout, 640, 320)
    (cube,) = v360([photo], theirs, (width, height), View(), interp="cubic")
    (back,) = v360([photo], "e", (640, 320), View())
    assert psnr(to_erp(cube, layout, (640, 320)), back) > 27
    assert erp_size(layout, width, height)[0] == 2 * erp_size(layout, width, height)[1]


@pytest.mark.parametrize("size", [(640, 360), (640, 480), (720, 320), (854, 480)])
def test_bars_are_measured_and_cut(sphere, size):
    (whole,) = v360([sphere], "e", (640, 320), View())
    (image,) = padded([whole], size)
    layout = found([image])
    assert layout.projection == "erp"
    assert erp_size(layout, *size) == pytest.approx((640, 320), abs=2)
    wide, tall = source_size(layout, 640, 320)
    scaled = cv2.resize(image, (wide, tall), interpolation=cv2.INTER_AREA)
    back = to_erp(scaled, layout, (640, 320)).astype(float)
    assert np.abs(back - whole).mean() < 2


def test_a_dark_sky_and_floor_are_no_bars(sphere):
    (image,) = v360([sphere], "e", (640, 320), View())
    image = image.copy()
    image[:40] = image[-40:] = 0
    assert found([image])[2:] == (0.0, 0.0)


def test_a_dark_sky_and_floor_of_both_eyes_are_no_bars(sphere):
    frames = LAYOUTS["ERP"].make([sphere], View())
    frames[0][:30] = frames[0][-30:] = 0
    (image,) = LAYOUTS["ERP top-bottom"].make(frames, View())
    assert found([image])[:4] == ("erp", "top_bottom", 0.0, 0.0)


def film(path: Path, images: list[np.ndarray]) -> Path:
    frames = (np.repeat(image[..., None], 3, -1) for image in images for _ in range(2))
    write_media(path, frames, sound_field(SCENE), audio="aac")
    return path


def test_a_false_label_does_not_make_a_sphere(tmp_path, photo):
    views = [View(3 * n, 0) for n in range(10)]
    path = film(tmp_path / "x.mp4", [LAYOUTS["flat"].make([photo], view)[0] for view in views])
    assert curate_file(path).reasons.count("not_spherical") == 1
    put(path, sv3d(b"equi"), *STSD, b"avc1")
    row = curate_file(path)
    assert row.verdict == "rejected"
    assert {"not_spherical", "projection_disagrees"} <= set(row.reasons)


def test_what_is_unknown_is_rejected_unless_the_configuration_keeps_it(tmp_path, sphere):
    views = [View(3 * n, 0) for n in range(10)]
    path = film(tmp_path / "x.mp4", [LAYOUTS["ERP"].make([sphere], view)[0] for view in views])
    row = curate_file(path)
    assert (row.verdict, row.projection) == ("kept", "erp")
    assert 0.5 < row.projection_confidence < 1
    strict = curate_file(path, layout_confidence=1.0)
    assert strict.verdict == "rejected"
    assert "projection_unknown" in strict.reasons
    assert curate_file(path, layout_confidence=1.0, reject=["silent"]).verdict == "kept"


def test_frames_with_bars_are_read_without_them(tmp_path, sphere):
    views = [View(3 * n, 0) for n in range(10)]
    images = [LAYOUTS["ERP"].make([sphere], view)[0] for view in views]
    row = curate_file(film(tmp_path / "x.mp4", padded(images, (640, 360))))
    assert (row.verdict, "bars_cut" in row.reasons) == ("kept", True)
    layout = FrameLayout(row.projection, row.stereo, row.bar_rows, row.bar_columns)
    (frame,) = frames_at(tmp_path / "x.mp4", [0.0], gray=True, layout=layout)
    assert frame.shape == (320, 640)
    assert psnr(frame, images[0]) > 25


def test_a_label_is_one_witness(photo):
    evidence = layout_evidence(LAYOUTS["ERP"].make([photo], VIEWS[1])[0])
    plain, labelled = projection_chances(evidence), projection_chances(evidence, "erp")
    assert plain["erp"] < labelled["erp"]
    assert plain["flat"] < projection_chances(evidence, "flat")["flat"]
    assert sum(labelled.values()) == pytest.approx(1)
