"""A small training tells aligned from shifted audio on held-out clips, by video and audio."""

import json
from pathlib import Path

import numpy as np
import pytest
from support.flashing_discs import located_discs, write_discs

from foa360.config.synchronisation import Synchronisation
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import SubsetClip
from foa360.stages.synchronise.stage import SynchroniseFiles, train_synchronisation
from foa360.stages.synchronise_decide.stage import DecideFiles, decide_synchronisation
from foa360.stages.synchronise_pool.stage import pool_synchronisation

SEED = 5


@pytest.mark.slow
def test_flashing_discs_are_told_by_video_and_audio_together(tmp_path: Path) -> None:
    shard = tmp_path / "s0000.h5"
    discs = write_discs(shard, {"train": 120, "test": 12})
    settings = Synchronisation(name="discs", task="synchronisation", size="tiny", steps=80)
    files = SynchroniseFiles(shards=[shard], init=None, folder=tmp_path)
    train_synchronisation(settings, files, SEED, Progress("test"))
    tables.write(tmp_path / "subsets.parquet", [], SubsetClip)
    decided = DecideFiles(
        shards=[shard],
        subsets=tmp_path / "subsets.parquet",
        model=tmp_path / "model.pt",
        decisions=tmp_path / "decisions.parquet",
        maps=tmp_path / "maps.png",
    )
    decide_synchronisation(decided, 96, 0, Progress("test"))
    outputs = {task: tmp_path / f"{task}.json" for task in ("synchronisation", "localisation")}
    pool_synchronisation([decided.decisions], outputs)
    found = json.loads(outputs["synchronisation"].read_text())
    clicking, silent = np.degrees(located_discs(shard, decided.model, discs)).T
    nearer = (clicking < silent).mean()
    figures = {name: found[name] for name in ("accuracy", "untrained", "blind", "deaf")}
    print(figures, f"nearer {nearer:.2f}")
    assert found["accuracy"] >= 0.75
    for control in ("untrained", "blind", "deaf"):
        assert 0.35 <= found[control] <= 0.65, control
    assert nearer >= 0.75
