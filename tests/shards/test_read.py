"""Reading of feature shards."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from support.sample_shard import HOSTILE_ID, SETTINGS, VIEWPOINTS

from foa360.shards import open_shard, shard_files


def test_a_shard_gives_the_values_of_its_datasets(sample_shard: Path) -> None:
    with open_shard(sample_shard) as shard, h5py.File(sample_shard) as file:
        assert len(shard) == 3
        assert shard.texts("viewpoint_label").tolist() == [["bell", ""]] * 3
        row = shard.texts("clip_id").tolist().index(f"{HOSTILE_ID}_0")
        assert shard.duration(row) == 1.5
        assert shard.start(row) == 0
        assert shard.fov(row) == pytest.approx(np.radians(60))
        assert shard.viewpoints(row) == pytest.approx(np.radians(VIEWPOINTS))
        assert shard.settings.sample_rate == SETTINGS.sample_rate
        assert shard.settings.frame_rate == SETTINGS.sample_rate / SETTINGS.hop
        assert shard.settings.n_mels == SETTINGS.n_mels
        assert shard.settings.video_fps == SETTINGS.video_fps
        np.testing.assert_array_equal(shard.row("log_mel", row), file["log_mel"][row])
        some = shard.covariance(row, slice(10, 30))
        np.testing.assert_array_equal(some, shard.covariance(row)[:, 10:30])
        np.testing.assert_array_equal(shard.statistics, file["statistics"][:])


def test_names_are_the_datasets_with_a_row_per_clip(sample_shard: Path) -> None:
    with open_shard(sample_shard) as shard, h5py.File(sample_shard) as file:
        assert set(file) - set(shard.names) == {"video_data", "statistics"}
        assert "video_data" in shard
        assert "nothing" not in shard


def test_a_closed_shard_cannot_be_read(sample_shard: Path) -> None:
    with open_shard(sample_shard) as shard:
        pass
    with pytest.raises(KeyError):
        shard.texts("clip_id")


def test_files_that_are_no_shards_are_errors(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"none\.h5"):
        open_shard(tmp_path / "none.h5")
    with h5py.File(tmp_path / "other.h5", "w"):
        pass
    with pytest.raises(OSError, match=r"settings is missing.*other\.h5"):
        open_shard(tmp_path / "other.h5")


def test_shards_of_a_folder_are_listed_in_order(tmp_path: Path) -> None:
    for name in ("s2.h5", "s1.h5", "s1.h5.sha256", "notes.txt"):
        (tmp_path / name).touch()
    assert shard_files(tmp_path) == [tmp_path / "s1.h5", tmp_path / "s2.h5"]
    assert shard_files(tmp_path / "s2.h5") == [tmp_path / "s2.h5"]


def test_a_pointer_of_git_lfs_is_named(tmp_path: Path) -> None:
    pointer = tmp_path / "s0000.h5"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n")
    with pytest.raises(OSError, match=r"pointer of Git LFS.*s0000\.h5"):
        open_shard(pointer)


@pytest.mark.parametrize("content", [b"", b"text, not HDF5"])
def test_a_file_that_is_no_shard_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s0000.h5"
    path.write_bytes(content)
    with pytest.raises(OSError, match=r"s0000\.h5"):
        open_shard(path)
