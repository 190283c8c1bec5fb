"""Tables of a shard are written only where their content changes."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from simulation import CASES, simulate
from simulation.measured import simulated_row

from foa360.config.curate import Curate
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.measured import MeasuredClip
from foa360.core.records import Clip, CuratedClip, KeptClip
from foa360.stages.judge.again import judge_again
from foa360.stages.judge.stage import (
    SHARDS_PER_PROCESS,
    JudgeFiles,
    is_judged,
    judge_shard,
    judge_shards,
)
from foa360.stages.judge.version import judge_version

RATE = 24000
NAMES = ("ambiX", "N3D", "no Z", "A-format")


@pytest.fixture
def files(tmp_path: Path) -> JudgeFiles:
    """Measures of a shard of four videos."""
    random = np.random.default_rng(0)
    rows = []
    for seed, name in enumerate(NAMES):
        x = CASES[name].make(random, simulate(seed, 3.0, RATE), RATE)
        clip = Clip(clip_id=f"{name}_0", video_id=name, start=0.0, duration=3.0)
        rows.append(simulated_row(clip, x, RATE, random))
    files = JudgeFiles(
        measures=tmp_path / "measures" / "s0000.parquet",
        curation=tmp_path / "curation" / "s0000.parquet",
        kept=tmp_path / "kept" / "s0000.parquet",
    )
    tables.write(files.measures, rows, MeasuredClip)
    return files


def times(files: JudgeFiles) -> tuple[int, int]:
    """Give both tables an old time stamp, and return it."""
    for path in (files.curation, files.kept):
        os.utime(path, ns=(1, 1))
    return stamps(files)


def stamps(files: JudgeFiles) -> tuple[int, int]:
    return files.curation.stat().st_mtime_ns, files.kept.stat().st_mtime_ns


def test_a_shard_has_all_clips_and_its_kept_ones(files: JudgeFiles) -> None:
    done = judge_shard(files, Curate(), "1")
    assert (done.clips, done.new_verdicts, done.kept_changed) == (4, 4, True)
    curated = tables.read(files.curation, CuratedClip)
    assert [clip.video_id for clip in curated] == list(NAMES)
    kept = [clip.clip_id for clip in curated if clip.verdict == "kept"]
    assert [clip.clip_id for clip in tables.read(files.kept, KeptClip)] == kept
    assert 0 < len(kept) < 4


def test_nothing_is_written_where_nothing_changes(files: JudgeFiles) -> None:
    judge_shard(files, Curate(), "1")
    before = times(files)
    done = judge_shard(files, Curate(), "1")
    assert (done.new_verdicts, done.kept_changed) == (0, False)
    assert stamps(files) == before


def test_a_note_leaves_the_kept_clips_alone(files: JudgeFiles) -> None:
    judge_shard(files, Curate(tau=0.5), "1")
    notes = [clip.reasons for clip in tables.read(files.curation, CuratedClip)]
    before = times(files)
    judge_shard(files, Curate(tau=0.0001), "2")
    assert notes != [clip.reasons for clip in tables.read(files.curation, CuratedClip)]
    curation, kept = stamps(files)
    assert curation > before[0]
    assert kept == before[1]


@pytest.mark.parametrize("curate", [Curate(repair=False), Curate(score_only=True)])
def test_other_kept_clips_are_written(files: JudgeFiles, curate: Curate) -> None:
    judge_shard(files, Curate(), "1")
    before = times(files)
    done = judge_shard(files, curate, "2")
    assert done.kept_changed
    assert stamps(files)[1] > before[1]


def test_a_shard_is_judged_by_one_version(files: JudgeFiles, tmp_path: Path) -> None:
    assert not is_judged(files.curation, "1")
    judge_shard(files, Curate(), "1")
    assert is_judged(files.curation, "1")
    assert not is_judged(files.curation, "2")
    files.curation.write_bytes(files.curation.read_bytes()[:100])
    assert not is_judged(files.curation, "1")
    assert judge_version(Curate()) != judge_version(Curate(tau=0.2))


@pytest.mark.parametrize("damage", ["truncated", "other columns", "gone"])
def test_a_table_of_measures_that_cannot_be_read_is_named(files: JudgeFiles, damage: str) -> None:
    if damage == "truncated":
        files.measures.write_bytes(files.measures.read_bytes()[:500])
    elif damage == "other columns":
        tables.write(files.measures, [], Clip)
    else:
        files.measures.unlink()
    with pytest.raises(OSError, match=r"delete it|No such file") as error:
        judge_shard(files, Curate(), "1")
    assert error.value.filename == str(files.measures)
    assert not files.curation.exists()


def test_shards_are_counted_together(files: JudgeFiles) -> None:
    done = judge_shards([files], Curate(), "1", Progress("judge"))
    assert (done.clips, done.new_verdicts, done.kept_changed) == (4, 4, ("s0000",))


@pytest.fixture
def many(files: JudgeFiles) -> list[JudgeFiles]:
    """Enough shards for two processes, all of the same clips."""
    shards = []
    for number in range(2 * SHARDS_PER_PROCESS):
        name = f"s{number:04}.parquet"
        copy = JudgeFiles(
            measures=files.measures.with_name(name),
            curation=files.curation.with_name(name),
            kept=files.kept.with_name(name),
        )
        if number:
            os.link(files.measures, copy.measures)
        shards.append(copy)
    return shards


def test_processes_write_the_bytes_of_one(many: list[JudgeFiles]) -> None:
    judge_shard(many[0], Curate(), "1")
    one = [path.read_bytes() for path in (many[0].curation, many[0].kept)]
    done = judge_shards(many, Curate(), "1", Progress("judge"), processes=2)
    assert (done.clips, done.new_verdicts) == (4 * len(many), 4 * (len(many) - 1))
    assert done.kept_changed == tuple(files.shard for files in many[1:]), "in their order"
    for files in many:
        assert [path.read_bytes() for path in (files.curation, files.kept)] == one


def test_a_process_names_the_table_that_it_cannot_read(many: list[JudgeFiles]) -> None:
    many[5].measures.unlink()
    with pytest.raises(FileNotFoundError) as error:
        judge_shards(many, Curate(), "1", Progress("judge"), processes=2)
    assert error.value.filename == str(many[5].measures)


def test_judging_again_touches_only_what_was_judged_otherwise(files: JudgeFiles) -> None:
    missing = replace(files, measures=files.measures.with_name("s0001.parquet"))
    shards = {"s0000": files, "s0001": missing}
    assert "the verdict of 4 changes" in judge_again(shards, Curate()).message
    before = times(files)
    assert judge_again(shards, Curate()).message == ""
    assert stamps(files) == before


def test_a_preview_shows_what_would_change_and_changes_nothing(
    files: JudgeFiles, tmp_path: Path
) -> None:
    shards = {"s0000": files}
    judge_again(shards, Curate())
    before = times(files)
    preview = judge_again(shards, Curate(repair=False), tmp_path / "preview")
    assert "would change" in preview.message
    assert stamps(files) == before
    new = preview.previews["s0000"]
    assert new.kept.read_bytes() != files.kept.read_bytes()
    note = judge_again(shards, Curate(tau=0.0001), tmp_path / "note").previews["s0000"]
    assert stamps(note)[1] == before[1], "the same kept clips, with their time stamp"
