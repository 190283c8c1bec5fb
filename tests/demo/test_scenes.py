"""Frames of scenes, and boxes and motion of their objects."""

import numpy as np
import pytest

from foa360.demo.scenes import CLASSES, random_scene
from foa360.sphere import angular_distance, perspective_crop


def scene_at(azimuth: float, elevation: float, label: str):
    """Give a scene whose only object stands in one direction."""
    scene = random_scene("place", 4.0, [label])
    (item,) = scene.moving_objects
    fields = {
        **vars(item),
        "start_azimuth": azimuth,
        "mean_elevation": elevation,
        "azimuth_speed": 0.0,
        "elevation_amplitude": 0.0,
    }
    return type(scene)(scene.key, scene.duration, (type(item)(**fields),))


@pytest.mark.parametrize("label", CLASSES)
@pytest.mark.parametrize("direction", [(0.2, 0.0), (np.pi - 0.05, -0.2), (-2.0, 1.0)])
def test_a_box_holds_the_pixels_of_its_object(label, direction):
    width, height = 640, 320
    scene = scene_at(*direction, label)
    (drawn,) = scene.objects(0.0)
    frame = scene.frame(0.0, width, height)
    covered = np.abs(frame.astype(int) - scene.background(width, height)).max(-1) > 24
    # Columns counted from the box's left edge, so that the seam is no border.
    start = int(np.floor(drawn.left * width))
    rows, columns = np.nonzero(np.roll(covered, -start, axis=1))
    left, right = drawn.left * width - start, drawn.right * width - start
    assert len(rows) > 150
    # Two pixels more for what a bilinear edge adds.
    assert columns.min() >= left - 2
    assert columns.max() + 1 <= right + 2
    assert rows.min() >= drawn.top * height - 2
    assert rows.max() + 1 <= drawn.bottom * height + 2
    # Tight near the horizon; high up the box is that of a rectangle, and has empty corners.
    if abs(direction[1]) < 0.5:
        assert np.ptp(columns) + 1 >= right - left - 8
        assert np.ptp(rows) + 1 >= (drawn.bottom - drawn.top) * height - 4


def test_an_object_appears_the_same_in_every_direction():
    """In a crop centred on it, it covers the same pixels in the same colours."""

    def crop_of(azimuth: float, elevation: float) -> tuple[np.ndarray, np.ndarray]:
        scene = scene_at(azimuth, elevation, "drum")
        frame, empty = scene.frame(0.0, 640, 320), scene.background(640, 320)
        centre = [float(a) for a in scene.moving_objects[0].direction(0.0)]
        crop, behind = (
            perspective_crop(f, *centre, np.radians(45), 64).astype(float) for f in (frame, empty)
        )
        return crop, np.abs(crop - behind).max(-1) > 24

    expected, covered = crop_of(0.3, 0.0)
    for direction in ((np.pi, 0.0), (1.0, 0.8), (-2.5, -0.9)):
        crop, mask = crop_of(*direction)
        both = mask & covered
        assert both.sum() > 0.85 * (mask | covered).sum()
        assert np.median(np.abs(crop - expected)[both]) < 12


def test_the_seam_of_the_background_does_not_show():
    for i in range(3):
        background = random_scene(f"seam {i}", 4.0).background(640, 320).astype(float)
        usual = np.abs(np.diff(background, axis=1)).mean()
        assert np.abs(background[:, 0] - background[:, -1]).mean() < 2 * usual + 1


def test_scenes_depend_on_their_key_alone():
    first, again, other = (random_scene(k, 4.0) for k in ("a", "a", "b"))
    assert first.moving_objects == again.moving_objects
    np.testing.assert_array_equal(first.frame(1.3, 320, 160), again.frame(1.3, 320, 160))
    assert np.abs(first.frame(1.3, 320, 160).astype(int) - other.frame(1.3, 320, 160)).mean() > 2


def test_objects_move_and_stay_apart():
    for i in range(20):
        scene = random_scene(f"apart {i}", 10.0, count=3)
        times = np.arange(0, 10, 0.5)
        tracks = [m.direction(times) for m in scene.moving_objects]
        for azimuth, _ in tracks:
            assert np.degrees(np.ptp(azimuth)) > 10
        for j, one in enumerate(tracks):
            for other in tracks[:j]:
                assert np.degrees(angular_distance(*one, *other).min()) > 30
