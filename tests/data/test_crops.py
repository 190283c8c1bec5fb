"""Samples on bytes are those of a slow, plain implementation in double precision."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from foa360.data import SampleRequest, ShardDataset
from foa360.data.crops import crop_positions, crop_views
from foa360.media.images import decode_image
from foa360.shards.read import open_shard
from foa360.sphere import direction_to_pixel, view_directions

FRAMES = 8
CROP = 40
FOV = np.radians(60)
#: A sampled value is rounded once; its position is of single precision.
SAMPLING_ROUNDING = 0.55
#: Decimals of the angles of a view, radians.
ANGLE_DECIMALS = 5
#: OpenCV mixes colours with coefficients of 10 bits after the point, and rounds the sum.
MIXING_ROUNDING = 0.5 + 3 * 255 * 2**-11

Floats = NDArray[np.float64]


def neighbour(frame: Floats, row: NDArray[np.intp], column: NDArray[np.intp]) -> Floats:
    """Pixels of a frame, beyond the seam and the poles, too."""
    height, width, _ = frame.shape
    beyond = (row < 0) | (row >= height)
    column = column + beyond * (width // 2)
    return frame[row.clip(0, height - 1), column % width]


def plain_crop(frame: NDArray[np.uint8], azimuth: float, elevation: float, fov: float) -> Floats:
    """Sample a frame bilinearly."""
    height, width, _ = frame.shape
    view = [round(float(angle), ANGLE_DECIMALS) for angle in (azimuth, elevation, fov)]
    u, v = direction_to_pixel(*view_directions(*view, CROP, CROP), width, height)
    column, row = np.floor(u).astype(int), np.floor(v).astype(int)
    right, down = (u - column)[..., None], (v - row)[..., None]
    values = frame.astype(float)
    above = neighbour(values, row, column) * (1 - right)
    above += neighbour(values, row, column + 1) * right
    below = neighbour(values, row + 1, column) * (1 - right)
    below += neighbour(values, row + 1, column + 1) * right
    return above * (1 - down) + below * down


def plain_video(path: Path, request: SampleRequest) -> Floats:
    """Crops `(K, 3, frames, CROP, CROP)` of the first clip of a shard, one after another."""
    with open_shard(path) as shard:
        videos = []
        for azimuth, elevation in request.viewpoints:
            crops = []
            for frame in range(FRAMES):
                time = request.start + (frame + 0.5) / FRAMES
                number = min(int(time * shard.settings.video_fps), shard.image_count() - 1)
                image = decode_image(shard.encoded_image(0, number))
                crop = plain_crop(image, azimuth, elevation, shard.fov(0))
                if request.mirror:
                    crop = crop[:, ::-1]
                if request.augmentation is not None:
                    crop = crop @ request.augmentation.colour_matrix.T
                    crop = (crop + request.augmentation.brightness).clip(0, 255)
                crops.append(crop)
            videos.append(crops)
    return np.array(videos).transpose(0, 4, 1, 2, 3)


@pytest.mark.parametrize("mirror", [False, True])
def test_crops_of_noise_are_exact_across_the_seam_and_at_the_poles(mirror: bool) -> None:
    frame = np.random.default_rng(0).integers(0, 256, (48, 96, 3), np.uint8)
    viewpoints = np.radians([[0, 0], [179, 10], [-120, -40], [30, 88], [-70, -89]])
    crops = crop_views(frame, *crop_positions(viewpoints, FOV, CROP, (96, 48), mirror))
    assert crops.shape == (5, CROP, CROP, 3)
    for crop, (azimuth, elevation) in zip(crops, viewpoints, strict=True):
        expected = plain_crop(frame, azimuth, elevation, FOV)
        if mirror:
            expected = expected[:, ::-1]
        assert np.abs(crop - expected).max() < SAMPLING_ROUNDING


def test_samples_are_those_of_a_plain_implementation(shards: list[Path]) -> None:
    data = ShardDataset(
        shards, "train", frames=FRAMES, crop=CROP, augment=True, viewpoints="random"
    )
    mirrored = set()
    for key in range(12):
        request = data.draw(0, key)
        assert request.augmentation is not None
        mirrored.add(request.mirror)
        video = data.load(request)["video"].numpy()
        difference = video - plain_video(shards[0], request)
        # A rounded sample is multiplied with the colour matrix before it is rounded again.
        gain = np.abs(request.augmentation.colour_matrix).sum(1).max()
        assert np.abs(difference).max() < SAMPLING_ROUNDING * gain + MIXING_ROUNDING
        assert np.abs(difference).max() < 2
        assert abs(difference.mean()) < 0.3
    assert mirrored == {False, True}


def test_samples_without_changes_are_rounded_once(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=FRAMES, crop=CROP)
    for key in (None, 0, 1):
        request = data.draw(0, key)
        video = data.load(request)["video"].numpy()
        assert np.abs(video - plain_video(shards[0], request)).max() < SAMPLING_ROUNDING


def test_a_frame_that_is_rotated_with_its_viewpoint_looks_the_same() -> None:
    frame = np.random.default_rng(5).integers(0, 256, (64, 128, 3), dtype=np.uint8)
    columns = 24  # to the left, where azimuths are larger
    rotated = np.roll(frame, -columns, axis=1)
    crops = []
    for image, azimuth in ((frame, -0.4), (rotated, -0.4 + 2 * np.pi * columns / 128)):
        viewpoints = np.array([[azimuth, 0.2], [azimuth + 2.5, -1.2]])
        positions = crop_positions(viewpoints, FOV, CROP, (128, 64))
        crops.append(crop_views(image, *positions).astype(int))
    # Positions are rounded to 1/32 of a pixel, in which neighbours of noise differ by up to 8.
    assert np.abs(crops[0] - crops[1]).max() <= 17
    assert np.abs(crops[0] - crops[1]).mean() < 1
