"""Which shards are read together: what would read other clips than meant is refused."""

import json
import logging
import os
import shutil
from pathlib import Path

import h5py
import pytest

from foa360.data import ShardDataset


def changed_copy(shard: Path, path: Path, **settings: object) -> Path:
    """Copy a shard as if it had been made with other settings."""
    shutil.copy(shard, path)
    with h5py.File(path, "r+") as file:
        file.attrs["settings"] = json.dumps(json.loads(file.attrs["settings"]) | settings)
    return path


def test_a_split_that_no_shard_has_is_refused(shards: list[Path]) -> None:
    with pytest.raises(ValueError, match="there is no split 'val'; there are train and test"):
        ShardDataset(shards, "val")


def test_a_shard_that_is_given_twice_is_refused(shards: list[Path], tmp_path: Path) -> None:
    soft, hard = tmp_path / "soft.h5", tmp_path / "hard.h5"
    soft.symlink_to(shards[0])
    os.link(shards[0], hard)
    for twice in (soft, hard, shards[0].parent / ".." / shards[0].parent.name / shards[0].name):
        with pytest.raises(ValueError, match=r"\.h5 is the same shard as .*s0000\.h5"):
            ShardDataset([*shards, twice], "train")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"hop": 7}, "hop 7, not "),
        ({"n_fft": 64}, "n_fft 64, not "),
        ({"new": 1}, "new 1, not None"),
    ],
)
def test_shards_of_other_settings_are_refused(
    shards: list[Path], tmp_path: Path, settings: dict[str, object], problem: str
) -> None:
    other = changed_copy(shards[0], tmp_path / "other.h5", **settings)
    with pytest.raises(ValueError, match=rf"other\.h5 has other settings than .*: {problem}"):
        ShardDataset([shards[0], other], "train")


def test_shards_that_store_more_are_read_together(
    shards: list[Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = changed_copy(shards[0], tmp_path / "other.h5", store=["video", "covariance", "foa"])
    with caplog.at_level(logging.WARNING):
        data = ShardDataset([shards[0], other], "train")
    assert len(data) == 2 * len(ShardDataset(shards[:1], "train"))
    assert "clips are in several shards and count several times" in caplog.text


def test_shards_of_plans_that_contradict_each_other_are_refused(
    shards: list[Path], tmp_path: Path
) -> None:
    """Its clips would be trained on in one run, and tested in the other."""
    other = Path(shutil.copy(shards[0], tmp_path / "other.h5"))
    with h5py.File(other, "r+") as file:
        swapped = {b"train": b"test", b"test": b"train"}
        file["split"][:] = [swapped[split] for split in file["split"][:]]
    for split in ("train", "test"):
        with pytest.raises(ValueError, match=r"is in (test|train) in .*other\.h5 and in"):
            ShardDataset([*shards, other], split)


@pytest.mark.parametrize("path", ["s0000.h5", Path("s0000.h5")])
def test_one_path_in_place_of_a_list_is_an_error(path):
    with pytest.raises(ValueError, match=r"s0000.h5: one path in place of a list"):
        ShardDataset(path, "train")
