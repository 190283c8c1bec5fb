"""Shards from strangers: datasets and settings are those of the format, or nothing is read."""

import json
import re
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from foa360.commands.main import main
from foa360.core.hdf5 import ForeignContentError
from foa360.data import BadClipError, ShardDataset
from foa360.data.shifted import ShiftedClips
from foa360.data.shifted_samples import ShiftedSettings
from foa360.shards import open_shard, verify

SHIFTED = ShiftedSettings(
    frames=4, crop=32, seconds=0.5, sample_rate=24000, audio="beam", shift=0.5, crops="yolo"
)


@pytest.fixture
def shard_copy(sample_shard: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_shard, tmp_path / "got.h5"))


def replace(file: Any, name: str, values: Any) -> None:
    attributes = dict(file[name].attrs)
    del file[name]
    file[name] = values
    file[name].attrs.update(attributes)


def unknown_name(file: Any) -> None:
    file["notes"] = np.zeros((3, 4))


def another_type(file: Any) -> None:
    replace(file, "duration", np.array([b"1"] * 3))


def rows_are_missing(file: Any) -> None:
    replace(file, "duration", np.zeros(2))


def another_rank(file: Any) -> None:
    replace(file, "covariance", np.zeros((3, 10), "f2"))


def another_number_of_viewpoints(file: Any) -> None:
    replace(file, "viewpoint_fov", np.zeros((3, 7), "f4"))


def another_number_of_bands(file: Any) -> None:
    shape = (*file["covariance"].shape[:-1], 3)
    replace(file, "covariance", np.zeros(shape, "f2"))


def statistics_of_another_shape(file: Any) -> None:
    replace(file, "statistics", np.zeros(9))


def datasets(function: Callable[[Any], None]) -> Any:
    return pytest.param(function, id=function.__name__)


def settings(**changed: object) -> Any:
    def change(file: Any) -> None:
        content = json.loads(file.attrs["settings"]) | changed
        file.attrs["settings"] = json.dumps(content)

    return pytest.param(change, id=f"settings: {changed}")


def settings_text(text: str) -> Any:
    def change(file: Any) -> None:
        file.attrs["settings"] = text

    return pytest.param(change, id=f"settings: {text[:20]}")


@pytest.mark.parametrize(
    "change",
    [
        datasets(unknown_name),
        datasets(another_type),
        datasets(rows_are_missing),
        datasets(another_rank),
        datasets(another_number_of_viewpoints),
        datasets(another_number_of_bands),
        datasets(statistics_of_another_shape),
        settings(hop=0),
        settings(hop=1e-9),
        settings(hop="480"),
        settings(hop=True),
        settings(sample_rate=1e12),
        settings(sample_rate=float("nan")),
        settings(video_fps=float("inf")),
        settings(n_mels=10**9),
        settings_text("[]"),
        settings_text("null"),
        settings_text("{"),
        settings_text("[" * 100_000),
    ],
)
def test_other_content_is_refused(change: Callable[[Any], None], shard_copy: Path) -> None:
    with h5py.File(shard_copy, "r+") as file:
        change(file)
    with pytest.raises(ForeignContentError, match=r"got\.h5"):
        open_shard(shard_copy)
    assert any("cannot be read" in problem for problem in verify(shard_copy))


def without_a_column(file: Any) -> None:
    del file["start"]


def without_settings(file: Any) -> None:
    del file.attrs["settings"]


def without_a_setting(file: Any) -> None:
    content = json.loads(file.attrs["settings"])
    del content["n_mels"]
    file.attrs["settings"] = json.dumps(content)


def without_the_images_of_the_video(file: Any) -> None:
    del file["video_data"]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        (without_a_column, "start"),
        (without_settings, "settings"),
        (without_a_setting, "n_mels"),
        (without_the_images_of_the_video, "video_data"),
    ],
)
def test_what_a_shard_lacks_is_named_with_the_file(
    change: Callable[[Any], None], missing: str, shard_copy: Path
) -> None:
    with h5py.File(shard_copy, "r+") as file:
        change(file)
    for read in (open_shard, lambda path: ShardDataset([path], "test")):
        with pytest.raises(ForeignContentError, match=rf"{missing} is missing.*got\.h5"):
            read(shard_copy)
    assert any(missing in problem for problem in verify(shard_copy))


@pytest.mark.parametrize("feature", ["video", "covariance"])
def test_a_dataset_names_the_shard_that_lacks_what_samples_are_made_of(
    feature: str, shard_copy: Path
) -> None:
    with h5py.File(shard_copy, "r+") as file:
        del file[feature]
        if feature == "video":
            del file["video_data"]
    with pytest.raises(ValueError, match=rf"got\.h5.*{feature}"):
        ShardDataset([shard_copy], "test")


def test_a_dataset_of_shifted_audio_names_the_shard_that_lacks_the_audio(shard_copy: Path) -> None:
    with h5py.File(shard_copy, "r+") as file:
        del file["foa"]
    with pytest.raises(ValueError, match=r"got\.h5.*foa"):
        ShiftedClips([shard_copy], "test", SHIFTED)


@pytest.mark.parametrize("column", ["clip_id", "video_id", "split", "viewpoint_label"])
def test_texts_that_are_no_utf_8_are_named_with_the_file(column: str, shard_copy: Path) -> None:
    with h5py.File(shard_copy, "r+") as file:
        file[column][0] = b"\xff"
    with pytest.raises(ForeignContentError, match=rf"{column}.*got\.h5"):
        ShardDataset([shard_copy], "test")


def test_a_split_that_shards_do_not_have_is_named_with_the_file(shard_copy: Path) -> None:
    """Its clips would be in no dataset."""
    with h5py.File(shard_copy, "r+") as file:
        file["split"][:] = b"valid"
    with pytest.raises(ValueError, match=r"got\.h5.*'valid'"):
        ShardDataset([shard_copy], "test")


@pytest.mark.parametrize("part", [[-1, 5], [0, -5], [0, 1 << 60], [1 << 62, 1 << 62]])
def test_parts_outside_of_the_encoded_data_are_refused(shard_copy: Path, part: list[int]) -> None:
    with h5py.File(shard_copy, "r+") as file:
        file["video"][0, 2] = part
    with open_shard(shard_copy) as shard:
        with pytest.raises(ValueError, match="encoded data"):
            shard.encoded_image(0, 2)
        with pytest.raises(ValueError, match="encoded data"):
            shard.encoded(0)
    assert len(verify(shard_copy)) == 2  # that of the file, and that of the clip


@pytest.mark.parametrize("name", ["duration", "viewpoints", "viewpoint_fov"])
def test_numbers_that_are_not_finite_are_refused(shard_copy: Path, name: str) -> None:
    with h5py.File(shard_copy, "r+") as file:
        file[name][...] = np.inf
    dataset = ShardDataset([shard_copy], "train", frames=1, crop=32)
    with pytest.raises(BadClipError, match=re.escape(dataset.clip_ids[0])):
        dataset.sample(0)


def test_the_export_takes_nothing_from_other_files(
    shard_copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"of the reader, for nobody else")
    size = secret.stat().st_size
    with h5py.File(shard_copy, "r+") as file:
        attributes = dict(file["beam"].attrs)
        del file["beam"]
        file.create_dataset("beam", (1, size), "u1", external=[(str(secret), 0, size)])
        file["beam"].attrs.update(attributes)
    target = tmp_path / "out"
    assert main(["export", "webdataset", str(target), "--shards", str(shard_copy)]) == 1
    assert "another file" in capsys.readouterr().err
    assert not list(target.iterdir())


def test_an_honest_shard_is_exported_as_before(sample_shard: Path, tmp_path: Path) -> None:
    assert main(["export", "webdataset", str(tmp_path), "--shards", str(sample_shard)]) == 0
    with tarfile.open(tmp_path / f"{sample_shard.stem}.tar") as tar:
        assert len(tar.getnames()) > 3
