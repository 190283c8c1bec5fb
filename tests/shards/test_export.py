"""Export of feature shards to WebDataset."""

import gc
import warnings
from pathlib import Path

import numpy as np
import pytest
from support.sample_shard import ALL_FEATURES

from foa360.commands.main import main
from foa360.media.images import decode_image
from foa360.shards import open_shard


def test_exported_tars_are_what_webdataset_reads(sample_shard: Path, tmp_path: Path) -> None:
    wds = pytest.importorskip("webdataset")
    for name in ("one", "two"):
        target = str(tmp_path / name)
        assert main(["export", "webdataset", target, "--shards", str(sample_shard)]) == 0
    tar = tmp_path / "one" / "s0000.tar"
    assert tar.read_bytes() == (tmp_path / "two" / "s0000.tar").read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it leaves its files open
        samples = list(wds.WebDataset(str(tar), shardshuffle=False).decode("rgb8"))
        gc.collect()
    with open_shard(sample_shard) as shard:
        clip_ids = shard.texts("clip_id").tolist()
        assert [sample["json"]["clip_id"] for sample in samples] == clip_ids
        for clip, sample in enumerate(samples):
            assert sample["json"]["duration"] == shard.duration(clip)
            assert sample["json"]["viewpoint_origin"] == ["object", "audio"]
            assert np.radians(sample["json"]["viewpoints"]) == pytest.approx(shard.viewpoints(clip))
            for name in set(ALL_FEATURES) - {"video"}:
                np.testing.assert_array_equal(sample[f"{name}.npy"], shard.row(name, clip))
            image = decode_image(shard.encoded_image(clip, 0)).astype(int)
            assert np.abs(sample["0.jpg"].astype(int) - image).max() <= 4


def test_an_export_of_nothing_fails_with_a_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = str(tmp_path / "x")
    assert main(["export", "webdataset", target, "--shards", str(tmp_path)]) == 1
    assert "no shards" in capsys.readouterr().err
    (tmp_path / "bad.h5").write_bytes(b"no")
    assert main(["export", "webdataset", target, "--shards", str(tmp_path)]) == 1
    assert not list((tmp_path / "x").iterdir())


def test_a_folder_that_is_not_there_is_answered_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "missing")
    assert main(["export", "webdataset", str(tmp_path / "x"), "--shards", missing]) == 1
    message = capsys.readouterr().err
    assert "results/features" in message
    assert "Errno" not in message
    assert not (tmp_path / "x").exists()
