"""`foa360 export`."""

import shutil
from pathlib import Path

import pytest

from foa360.commands.main import main


def export(folder: Path, destination: Path) -> int:
    return main(["export", "webdataset", str(destination), "--shards", str(folder)])


@pytest.mark.parametrize("names", [("s0000", "s0000"), ("s0000", "S0000")])
def test_shards_of_two_runs_with_one_name_are_refused(
    sample_shard: Path, tmp_path: Path, names: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for run, name in zip("ab", names, strict=True):
        (tmp_path / "runs" / run).mkdir(parents=True)
        shutil.copy(sample_shard, tmp_path / "runs" / run / f"{name}.h5")
    assert export(tmp_path / "runs", tmp_path / "out") == 1
    assert "would be one file" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert export(tmp_path / "runs/a", tmp_path / "out") == 0
    assert [file.name for file in (tmp_path / "out").iterdir()] == [f"{names[0]}.tar"]
