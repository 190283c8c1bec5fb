"""What a run finds at its beginning that runs before it have left."""

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from foa360.core.files import atomic
from foa360.core.run_lock import HOLDER_NAME, Holder
from foa360.stages.plan.begin import begin_run, partial_files, snakemake_locks


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Folder of a run with locks of Snakemake on these results, and on others."""
    monkeypatch.chdir(tmp_path)
    locks = tmp_path / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    (locks / "0.output.lock").write_text("results/fetch/s0000.parquet\n")
    (locks / "1.output.lock").write_text("other/fetch/s0000.parquet\n")
    (tmp_path / "results").mkdir()
    return tmp_path


def begin() -> None:
    begin_run(Path("results"), Path("cache"), Path.cwd()).release()


def locks() -> list[str]:
    return [path.name for path in sorted(Path(".snakemake/locks").iterdir())]


def killed_process(results: Path) -> None:
    dead = replace(Holder.this_process(), process_start="another boot 1")
    (results / HOLDER_NAME).write_text(json.dumps(asdict(dead)))
    # Its record is older than its locks of Snakemake.
    os.utime(results / HOLDER_NAME, (1, 1))


def test_the_locks_of_a_run_that_was_killed_are_removed_and_no_others(run, capsys):
    killed_process(run / "results")
    begin()
    assert locks() == ["1.output.lock"]
    assert capsys.readouterr().err.count("takes over its lock") == 1


def test_locks_of_snakemake_without_a_record_are_left_alone(run):
    begin()
    assert locks() == ["0.output.lock", "1.output.lock"]
    assert [path.name for path in snakemake_locks(run, Path("results"))] == ["0.output.lock"]


def test_locks_that_are_older_than_the_run_that_was_killed_are_left_alone(run):
    killed_process(run / "results")
    os.utime(run / ".snakemake" / "locks" / "0.output.lock", (0, 0))
    begin()
    assert locks() == ["0.output.lock", "1.output.lock"]


def unfinished(path: Path) -> Path:
    """Leave what a process leaves that is killed while it writes a file."""
    with atomic(path) as temporary:
        pass
    path.rename(temporary)
    return temporary


def test_unfinished_files_are_deleted_and_no_others(run, capsys):
    left = [unfinished(run / "results" / name) for name in ("a/s0000.h5", "b/x.parquet", "c")]
    kept = [run / "results" / "a" / name for name in ("s0000.h5", ".hidden", "x.part.h5")]
    for path in kept:
        path.write_text("whole")
    assert sorted(partial_files(run / "results")) == sorted(left)
    begin()
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in kept)
    assert "3 unfinished files" in capsys.readouterr().err


def test_files_in_the_cache_that_another_run_may_be_writing_are_left_alone(run):
    new, old = unfinished(run / "cache" / "new.mkv"), unfinished(run / "cache" / "old.mkv")
    os.utime(old, (1, 1))
    begin()
    assert new.exists()
    assert not old.exists()
