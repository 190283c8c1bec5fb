"""Results of shards that are no longer in the plan."""

import os
from pathlib import Path

from foa360.core.paths import run_paths
from foa360.stages.plan.unlisted import bring_back, set_aside


def write(results: Path, shard: str) -> list[Path]:
    files = [Path(path) for path in run_paths(str(results), "media").of_shard(shard)]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{shard} {file.name}")
        os.utime(file, (1e9, 1e9))
    return files


def test_files_of_unlisted_shards_are_out_of_sight_and_come_back(tmp_path: Path) -> None:
    results, cache = tmp_path / "results", tmp_path / "media"
    kept, gone = write(results, "s0000"), write(results, "s0002")
    assert set_aside(["s0000"], results, cache) == ["s0002"]
    assert all(file.is_file() for file in kept)
    assert not any(file.exists() for file in gone)
    assert [file.name for file in (results / "features").glob("*.h5")] == ["s0000.h5"]
    assert set_aside(["s0000"], results, cache) == []
    bring_back(["s0000", "s0002"], results, cache)
    for file in gone:
        assert file.read_text() == f"s0002 {file.name}"
        assert file.stat().st_mtime == 1e9


def test_newer_files_are_not_replaced_and_foreign_ones_stay(tmp_path: Path) -> None:
    results, cache = tmp_path / "results", tmp_path / "media"
    write(results, "s0001")
    set_aside([], results, cache)
    (newer,) = [file for file in write(results, "s0001") if file.name == "s0001.h5"][:1]
    newer.write_text("newer")
    bring_back(["s0001"], results, cache)
    assert newer.read_text() == "newer"
    foreign = [results / "features/summary.h5", results / "features/s0001.docx", results / "s1.h5"]
    for file in foreign:
        file.touch()
    set_aside([], results, cache)
    assert all(file.exists() for file in foreign)


def test_results_without_any_files_stay_so(tmp_path: Path) -> None:
    results = tmp_path / "results"
    bring_back(["s0000"], results, tmp_path)
    assert set_aside([], results, tmp_path) == []
    assert not results.exists()
