"""Networks are trained on shards of flashing discs, and decide about held-out ones."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.flashing_discs import write_discs
from support.killed import KilledError, KilledProgress

from foa360.config.synchronisation import Synchronisation
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import Decision, SubsetClip
from foa360.learning.synchronisation.checkpoint import load_synchroniser
from foa360.stages.synchronise.stage import SynchroniseFiles, train_synchronisation
from foa360.stages.synchronise_decide.stage import DecideFiles, decide_synchronisation
from foa360.stages.synchronise_pool.stage import pool_synchronisation

TINY = {"size": "tiny", "width": 4, "frames": 8, "crop": 16, "steps": 6, "batch": 3}
TINY |= {"validation_samples": 6, "validation_interval": 3, "shift": 2.2}


@pytest.fixture(scope="module")
def shard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("discs") / "s0000.h5"
    write_discs(path, {"train": 12, "test": 4})
    return path


def experiment(**keys: Any) -> Synchronisation:
    given = {"name": "sync", "task": "synchronisation", **TINY, **keys}
    return Synchronisation.model_validate_json(json.dumps(given))


def train(
    settings: Synchronisation,
    shard: Path,
    folder: Path,
    progress: Any = None,
    init: Path | None = None,
    seed: int = 5,
) -> Path:
    files = SynchroniseFiles(shards=[shard], init=init, folder=folder)
    train_synchronisation(settings, files, seed, progress or Progress("test"))
    return folder / "model.pt"


def decide(shard: Path, model: Path, folder: Path, pairs: int = 10) -> list[Decision]:
    subset = {"energy_ratio": 1.0, "valid": True, "random_matched": False}
    rows = [SubsetClip(clip_id="test0001_0", split="test", **subset)]
    tables.write(folder / "subsets.parquet", rows, SubsetClip)
    files = DecideFiles(
        shards=[shard],
        subsets=folder / "subsets.parquet",
        model=model,
        decisions=folder / "decisions.parquet",
        maps=folder / "maps.png",
    )
    decide_synchronisation(files, pairs, 0, Progress("test"))
    return tables.read(files.decisions, Decision)


def pooled(folder: Path, name: str = "synchronisation") -> dict[str, Any]:
    outputs = {task: folder / f"{task}.json" for task in ("synchronisation", "localisation")}
    pool_synchronisation([folder / "decisions.parquet"], outputs)
    return json.loads(outputs[name].read_text())


def test_shards_become_a_model_curves_decisions_and_an_accuracy(shard: Path, tmp_path: Path):
    model = train(experiment(), shard, tmp_path)
    with (tmp_path / "curves.csv").open() as file:
        curves = list(csv.DictReader(file))
    assert [point["step"] for point in curves if point["validation_loss"]] == ["3", "6"]
    assert not (tmp_path / "checkpoint.pt").exists()
    _, info = load_synchroniser(model)
    assert (info.steps, info.videos, info.validation_videos) == (6, 10, 2)
    assert info.sample_settings.shift == 2.2
    decisions = decide(shard, model, tmp_path)
    rows = [row for row in decisions if row.evaluation == "synchronisation"]
    assert [row.number for row in rows] == list(range(20))
    assert Counter(row.shift == 0 for row in rows) == {True: 10, False: 10}
    assert all(row.shift == 0 or abs(row.shift) >= 2.2 for row in rows)
    assert {row.video_id for row in rows} == {f"test000{number}" for number in range(4)}
    assert {row.clip_id for row in rows if row.valid} == {"test0001_0"}
    for column in ("outcome", "untrained", "blind_other", "deaf"):
        assert {getattr(row, column) for row in rows} <= {0.0, 0.5, 1.0}
    figures = pooled(tmp_path)
    assert figures["accuracy"] == pytest.approx(sum(row.outcome for row in rows) / 20)
    assert (figures["chance"], figures["videos"], figures["train_videos"]) == (0.5, 4, 10)
    for name in ("untrained", "blind_other", "deaf"):
        assert 0 <= figures[name] <= 1
    assert figures["too_short_clips"] == figures["unreadable_clips"] == []
    located = [row for row in decisions if row.evaluation == "localisation"]
    assert len(located) == 4
    assert all((row.outcome == 1) == (row.error <= np.pi / 4) for row in located)
    # The intensity vector points to the clicking disc, at most 28° from the viewpoint between both.
    assert all(row.intensity_error < np.radians(30) for row in located)
    figures = pooled(tmp_path, "localisation")
    assert figures["errors"]["intensity"]["mean"] < 30 < figures["errors"]["random"]["mean"]
    assert 0.1 < figures["chance"] < 0.2
    with Image.open(tmp_path / "maps.png") as maps:
        assert maps.size == (384, 4 * 192)


@pytest.mark.parametrize("keys", [{}, {"accumulate": 2, "audio": "stereo", "crops": "random"}])
def test_a_killed_run_resumes_to_the_same_bytes(
    keys: dict[str, Any], shard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("foa360.learning.training.run.CHECKPOINT_INTERVAL", 2)
    whole = train(experiment(**keys), shard, tmp_path / "whole").read_bytes()
    for steps in (3, 1):
        with pytest.raises(KilledError):
            train(experiment(**keys), shard, tmp_path / "parts", KilledProgress(steps))
        assert (tmp_path / "parts" / "checkpoint.pt").exists()
    assert train(experiment(**keys), shard, tmp_path / "parts").read_bytes() == whole
    curves = [(tmp_path / name / "curves.csv").read_bytes() for name in ("whole", "parts")]
    assert curves[0] == curves[1]


def test_training_starts_from_the_weights_of_another_experiment(shard: Path, tmp_path: Path):
    first = train(experiment(), shard, tmp_path / "first")
    settings = experiment(steps=1, learning_rate=1e-12, validation_share=0.0)
    second = train(settings, shard, tmp_path / "second", init=first, seed=6)
    before, after = (
        dict(load_synchroniser(path)[0].named_parameters()) for path in (first, second)
    )
    for name, value in before.items():
        assert float((value - after[name]).detach().abs().max()) < 1e-6, name


def test_clips_without_room_for_a_shift_are_left_out_and_named(tmp_path: Path):
    path = tmp_path / "s0000.h5"
    write_discs(path, {"train": 2, "test": 2}, seconds=3.0)
    with pytest.raises(ValueError, match="no training clip has room for samples of 1 s"):
        train(experiment(), path, tmp_path)
    assert not (tmp_path / "model.pt").exists()
    model = train(experiment(shift=2.0), path, tmp_path)
    assert decide(path, model, tmp_path)
    longer = tmp_path / "longer.h5"
    write_discs(longer, {"train": 2})
    model = train(experiment(), longer, tmp_path)
    assert decide(path, model, tmp_path) == []
    figures = pooled(tmp_path)
    assert figures["accuracy"] is None
    assert figures["too_short_clips"] == ["test0000_0", "test0001_0"]


def test_clips_that_cannot_be_read_are_named(shard: Path, tmp_path: Path):
    import h5py

    model = train(experiment(), shard, tmp_path)
    spoilt = tmp_path / "spoilt.h5"
    spoilt.write_bytes(shard.read_bytes())
    with h5py.File(spoilt, "r+") as file:
        row = [name.decode() for name in file["clip_id"]].index("test0002_0")
        file["foa"][row, 0, :100] = 7
    rows = decide(spoilt, model, tmp_path)
    assert {row.clip_id for row in rows} == {"test0000_0", "test0001_0", "test0003_0"}
    assert pooled(tmp_path)["damaged_clips"] == ["test0002_0"]
