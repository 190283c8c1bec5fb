"""Random viewpoints and augmentation."""

import numpy as np
import pytest

from foa360.data.transforms import (
    augment_audio,
    augment_video,
    draw_augmentation,
    jitter,
    random_viewpoints,
)
from foa360.sphere import angular_distance


def test_random_viewpoints_are_separated_while_there_is_room() -> None:
    for seed in range(20):
        viewpoints = random_viewpoints(4, np.random.default_rng(seed))
        assert viewpoints.shape == (4, 2)
        distance = angular_distance(*viewpoints.T[:, :, None], *viewpoints.T[:, None, :])
        assert distance[~np.eye(4, dtype=bool)].min() >= np.radians(35.9)
    assert random_viewpoints(40, np.random.default_rng(0)).shape == (40, 2)


def test_random_viewpoints_are_uniform_up_to_their_largest_elevation() -> None:
    random = np.random.default_rng(0)
    drawn = [random_viewpoints(1, random, max_elevation=np.radians(30.6)) for _ in range(1000)]
    elevation = np.degrees(np.concatenate(drawn)[:, 1])
    assert np.abs(elevation).max() <= 30.6
    assert np.std(elevation) == pytest.approx(30.6 / np.sqrt(3), rel=0.1)


def test_random_viewpoints_keep_away_from_those_that_come_first() -> None:
    first = np.radians([[10.0, 0.0], [12.0, 0.0]])
    for seed in range(20):
        viewpoints = random_viewpoints(4, np.random.default_rng(seed), first=first)
        assert np.array_equal(viewpoints[:2], first)
        assert angular_distance(*viewpoints[2:].T, *first[0]).min() >= np.radians(35.9)


def test_jitter_shuffles_and_moves_by_a_few_degrees() -> None:
    viewpoints = np.radians([[0.0, 0.0], [90.0, 0.0], [180.0, 0.0], [-90.0, 0.0]])
    orders = set()
    offsets = []
    for seed in range(50):
        moved = jitter(viewpoints, np.random.default_rng(seed))
        distance = np.abs(moved[:, None] - viewpoints[None]).sum(-1)
        order = distance.argmin(1)
        orders.add(tuple(order.tolist()))
        offsets.append(moved - viewpoints[order])
    assert len(orders) > 10
    assert np.degrees(np.std(offsets)) == pytest.approx(4, rel=0.2)


def test_augmentation_masks_bands_and_shifts_levels_alone() -> None:
    audio = np.ones((2, 7, 5, 16), np.float32)
    for seed in range(20):
        augmentation = draw_augmentation(16, np.random.default_rng(seed))
        changed = augment_audio(audio, augmentation, levels=4)
        masked = np.zeros(16, bool)
        masked[augmentation.masked_bands] = True
        assert masked.sum() <= 2
        assert (changed[..., masked] == 0).all()
        assert changed[:, :4, :, ~masked] == pytest.approx(1 + augmentation.level)
        assert (changed[:, 4:, :, ~masked] == 1).all()
    assert (audio == 1).all()


def test_augmentation_gives_all_crops_the_same_colours() -> None:
    random = np.random.default_rng(1)
    crops = np.broadcast_to(random.integers(0, 256, (8, 8, 3), np.uint8), (2, 3, 8, 8, 3))
    changed = augment_video(crops, draw_augmentation(16, random))
    assert changed.dtype == np.uint8
    assert not np.array_equal(changed, crops)
    assert (changed == changed[0, 0]).all()
