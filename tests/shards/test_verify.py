"""Damage in feature shards is found and named."""

import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest
from support.sample_shard import ALL_FEATURES

from foa360.shards import verify


def test_an_intact_shard_has_no_problems_and_a_checksum_file_of_the_usual_format(
    sample_shard: Path,
) -> None:
    assert verify(sample_shard) == []
    command = ["sha256sum", "--check", f"{sample_shard.name}.sha256"]
    done = subprocess.run(command, cwd=sample_shard.parent, capture_output=True, check=False)
    assert done.returncode == 0


def test_a_changed_byte_is_found_wherever_it_is(damaged_shard: Path) -> None:
    intact = damaged_shard.read_bytes()
    random = np.random.default_rng(0)
    positions = [*range(0, 200, 7), *random.integers(0, len(intact), 40).tolist(), len(intact) - 1]
    for position in positions:
        changed = bytearray(intact)
        changed[position] ^= 1 << int(random.integers(8))
        damaged_shard.write_bytes(changed)
        assert any("sha256" in problem for problem in verify(damaged_shard)), position


@pytest.mark.parametrize("name", [*ALL_FEATURES, "duration", "viewpoints", "viewpoint_label"])
def test_changed_data_name_their_clip(damaged_shard: Path, name: str) -> None:
    with h5py.File(damaged_shard, "r+") as file:
        assert file["clip_id"][1] == b"two_2"
        if name == "video":
            file["video_data"][file["video"][1, 3, 0] + 100] ^= 1
        elif name == "viewpoint_label":
            file[name][1] = [b"horn", b""]
        elif file[name].ndim == 1:
            file[name][1] += 1
        else:
            values = file[name][1]
            values.flat[values.size // 3] += 1
            file[name][1] = values
    named = [problem for problem in verify(damaged_shard) if problem.startswith("clip ")]
    assert len(named) == 1
    assert "two_2" in named[0]


def test_a_damaged_id_still_names_a_clip(damaged_shard: Path) -> None:
    with h5py.File(damaged_shard, "r+") as file:
        file["clip_id"][1] = b"\xff\xfe"
    named = [problem for problem in verify(damaged_shard) if problem.startswith("clip ")]
    assert len(named) == 1


def test_missing_and_truncated_files_are_named(damaged_shard: Path, tmp_path: Path) -> None:
    assert verify(tmp_path / "none.h5") == ["no such file"]
    damaged_shard.write_bytes(damaged_shard.read_bytes()[:5000])
    assert len(verify(damaged_shard)) == 2
    damaged_shard.with_name(f"{damaged_shard.name}.sha256").unlink()
    assert "missing" in verify(damaged_shard)[0]
