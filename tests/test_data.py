"""Training samples: what is seen and heard belongs together, in any number of workers."""

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from foa360.ambisonics import (
    covariance_to_log_mel,
    encode,
    look_at,
    rotate_covariance,
    unpack_covariance,
)
from foa360.config.features import Features
from foa360.data import ShardDataset, ShardLoader, feature_statistics
from foa360.demo.encode import FPS, write_media
from foa360.demo.sounds import RATE
from foa360.sphere import angular_distance, pixel_to_direction

SETTINGS = Features(n_mels=32, video_width=256, store=["video", "covariance"])
#: Where the source is, and where the clips are looked at, degrees.
SOURCE = (60.0, 20.0)
VIEWS = [SOURCE, (45.0, 20.0), (-120.0, -20.0)]
SECONDS = 4
RATES = SETTINGS.sample_rate / SETTINGS.hop


def frames(seconds: float, tint: int) -> Iterator[NDArray[np.uint8]]:
    """A white disc at the source on a ground that brightens with time."""
    v, u = np.mgrid[:128, :256]
    disc = angular_distance(*pixel_to_direction(u, v, 256, 128), *np.radians(SOURCE)) < 0.12
    for number in range(round(seconds * FPS)):
        frame = np.full((128, 256, 3), 10 + 3 * number, np.uint8)
        frame[..., tint] += 20
        frame[disc] = 255
        yield frame


def heard(seconds: float, seed: int) -> NDArray[np.float32]:
    """White noise from the source; louder in the second half."""
    random = np.random.default_rng(seed)
    noise = random.normal(size=int(seconds * RATE)) * 0.02
    noise[len(noise) // 2 :] *= 4
    field = encode(*np.radians(SOURCE))[:, None] * noise
    return (field + 1e-4 * random.normal(size=field.shape)).astype(np.float32)


@pytest.fixture(scope="session")
def shards(
    tmp_path_factory: pytest.TempPathFactory, write_features: Callable[..., Path]
) -> list[Path]:
    """Two shards of two and three videos, one of them short, one of the test split."""
    folder = tmp_path_factory.mktemp("media")
    media, clips = {}, []
    for i, seconds in enumerate([SECONDS, SECONDS, SECONDS, 0.5, SECONDS]):
        name = f"v{i}"
        media[name] = folder / f"{name}.mkv"
        write_media(media[name], frames(seconds, i % 3), heard(seconds, i))
        clips.append(
            {"clip_id": f"{name}_0", "video_id": name, "start": 0.0, "duration": float(seconds),
             "split": "test" if i == 1 else "train", "verdict": "kept",
             "planes": [0, 1, 2, 3], "gains": [1.0] * 4}
        )  # fmt: skip
    return [write_features(media, part, VIEWS, SETTINGS) for part in (clips[:2], clips[2:])]


@pytest.fixture
def data(shards: list[Path]) -> ShardDataset:
    return ShardDataset(shards, "train", frames=4, crop=48)


def test_it_holds_the_clips_of_its_split_only(shards: list[Path], data: ShardDataset) -> None:
    assert data.videos == ["v0", "v2", "v3", "v4"]
    assert data.clip_ids == ["v0_0", "v2_0", "v3_0", "v4_0"]
    assert len(data) == 4
    assert ShardDataset(shards, "test").videos == ["v1"]
    assert len(ShardDataset([], "test")) == 0


def test_samples_have_the_shapes_and_types_of_their_settings(data: ShardDataset) -> None:
    for index in range(len(data)):
        sample = data.sample(index, 0)
        assert sample["video"].shape == (3, 3, 4, 48, 48)
        assert sample["video"].dtype == torch.uint8
        assert sample["audio"].shape == (3, 7, round(RATES), 32)
        assert sample["audio"].dtype == torch.float32
        assert torch.isfinite(sample["audio"]).all()
        assert sample["index"] == index


def disc(crop: NDArray[np.uint8]) -> tuple[float, float, int]:
    """Column and row of the disc from the middle, and its size."""
    rows, columns = np.nonzero(crop.min(0) > 220)
    if not len(rows):
        return np.nan, np.nan, 0
    return float(columns.mean()) - 23.5, float(rows.mean()) - 23.5, len(rows)


def test_the_source_is_seen_and_heard_in_the_same_direction(data: ShardDataset) -> None:
    sample = data.sample(0, None)
    crops, intensity = sample["video"].numpy(), sample["audio"][:, 4:].numpy()
    right, down, size = disc(crops[0, :, 0])
    assert size > 20
    assert (right, down) == pytest.approx((0, 0), abs=1)
    assert intensity[0].mean((1, 2)) == pytest.approx([1, 0, 0], abs=0.02)
    # The second view looks 15° to the right of the source, which is then on the left.
    right, down, size = disc(crops[1, :, 0])
    x, y, z = intensity[1].mean((1, 2))
    assert right < -5
    assert y > 0.1
    # Pixels from the middle, per unit of the tangent.
    scale = 24 / np.tan(np.radians(30))
    assert right == pytest.approx(-scale * y / x, abs=1)
    assert down == pytest.approx(-scale * z / x, abs=1)
    assert disc(crops[2, :, 0])[2] == 0
    assert intensity[2].mean((1, 2))[0] < -0.5


def test_a_misaligned_sound_comes_from_further_left_in_the_same_picture(
    data: ShardDataset,
) -> None:
    aligned, moved = data.sample(0, None), data.sample(0, None, misalign=np.pi / 2)
    assert torch.equal(aligned["video"], moved["video"])
    w, y, z, x = encode(*np.radians([SOURCE[0] + 90, SOURCE[1]]))
    expected = encode(*np.radians(SOURCE))[1:] @ [y, z, x] / w
    intensity = moved["audio"][0, 4:].numpy().mean((1, 2))
    assert intensity[0] == pytest.approx(expected, abs=0.02)
    assert intensity[1] > 0.5


def test_pictures_and_sound_are_of_the_same_time(data: ShardDataset) -> None:
    # The ground of the first picture tells the time; loudness tells the half of the clip.
    for key in range(12):
        sample = data.sample(0, key)
        ground = sample["video"][2, 1, :, 0, 0].numpy()
        assert (np.diff(ground.astype(int)) >= 0).all()
        times = (ground - 10.0) / 3 / FPS
        assert 0.6 <= times[-1] - times[0] <= 1.1
        loudness = sample["audio"][0, 0].mean(1).numpy()
        step = np.flatnonzero(np.diff(loudness) > 6)
        if times[0] > 2.4:
            assert loudness[10:-10].min() > -25
        if len(step):
            assert abs(times[0] + step[0] / RATES - 2) < 0.4
    starts = {int(data.sample(0, key)["video"][2, 1, 0, 0, 0]) for key in range(12)}
    assert len(starts) > 3


def test_a_sample_depends_on_nothing_but_seed_key_and_clip(
    shards: list[Path], data: ShardDataset
) -> None:
    again = ShardDataset(shards[1:], "train", frames=4, crop=48)
    again.sample(2, 5)
    for name in ("video", "audio"):
        assert torch.equal(data.sample(1, 3)[name], again.sample(0, 3)[name])
    assert not torch.equal(data.sample(1, 3)["audio"], data.sample(1, 4)["audio"])
    other = ShardDataset(shards, "train", frames=4, crop=48, seed=1)
    assert not torch.equal(data.sample(1, 3)["audio"], other.sample(1, 3)["audio"])


def test_epochs_differ_and_come_again(data: ShardDataset) -> None:
    first = data[0]["audio"]
    data.set_epoch(1)
    assert not torch.equal(data[0]["audio"], first)
    data.set_epoch(0)
    assert torch.equal(data[0]["audio"], first)


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


def test_augmented_samples_keep_picture_and_sound_together(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=48, augment=True)
    scale = 24 / np.tan(np.radians(30))
    sides, seen = set(), 0
    for key in range(30):
        sample = data.sample(0, key)
        for crop, sound in zip(sample["video"].numpy(), sample["audio"].numpy(), strict=True):
            # Colours change; the disc stays the brightest.
            grey = crop[:, 0].mean(0)
            x, y, z = np.median(sound[4:], axis=(1, 2))
            if x < 0.5 or grey.max() - np.median(grey) < 40:
                continue
            rows, columns = np.nonzero(grey > (grey.max() + np.median(grey)) / 2)
            right, down = columns.mean() - 23.5, rows.mean() - 23.5
            if max(abs(right), abs(down)) > 17:
                continue  # cut by the border
            seen += 1
            assert right == pytest.approx(-scale * y / x, abs=1.5)
            assert down == pytest.approx(-scale * z / x, abs=1.5)
            if abs(right) > 4:
                sides.add(right > 0)
    assert seen > 20
    assert sides == {True, False}  # mirrored ones among them


def test_statistics_standardise_the_spectra(shards: list[Path]) -> None:
    mean, spread = feature_statistics(shards)
    assert mean.shape == spread.shape == (2, 32)
    data = ShardDataset(shards, "train", frames=1, crop=32, statistics=(mean, spread))
    drawn = [data.sample(i, key)["audio"] for i in (0, 1, 3) for key in range(10)]
    spectra = torch.stack(drawn)[:, :, 0].numpy()
    assert abs(spectra.mean()) < 0.3
    assert 0.5 < spectra.std() < 1.5
    # The intensity stays as it is.
    plain = ShardDataset(shards, "train", frames=1, crop=32).sample(0, 0)["audio"]
    assert torch.equal(plain[:, 4:], data.sample(0, 0)["audio"][:, 4:])


def test_statistics_are_those_of_the_training_split(shards: list[Path]) -> None:
    empty = feature_statistics([])
    assert (empty[0] == 0).all()
    assert (empty[1] == 1).all()
    levels = []
    for path in shards:
        with h5py.File(path) as file:
            rate = 24000 / json.loads(file.attrs["settings"])["hop"]
            for i in np.flatnonzero(file["split"][:] == b"train"):
                real = int(file["duration"][i] * rate)
                stored = unpack_covariance(file["covariance"][i, :, :real])
                levels.append(covariance_to_log_mel(stored))
    both = np.concatenate(levels, 1)
    mean, spread = feature_statistics(shards)
    assert mean == pytest.approx(np.stack([both[0].mean(0), both[1:].mean((0, 1))]), abs=1e-3)
    assert spread[0] == pytest.approx(both[0].std(0), abs=1e-2)


def test_random_viewpoints_look_anywhere_and_sound_follows(shards: list[Path]) -> None:
    free = ShardDataset(shards, "train", frames=1, crop=32, viewpoints="random")
    views = [free.sample(0, key)["viewpoints"].numpy() for key in range(200)]
    elevations = np.degrees(np.concatenate(views)[:, 1])
    assert elevations.min() < -60
    assert elevations.max() > 60
    for a, b in (v for v in views if len(v) == 2):
        assert angular_distance(*a, *b) > np.radians(35.9)
    # What is heard from a view is what the stored views give after the same turn.
    fixed = ShardDataset(shards, "train", frames=1, crop=32)
    assert torch.equal(
        free.sample(0, 5, viewpoints=views[7])["audio"],
        fixed.sample(0, 5, viewpoints=views[7])["audio"],
    )
    middle = free.sample(0)["viewpoints"]
    assert torch.equal(middle, fixed.sample(0)["viewpoints"])  # evaluation looks where it did


def test_negatives_are_of_the_same_or_of_another_video(shards: list[Path]) -> None:
    for kind in ("other", "same"):
        data = ShardDataset(shards, "train", frames=1, crop=32, negatives=kind)
        for index in range(len(data)):
            chosen = data.negative(index, 3)
            alone = data.videos.count(data.videos[index]) == 1
            if kind == "other" or not alone:
                assert (data.videos[chosen] == data.videos[index]) == (kind == "same")
            sample = data.sample(index, 3)
            assert sample["negative"].shape == sample["audio"].shape
            assert not torch.equal(sample["negative"], sample["audio"])
            assert torch.equal(sample["negative"], data.sample(index, 3)["negative"])


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_goes_on_in_the_middle_of_an_epoch(shards: list[Path], workers: int) -> None:
    def loader() -> ShardLoader:
        data = ShardDataset(shards, "train", frames=1, crop=32, augment=True)
        return ShardLoader(data, batch=2, seed=4, workers=workers)

    whole = loader()
    first, second = list(whole), list(whole)
    assert sorted(torch.cat([b["index"] for b in first]).tolist()) == list(range(len(whole.data)))
    assert not torch.equal(first[0]["audio"], second[0]["audio"])
    begun, state = loader(), None
    for number, _ in enumerate(begun):
        if number == 0:
            state = begun.state_dict()
            break
    resumed = loader()
    resumed.load_state_dict(json.loads(json.dumps(state)))
    rest = list(resumed)
    assert len(rest) == len(first) - 1
    for a, b in zip(first[1:], rest, strict=True):
        assert torch.equal(a["audio"], b["audio"])
        assert torch.equal(a["video"], b["video"])
    assert torch.equal(next(iter(resumed))["audio"], second[0]["audio"])


@pytest.mark.parametrize("workers", [0, 2])
def test_a_bad_clip_is_skipped_counted_and_named(
    shards: list[Path], tmp_path: Path, workers: int
) -> None:
    bad = shutil.copy(shards[0], tmp_path / "bad.h5")
    with h5py.File(bad, "r+") as file:
        row = int(np.flatnonzero(file["split"][:] == b"train")[0])
        name = file["clip_id"][row].decode()
        offset, size = file["video"][row].T
        for begin, length in zip(offset, size, strict=True):
            file["video_data"][begin : begin + length] = 0
    data = ShardDataset([Path(bad)], "train", frames=1, crop=32)
    loader = ShardLoader(data, batch=4, workers=workers)
    seen = sum(len(batch["index"]) for batch in loader)
    assert seen == len(data) - 1
    assert list(loader.skipped) == [name]
    assert "picture" in loader.skipped[name]


def test_stored_covariances_become_views_on_tensors_with_gradients(shards: list[Path]) -> None:
    with h5py.File(shards[0]) as file:
        packed = file["covariance"][:2]
    angles = torch.tensor([0.5, -0.2], dtype=torch.float64, requires_grad=True)
    cov = unpack_covariance(torch.from_numpy(packed))
    assert np.allclose(cov, unpack_covariance(packed), rtol=1e-5, atol=1e-9)
    c, s = torch.cos(angles), torch.sin(angles)
    zero, one = torch.zeros(()).double(), torch.ones(()).double()
    yaw = torch.stack([c[0], s[0], zero, -s[0], c[0], zero, zero, zero, one]).reshape(3, 3)
    pitch = torch.stack([c[1], zero, s[1], zero, one, zero, -s[1], zero, c[1]]).reshape(3, 3)
    turned = rotate_covariance(cov, pitch @ yaw)
    same = rotate_covariance(cov.numpy(), look_at(0.5, -0.2))
    assert np.allclose(turned.detach(), same, rtol=1e-4, atol=1e-7)
    covariance_to_log_mel(turned).mean().backward()
    assert angles.grad is not None
    assert angles.grad.abs().min() > 0
