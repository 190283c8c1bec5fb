"""Thresholds are applied again at the start of a run, to the measures that are there."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from support.runs import configure, run

from foa360.core import tables
from foa360.core.records import CuratedClip, KeptClip

pytestmark = [pytest.mark.system, pytest.mark.slow]

Files = dict[str, tuple[bytes, int]]
STRICT = {"strict": True, "tau": 0.02}


@pytest.fixture
def folder(complete_copy: Path) -> Path:
    return complete_copy


def set_curate(folder: Path, **values: Any) -> None:
    config = yaml.safe_load((folder / "config.yaml").read_text())
    configure(folder, config | {"curate": values})


def files(folder: Path, stage: str) -> Files:
    """Content and time stamp of each table of a stage."""
    found = sorted((folder / "results" / stage).glob("*.parquet"))
    assert found
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def rows(folder: Path, stage: str, record: type[Any]) -> list[Any]:
    found = sorted((folder / "results" / stage).glob("*.parquet"))
    return [row for path in found for row in tables.read(path, record)]


def test_new_thresholds_are_judged_before_any_job(folder: Path) -> None:
    measured, kept_before = files(folder, "measures"), files(folder, "kept")
    verdicts = [clip.verdict for clip in rows(folder, "curation", CuratedClip)]
    set_curate(folder, **STRICT)
    done = run(folder, "--cores", "1", "curate")
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Nothing to be done" in done.stdout
    judged = rows(folder, "curation", CuratedClip)
    changed = sum(clip.verdict != old for clip, old in zip(judged, verdicts, strict=True))
    assert changed > 0
    assert f"the verdict of {changed} changes" in done.stdout
    kept = {clip.clip_id for clip in judged if clip.verdict == "kept"}
    assert {clip.clip_id for clip in rows(folder, "kept", KeptClip)} == kept
    assert files(folder, "measures") == measured
    for name, (content, time) in files(folder, "kept").items():
        assert (time == kept_before[name][1]) == (content == kept_before[name][0]), name


def test_thresholds_that_come_back_restore_the_bytes(folder: Path) -> None:
    before = files(folder, "curation"), files(folder, "kept")
    set_curate(folder, **STRICT)
    run(folder, "--cores", "1", "curate")
    config = yaml.safe_load((folder / "config.yaml").read_text())
    del config["curate"]
    configure(folder, config)
    run(folder, "--cores", "1", "curate")
    after = files(folder, "curation"), files(folder, "kept")
    for old, new in zip(before, after, strict=True):
        assert {name: content for name, (content, _) in old.items()} == {
            name: content for name, (content, _) in new.items()
        }


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_dry_run_and_a_refused_one_judge_nothing(folder: Path, is_refused: bool) -> None:
    stages = ("plan", "measures", "curation", "kept")
    before = [files(folder, stage) for stage in stages]
    set_curate(folder, **STRICT)
    if is_refused:
        lock = folder / ".snakemake" / "locks" / "0.output.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.write_text("results/report/index.html\n")
        done = run(folder, "--cores", "1", "all")
        assert done.returncode != 0
        assert "LockException" in done.stdout
    else:
        assert "detect_shard" in run(folder, "-n", "all").stdout
    assert [files(folder, stage) for stage in stages] == before


def test_a_damaged_table_of_measures_is_named(folder: Path) -> None:
    path = folder / "results" / "measures" / "s0000.parquet"
    path.write_bytes(path.read_bytes()[:1000])
    set_curate(folder, **STRICT)
    done = run(folder, "--cores", "1", "curate")
    assert done.returncode != 0
    assert "measures/s0000.parquet" in done.stdout
    assert "delete it" in done.stdout
    assert "Traceback" not in done.stdout


def test_frames_that_an_interrupted_run_left_are_deleted(folder: Path) -> None:
    leftover = folder / "results" / "frames" / "s0000.h5"
    leftover.parent.mkdir(exist_ok=True)
    leftover.write_bytes(b"left")
    assert run(folder, "-n", "all").returncode == 0
    assert leftover.exists()
    assert run(folder, "--cores", "1", "all").returncode == 0
    assert not leftover.exists()
