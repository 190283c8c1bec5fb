"""Loaders: every clip once per epoch, resumable, tolerant of damaged clips."""

import errno
import gc
import json
import os
import resource
import shutil
import subprocess
import sys
import weakref
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from foa360.data import ShardDataset, ShardLoader
from foa360.data.samples import BadClipError


def copies(shards: list[Path], count: int, folder: Path) -> list[Path]:
    """Copy shards so many times: one that is given twice is refused."""
    paths = []
    for number in range(count):
        for shard in shards:
            paths.append(folder / f"{number}-{shard.parent.name}-{shard.name}")
            shutil.copyfile(shard, paths[-1])
    return paths


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_resumes_in_the_middle_of_an_epoch(shards: list[Path], workers: int) -> None:
    def loader() -> ShardLoader:
        data = ShardDataset(shards, "train", frames=1, crop=32, augment=True)
        return ShardLoader(data, batch=2, seed=4, workers=workers)

    uninterrupted = loader()
    first, second = list(uninterrupted), list(uninterrupted)
    indices = torch.cat([batch["index"] for batch in first]).tolist()
    assert sorted(indices) == list(range(len(uninterrupted.dataset)))
    assert not torch.equal(first[0]["audio"], second[0]["audio"])
    interrupted = loader()
    next(iter(interrupted))
    state = json.loads(json.dumps(interrupted.state_dict()))
    resumed = loader()
    resumed.load_state_dict(state)
    rest = list(resumed)
    assert len(rest) == len(first) - 1
    for a, b in zip(first[1:], rest, strict=True):
        assert torch.equal(a["audio"], b["audio"])
        assert torch.equal(a["video"], b["video"])
    assert torch.equal(next(iter(resumed))["audio"], second[0]["audio"])


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_keep_their_content_while_later_ones_are_read(
    shards: list[Path], tmp_path: Path, workers: int
) -> None:
    data = ShardDataset(copies(shards, 8, tmp_path), "train", frames=1, crop=32)
    batches = list(ShardLoader(data, batch=2, workers=workers))
    assert len(batches) == len(data) // 2
    for batch in batches:
        for row, index in enumerate(batch["index"].tolist()):
            sample = data.sample(index, 0)
            assert torch.equal(batch["video"][row], sample["video"])
            assert torch.equal(batch["audio"][row], sample["audio"])


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_that_is_left_early_ends_its_processes_at_once(
    shards: list[Path], workers: int
) -> None:
    """Not when the garbage collector comes: it would remove what starting processes need."""
    data = ShardDataset(shards, "train", frames=1, crop=32)
    loader = ShardLoader(data, batch=2, workers=workers)
    next(iter(loader))
    reader = weakref.ref(loader._reader)
    gc.disable()
    try:
        del loader
        assert reader() is None
    finally:
        gc.enable()


def test_batches_hold_all_parts_of_the_samples(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32, negatives="other")
    batch = next(iter(ShardLoader(data, batch=3)))
    assert set(batch) == {"video", "audio", "viewpoints", "index", "negative"}
    for row, index in enumerate(batch["index"].tolist()):
        sample = data.sample(index, 0)
        assert torch.equal(batch["negative"][row], sample["negative"])
        assert torch.equal(batch["viewpoints"][row], sample["viewpoints"])


@pytest.mark.parametrize("workers", [0, 2])
def test_a_bad_clip_is_skipped_counted_and_named(
    shards: list[Path], tmp_path: Path, workers: int
) -> None:
    bad = Path(shutil.copy(shards[0], tmp_path / "bad.h5"))
    with h5py.File(bad, "r+") as file:
        row = int(np.flatnonzero(file["split"][:] == b"train")[0])
        name = file["clip_id"][row].decode()
        offset, size = file["video"][row].T
        for begin, length in zip(offset, size, strict=True):
            file["video_data"][begin : begin + length] = 0
    data = ShardDataset([bad], "train", frames=1, crop=32)
    loader = ShardLoader(data, batch=4, workers=workers)
    loaded = sum(len(batch["index"]) for batch in loader)
    assert loaded == len(data) - 1
    assert list(loader.skipped) == [name]
    assert "image" in loader.skipped[name]
    state = loader.state_dict()
    assert (state["epoch"], state["taken"]) == (1, 0)


def test_the_length_of_a_loader_is_the_number_of_its_batches(shards: list[Path]) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32)
    for batch in (1, 2, len(data), len(data) + 1):
        loader = ShardLoader(data, batch=batch)
        assert len(loader) == len(list(loader))


def test_a_script_without_a_guard_is_told_so_in_a_sentence(
    shards: list[Path], tmp_path: Path
) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from pathlib import Path\n"
        "from foa360.data import ShardDataset, ShardLoader\n"
        f"data = ShardDataset([Path({str(shards[0])!r})], 'train', frames=1, crop=32)\n"
        "for batch in ShardLoader(data, batch=2, workers=1):\n"
        "    pass\n"
    )
    done = subprocess.run(
        [sys.executable, script],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert 'needs `if __name__ == "__main__":`' in done.stderr.splitlines()[-1]


def test_ranks_read_every_clip_once_in_as_many_batches(shards: list[Path], tmp_path: Path) -> None:
    data = ShardDataset(copies(shards, 3, tmp_path), "train", frames=1, crop=32)
    for world_size in (1, 2, 3):
        for batch in (1, 2, 3):
            loaders = [
                ShardLoader(data, batch, seed=1, rank=rank, world_size=world_size)
                for rank in range(world_size)
            ]
            for _epoch in range(2):
                read = [[b["index"].tolist() for b in loader] for loader in loaders]
                assert {len(batches) for batches in read} == {len(loaders[0])}
                clips = sorted(clip for batches in read for part in batches for clip in part)
                assert clips == list(range(len(data)))


RANK = """
import json, sys
from pathlib import Path
import torch.distributed as dist
from foa360.data import ShardDataset, ShardLoader

if __name__ == "__main__":
    rank, store, out, *paths = sys.argv[1:]
    dist.init_process_group("gloo", init_method=f"file://{store}", rank=int(rank), world_size=2)
    data = ShardDataset([Path(path) for path in paths], "train", frames=1, crop=32)
    loader = ShardLoader(data, batch=2, workers=1)
    seen = [[batch["index"].tolist() for batch in loader] for _epoch in range(2)]
    Path(out).write_text(json.dumps(seen))
    dist.barrier()
    dist.destroy_process_group()
"""


def test_two_processes_of_a_group_see_every_clip_once(shards: list[Path], tmp_path: Path) -> None:
    script = tmp_path / "rank.py"
    script.write_text(RANK)
    outs = [tmp_path / "0.json", tmp_path / "1.json"]
    ranks = [
        subprocess.Popen([sys.executable, script, str(n), tmp_path / "store", out, *shards])
        for n, out in enumerate(outs)
    ]
    assert [rank.wait() for rank in ranks] == [0, 0]
    read = [json.loads(out.read_text()) for out in outs]
    count = len(ShardDataset(shards, "train", frames=1, crop=32))
    for epoch in range(2):
        assert len(read[0][epoch]) == len(read[1][epoch])
        seen = sorted(clip for rank in read for batch in rank[epoch] for clip in batch)
        assert seen == list(range(count))
    assert read[0][0] != read[0][1]


def test_the_state_of_another_loader_is_refused(shards: list[Path], tmp_path: Path) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32)
    state = ShardLoader(data, 2, seed=1).state_dict()
    other_data = ShardDataset(copies(shards[:1], 3, tmp_path), "train", frames=1, crop=32)
    others = [
        ShardLoader(data, 2, seed=2),
        ShardLoader(other_data, 2, seed=1),
        ShardLoader(data, 2, seed=1, rank=0, world_size=2),
        ShardLoader(ShardDataset(shards, "train", frames=1, crop=32, seed=5), 2, seed=1),
    ]
    for other in others:
        with pytest.raises(ValueError, match=r"of another loader: its (seed|clips|world_size)"):
            other.load_state_dict(state)


def test_ranks_without_clips_and_ranks_outside_of_the_group_are_refused(
    shards: list[Path],
) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32)
    with pytest.raises(ValueError, match="no clip of the split 'train'"):
        ShardLoader(ShardDataset([], "train", frames=1, crop=32), 2)
    with pytest.raises(ValueError, match="fewer than there are ranks"):
        ShardLoader(data, 2, rank=0, world_size=1000)
    with pytest.raises(ValueError, match="rank 2 of 2"):
        ShardLoader(data, 2, rank=2, world_size=2)
    with pytest.raises(ValueError, match="together"):
        ShardLoader(data, 2, rank=1)


def test_more_shards_than_files_may_be_open_leave_no_clip_out(
    shards: list[Path], tmp_path: Path
) -> None:
    paths = [Path(shutil.copy(shards[0], tmp_path / f"s{number:04}.h5")) for number in range(60)]
    data = ShardDataset(paths, "train", frames=1, crop=32)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 40, hard))
    try:
        loader = ShardLoader(data, 16)
        assert sum(len(batch["index"]) for batch in loader) == len(data)
        assert not loader.skipped
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENOLCK, errno.EIO])
def test_an_error_of_the_machine_is_no_bad_clip(
    shards: list[Path], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    data = ShardDataset(shards, "train", frames=1, crop=32)

    def fail(*_arguments: object) -> None:
        raise OSError(code, os.strerror(code), "s0000.h5")

    monkeypatch.setattr("foa360.shards.read.Shard.covariance", fail)
    with pytest.raises(BadClipError, match=r"s0000\.h5"):
        list(ShardLoader(data, 2))
