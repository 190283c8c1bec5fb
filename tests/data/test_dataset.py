"""Training samples: video and audio agree, and depend on nothing but seed, key and clip."""

import pickle
import shutil
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from support.visible_source import FRAME_RATE, SECONDS, SOURCE

from foa360.ambisonics import encode
from foa360.data import BadClipError, FeatureStatistics, ShardDataset
from foa360.data.transforms import augment_audio
from foa360.demo.encode import DEMO_FPS
from foa360.sphere import angular_distance

#: Pixels from the middle of a crop of 48 pixels and 60°, per unit of the tangent.
PIXELS_PER_TANGENT = 24 / np.tan(np.radians(30))


@pytest.fixture
def data(shards: list[Path]) -> ShardDataset:
    return ShardDataset(shards, "train", frames=4, crop=48)


def test_it_holds_the_clips_of_its_split_only(shards: list[Path], data: ShardDataset) -> None:
    assert data.videos == ["v0", "v2", "v3", "v4"]
    assert data.clip_ids == ["v0_0", "v2_0", "v3_0", "v4_0"]
    assert data.labels == ["bell"] * 4
    assert len(data) == 4
    assert ShardDataset(shards, "test").videos == ["v1"]
    assert len(ShardDataset([], "test")) == 0


def test_samples_have_the_shapes_and_types_of_their_settings(data: ShardDataset) -> None:
    for index in range(len(data)):
        sample = data.sample(index, 0)
        assert sample["video"].shape == (3, 3, 4, 48, 48)
        assert sample["video"].dtype == torch.uint8
        assert sample["audio"].shape == (3, 7, round(FRAME_RATE), 32)
        assert sample["audio"].dtype == torch.float32
        assert torch.isfinite(sample["audio"]).all()
        assert sample["viewpoints"].shape == (3, 2)
        assert sample["index"] == index
        assert "negative" not in sample


def disc(crop: NDArray[np.uint8]) -> tuple[float, float, int]:
    """Column and row of the disc from the middle, and its size."""
    rows, columns = np.nonzero(crop.min(0) > 220)
    if not len(rows):
        return np.nan, np.nan, 0
    return float(columns.mean()) - 23.5, float(rows.mean()) - 23.5, len(rows)


def test_the_source_has_the_same_direction_in_video_and_audio(data: ShardDataset) -> None:
    sample = data.sample(0, None)
    crops, intensity = sample["video"].numpy(), sample["audio"][:, 4:].numpy()
    right, down, size = disc(crops[0, :, 0])
    assert size > 20
    assert (right, down) == pytest.approx((0, 0), abs=1)
    assert intensity[0].mean((1, 2)) == pytest.approx([1, 0, 0], abs=0.02)
    # The second viewpoint is 15° to the right of the source, which is then on the left.
    right, down, size = disc(crops[1, :, 0])
    x, y, z = intensity[1].mean((1, 2))
    assert right < -5
    assert y > 0.1
    assert right == pytest.approx(-PIXELS_PER_TANGENT * y / x, abs=1)
    assert down == pytest.approx(-PIXELS_PER_TANGENT * z / x, abs=1)
    assert disc(crops[2, :, 0])[2] == 0
    assert intensity[2].mean((1, 2))[0] < -0.5


def test_a_yaw_offset_rotates_the_audio_to_the_left_and_leaves_the_video(
    data: ShardDataset,
) -> None:
    aligned = data.sample(0, None)
    misaligned = data.sample(0, None, yaw_offset=np.pi / 2)
    assert torch.equal(aligned["video"], misaligned["video"])
    w, y, z, x = encode(*np.radians([SOURCE[0] + 90, SOURCE[1]]))
    expected = encode(*np.radians(SOURCE))[1:] @ [y, z, x] / w
    intensity = misaligned["audio"][0, 4:].numpy().mean((1, 2))
    assert intensity[0] == pytest.approx(expected, abs=0.02)
    assert intensity[1] > 0.5


def test_frames_and_audio_are_of_the_same_time(data: ShardDataset) -> None:
    # The ground of the first frame gives the time; loudness gives the half of the clip.
    for key in range(12):
        sample = data.sample(0, key)
        ground = sample["video"][2, 1, :, 0, 0].numpy()
        assert (np.diff(ground.astype(int)) >= 0).all()
        times = (ground - 10.0) / 3 / DEMO_FPS
        assert 0.6 <= times[-1] - times[0] <= 1.1
        loudness = sample["audio"][0, 0].mean(1).numpy()
        step = np.flatnonzero(np.diff(loudness) > 6)
        if times[0] > 2.4:
            assert loudness[10:-10].min() > -25
        if len(step):
            assert abs(times[0] + step[0] / FRAME_RATE - SECONDS / 2) < 0.4
    starts = {int(data.sample(0, key)["video"][2, 1, 0, 0, 0]) for key in range(12)}
    assert len(starts) > 3


def test_a_sample_depends_on_nothing_but_seed_key_and_clip(
    shards: list[Path], data: ShardDataset
) -> None:
    again = ShardDataset(shards[1:], "train", frames=4, crop=48)
    again.sample(2, 5)
    first, second = data.sample(1, 3), again.sample(0, 3)
    assert torch.equal(first["video"], second["video"])
    assert torch.equal(first["audio"], second["audio"])
    assert not torch.equal(data.sample(1, 3)["audio"], data.sample(1, 4)["audio"])
    other = ShardDataset(shards, "train", frames=4, crop=48, seed=1)
    assert not torch.equal(data.sample(1, 3)["audio"], other.sample(1, 3)["audio"])


def test_epochs_differ_and_come_again(data: ShardDataset) -> None:
    first = data[0]["audio"]
    data.set_epoch(1)
    assert not torch.equal(data[0]["audio"], first)
    data.set_epoch(0)
    assert torch.equal(data[0]["audio"], first)


def test_a_sample_is_what_its_request_says(shards: list[Path]) -> None:
    data = ShardDataset(
        shards, "train", frames=2, crop=32, augment=True, viewpoints="random", negatives="other"
    )
    request = data.draw(0, 5, yaw_offset=0.3)
    with pytest.raises(FrozenInstanceError):
        request.start = 0.0  # type: ignore[misc]
    sample, drawn_again = data.load(request), data.sample(0, 5, yaw_offset=0.3)
    assert torch.equal(sample["video"], drawn_again["video"])
    assert torch.equal(sample["audio"], drawn_again["audio"])
    assert torch.equal(sample["negative"], drawn_again["negative"])
    assert np.array_equal(sample["viewpoints"].numpy(), request.viewpoints)
    # The negative shares everything but clip and time.
    assert request.augmentation is not None
    negative = request.negative
    assert negative is not None
    assert negative.index == data.draws.draw_negative(0, 5)
    assert negative.viewpoints is request.viewpoints
    assert (negative.yaw_offset, negative.mirror) == (request.yaw_offset, request.mirror)
    assert negative.augmentation is request.augmentation
    plain = data.load(replace(request, augmentation=None))
    changed = augment_audio(plain["audio"].numpy(), request.augmentation, levels=4)
    assert np.array_equal(changed, sample["audio"].numpy())
    assert torch.equal(data.load(negative)["audio"], sample["negative"])


def test_masked_bands_do_not_tell_a_negative_from_its_positive(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32, augment=True, negatives="other")
    masked = 0
    for key in range(20):
        sample = data.sample(0, key)
        bands = [(sample[name] == 0).all(dim=(0, 1, 2)) for name in ("audio", "negative")]
        assert torch.equal(*bands)
        masked += int(bands[0].any())
    assert masked > 10


def test_without_a_key_a_sample_is_the_middle_of_the_clip_unchanged(shards: list[Path]) -> None:
    data = ShardDataset(
        shards, "train", augment=True, viewpoints="random", negatives="same", audio_seconds=1.0
    )
    request = data.draw(0)
    assert request.start == (SECONDS - 1) / 2
    assert request.augmentation is None
    assert request.negative is None
    assert not request.mirror
    assert request.viewpoints[0] == pytest.approx(np.radians(SOURCE))


@pytest.mark.parametrize("augment", [False, True])
def test_workers_read_the_same_as_one_process(shards: list[Path], augment: bool) -> None:
    data = ShardDataset(shards, "train", frames=2, crop=32, augment=augment)
    here = [data[i] for i in range(len(data))]
    loader: Any = torch.utils.data.DataLoader(data, batch_size=2, num_workers=2)
    batches = list(loader)
    assert torch.equal(
        torch.cat([b["audio"] for b in batches]), torch.stack([s["audio"] for s in here])
    )
    assert torch.equal(
        torch.cat([b["video"] for b in batches]), torch.stack([s["video"] for s in here])
    )


def test_it_travels_to_other_processes(data: ShardDataset) -> None:
    data.sample(0, 0)
    copy = pickle.loads(pickle.dumps(data))
    assert torch.equal(copy.sample(1, 2)["audio"], data.sample(1, 2)["audio"])


def test_augmented_samples_keep_video_and_audio_in_agreement(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=48, augment=True)
    sides, compared = set(), 0
    for key in range(30):
        sample = data.sample(0, key)
        for crop, audio in zip(sample["video"].numpy(), sample["audio"].numpy(), strict=True):
            # Colours change; the disc stays the brightest.
            grey = crop[:, 0].mean(0)
            x, y, z = np.median(audio[4:], axis=(1, 2))
            if x < 0.5 or grey.max() - np.median(grey) < 40:
                continue
            rows, columns = np.nonzero(grey > (grey.max() + np.median(grey)) / 2)
            right, down = columns.mean() - 23.5, rows.mean() - 23.5
            if max(abs(right), abs(down)) > 17:
                continue  # cut by the border
            compared += 1
            assert right == pytest.approx(-PIXELS_PER_TANGENT * y / x, abs=1.5)
            assert down == pytest.approx(-PIXELS_PER_TANGENT * z / x, abs=1.5)
            if abs(right) > 4:
                sides.add(right > 0)
    assert compared > 20
    assert sides == {True, False}  # mirrored ones among them


def test_each_channel_is_standardised_with_the_statistics_of_its_group(
    shards: list[Path],
) -> None:
    mean, std = np.array([[-40], [-60], [0]]), np.array([[2], [4], [0.5]])
    wide = np.ones((1, 32))
    statistics = FeatureStatistics(np.float32(mean * wide), np.float32(std * wide))
    plain = ShardDataset(shards, "train", frames=1, crop=32).sample(0, 0)["audio"]
    standardised = ShardDataset(shards, "train", frames=1, crop=32, statistics=statistics).sample(
        0, 0
    )["audio"]
    assert torch.allclose(standardised[:, 0], (plain[:, 0] + 40) / 2, atol=1e-5)
    assert torch.allclose(standardised[:, 1:4], (plain[:, 1:4] + 60) / 4, atol=1e-5)
    assert torch.allclose(standardised[:, 4:], plain[:, 4:] * 2, atol=1e-5)


def test_random_viewpoints_cover_the_sphere_and_audio_follows(shards: list[Path]) -> None:
    free = ShardDataset(shards, "train", frames=1, crop=32, viewpoints="random")
    viewpoints = [free.sample(0, key)["viewpoints"].numpy() for key in range(200)]
    elevations = np.degrees(np.concatenate(viewpoints)[:, 1])
    assert elevations.min() < -60
    assert elevations.max() > 60
    for first, second, _ in viewpoints:
        assert angular_distance(*first, *second) > np.radians(35.9)
    # The audio is that of the stored viewpoints after the same rotation.
    fixed = ShardDataset(shards, "train", frames=1, crop=32)
    assert torch.equal(
        free.sample(0, 5, viewpoints=viewpoints[7])["audio"],
        fixed.sample(0, 5, viewpoints=viewpoints[7])["audio"],
    )
    middle = free.sample(0)["viewpoints"]
    assert torch.equal(middle, fixed.sample(0)["viewpoints"])  # evaluation has the stored ones


def test_negatives_are_of_the_same_or_of_another_video(shards: list[Path]) -> None:
    for kind in ("other", "same"):
        data = ShardDataset(shards, "train", frames=1, crop=32, negatives=kind)
        for index in range(len(data)):
            chosen = data.draws.draw_negative(index, 3)
            alone = data.videos.count(data.videos[index]) == 1
            if kind == "other" or not alone:
                assert (data.videos[chosen] == data.videos[index]) == (kind == "same")
            sample = data.sample(index, 3)
            assert sample["negative"].shape == sample["audio"].shape
            assert not torch.equal(sample["negative"], sample["audio"])
            assert torch.equal(sample["negative"], data.sample(index, 3)["negative"])


def test_the_only_clip_of_a_video_is_its_own_negative_at_another_time(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32, negatives="same")
    request = data.draw(0, 3)
    assert request.negative is not None
    assert request.negative.index == 0
    assert abs(request.negative.start - request.start) >= 1
    # Where it is too short for that, the negative is of another video.
    short = data.clip_ids.index("v3_0")
    assert data.draws.draw_negative(short, 3) != short


def test_data_that_cannot_be_read_name_their_clip(shards: list[Path], tmp_path: Path) -> None:
    bad = Path(shutil.copy(shards[0], tmp_path / "bad.h5"))
    with h5py.File(bad, "r+") as file:
        file["video_data"][:] = 0
    data = ShardDataset([bad], "train", frames=1, crop=32)
    with pytest.raises(BadClipError, match="v0_0: the image is no JPEG file") as error:
        data.sample(0, 0)
    assert error.value.clip_id == "v0_0"


def test_an_epoch_reaches_workers_that_stay(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32)
    loader: Any = torch.utils.data.DataLoader(
        data,
        batch_size=4,
        num_workers=1,
        persistent_workers=True,
        multiprocessing_context="spawn",
    )
    for epoch in range(3):
        data.set_epoch(epoch)
        (batch,) = loader
        assert torch.equal(batch["audio"], torch.stack([data[i]["audio"] for i in range(4)]))


def test_some_clips_only(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", only=["v2_0", "v4_0", "v1_0"], frames=1, crop=32)
    assert data.clip_ids == ["v2_0", "v4_0"]
    everything = ShardDataset(shards, "train", frames=1, crop=32)
    assert torch.equal(data.sample(1, 3)["audio"], everything.sample(3, 3)["audio"])


def test_the_video_lies_within_the_audio(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32, video_seconds=0.5)
    delays = []
    for key in range(50):
        request = data.draw(0, key)
        delays.append(request.video_start - request.start)
    assert 0 <= min(delays) < 0.1
    assert 0.4 < max(delays) <= 0.5
    middle = data.draw(0)
    assert middle.video_start == pytest.approx(middle.start + 0.25)


def test_fields_of_view_are_drawn_from_their_range(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32, fov=(25.0, 90.0))
    drawn = np.degrees([data.draw(0, key).fov for key in range(100)])
    assert 25 <= drawn.min() < 30
    assert 85 < drawn.max() <= 90
    assert np.degrees(data.draw(0).fov) == pytest.approx(60)  # the stored one


def test_yolo_viewpoints_are_those_of_objects_and_random_ones(shards: list[Path]) -> None:
    """Viewpoints at peaks of the audio, which would tell where it comes from, are left out."""
    data = ShardDataset(shards, "train", frames=1, crop=32, viewpoints="yolo", max_elevation=30)
    stored = data.draw(0).viewpoints
    objects = [bool(label) for label in data.viewpoint_labels[0]]
    assert 0 < sum(objects) < len(objects)
    others = set()
    for key in range(20):
        viewpoints = data.draw(0, key).viewpoints
        assert np.array_equal(viewpoints[: sum(objects)], stored[objects])
        rest = viewpoints[sum(objects) :]
        assert np.degrees(np.abs(rest[:, 1])).max() <= 30
        others.add(tuple(rest.ravel().tolist()))
    assert len(others) == 20


def test_a_sample_has_at_most_the_views_that_are_asked_for(shards: list[Path]) -> None:
    for viewpoints in ("stored", "random", "yolo"):
        data = ShardDataset(shards, "train", frames=1, crop=32, viewpoints=viewpoints, views=2)
        assert data.sample(0, 0)["video"].shape[0] == 2
        assert data.sample(0)["video"].shape[0] == 2


def test_windows_of_a_clip_are_apart_and_come_in_any_order(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32, views=1, windows=2)
    distances = []
    for key in range(50):
        request = data.draw(0, key)
        (later,) = request.later
        distances.append(later.start - request.start)
        for window in (request, later):
            assert 0 <= window.start <= SECONDS - 1
    assert min(np.abs(distances)) >= 0.5
    assert {distance > 0 for distance in distances} == {True, False}
    sample = data.sample(0, 0)
    assert sample["video"].shape[0] == sample["audio"].shape[0] == 2
    (later,) = data.draw(0, 0).later
    assert torch.equal(data.load(later)["audio"][0], sample["audio"][1])
    short = data.clip_ids.index("v3_0")
    with pytest.raises(BadClipError, match="v3_0: is too short for 2 windows"):
        data.draw(short, 0)
