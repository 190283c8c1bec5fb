"""Mean and standard deviation of audio features."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from foa360.data import ShardDataset, feature_statistics
from foa360.data.inputs import AUDIO_INPUTS


@pytest.mark.parametrize("name", AUDIO_INPUTS)
def test_statistics_standardise_other_samples(shards: list[Path], name: str) -> None:
    plain = ShardDataset(shards, "train", frames=1, crop=32, input=name)
    statistics = feature_statistics(plain, samples=200)
    assert statistics is not None
    groups = AUDIO_INPUTS[name].groups
    assert statistics.mean.shape == statistics.std.shape == (max(groups) + 1, 32)
    data = ShardDataset(shards, "train", frames=1, crop=32, input=name, statistics=statistics)
    samples = np.stack(
        [data.sample(clip, 10000 + key)["audio"].numpy() for clip in range(4) for key in range(50)]
    )
    for group, centred in enumerate(AUDIO_INPUTS[name].centred):
        values = samples[:, :, [channel for channel, g in enumerate(groups) if g == group]]
        if centred:
            assert abs(values.mean()) < 0.2
        assert 0.7 < np.sqrt((values**2).mean()) < 1.3


def test_statistics_are_those_of_a_slow_reference(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32)
    drawn = data.clips.drawn(0)
    audio = np.stack([data.features(data.draw(next(drawn), key)) for key in range(30)])
    statistics = feature_statistics(data, samples=30)
    assert statistics is not None
    for group, channels in enumerate([[0], [1, 2, 3], [4, 5, 6]]):
        values = audio[:, :, channels].astype(float)
        mean = values.mean((0, 1, 2, 3)) if group < 2 else np.zeros(32)
        std = np.sqrt(((values - mean) ** 2).mean((0, 1, 2, 3)))
        assert statistics.mean[group] == pytest.approx(mean, rel=1e-4, abs=1e-6)
        assert statistics.std[group] == pytest.approx(std, rel=1e-3)


def test_each_video_counts_as_much_as_any_other(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32)
    drawn = data.clips.drawn(3)
    passes = [[data.videos[next(drawn)] for _ in range(4)] for _ in range(20)]
    assert all(sorted(videos) == ["v0", "v2", "v3", "v4"] for videos in passes)
    assert len({tuple(videos) for videos in passes}) > 5


def test_there_are_none_without_clips_or_where_none_can_be_read(
    shards: list[Path], tmp_path: Path
) -> None:
    assert feature_statistics(ShardDataset([], "train")) is None
    bad = Path(shutil.copy(shards[0], tmp_path / "bad.h5"))
    with h5py.File(bad, "r+") as file:
        file["viewpoints"][:] = np.nan
    assert feature_statistics(ShardDataset([bad], "train")) is None
