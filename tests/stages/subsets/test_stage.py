"""Subsets of clips by their energy ratio."""

from dataclasses import replace

from support.drawn_videos import kept_clip

from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import KeptClip, SubsetClip
from foa360.stages.subsets.stage import divide_clips


def divide(folder, ratios, seed=0):
    """Divide training clips of these ratios, and one test clip."""
    clips = [
        replace(
            kept_clip(f"v{number}", split="train" if number < len(ratios) else "test"),
            clip_id=f"c{number}",
            energy_ratio=ratio,
        )
        for number, ratio in enumerate([*ratios, 1.0])
    ]
    tables.write(folder / "s0000.parquet", clips, KeptClip)
    output = folder / "subsets.parquet"
    divide_clips([folder / "s0000.parquet"], 0.1, seed, output, Progress("test"))
    return tables.read(output, SubsetClip)


def test_valid_clips_are_within_tau_and_as_many_others_are_drawn(tmp_path):
    ratios = [1.0, 0.95, 1.09, 0.5, 2.0, 3.0, 0.0, 1.2, 0.8]
    rows = divide(tmp_path, ratios)
    assert [row.clip_id for row in rows if row.valid] == ["c0", "c1", "c2", "c9"]
    matched = {row.clip_id for row in rows if row.random_matched}
    assert len(matched) == 3
    assert matched <= {f"c{number}" for number in range(3, 9)}
    drawn = {
        frozenset(row.clip_id for row in divide(tmp_path, ratios, seed) if row.random_matched)
        for seed in range(10)
    }
    assert len(drawn) > 3


def test_a_pool_that_is_too_small_is_said(tmp_path, capsys):
    rows = divide(tmp_path, [1.0, 1.0, 1.0, 2.0])
    assert [row.clip_id for row in rows if row.random_matched] == ["c3"]
    assert "only 1 training clips are not valid" in capsys.readouterr().err


def test_a_ratio_that_is_not_known_is_not_valid(tmp_path):
    rows = divide(tmp_path, [None])
    assert [row.valid for row in rows] == [False, True]
