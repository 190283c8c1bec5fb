"""Data sets that networks are transferred to, in the workflow."""

import json
from pathlib import Path

import pytest
from support.miniatures import write_eigenscape, write_hmdb51, write_tau2021, write_ucf101
from support.runs import SMALL, configure, run

from foa360.core import tables
from foa360.core.records import Embedding

WRITERS = {
    "ucf101": write_ucf101,
    "hmdb51": write_hmdb51,
    "eigenscape": write_eigenscape,
    "tau2021": write_tau2021,
}
JOBS = {
    "recognise_actions": 6,
    "classify_eigenscape": 1,
    "classify_by_mixtures": 1,
    "classify_tau2021": 1,
    "pool_downstream": 4,
}


@pytest.mark.system
def test_each_data_set_is_planned_for_the_chosen_experiments(tmp_path: Path) -> None:
    folders = {name: str(write(tmp_path / name)) for name, write in WRITERS.items()}
    downstream = {**folders, "experiments": ["avsa"]}
    folder = configure(tmp_path / "run", {**SMALL, "downstream": downstream})
    done = run(folder, "--dry-run", "downstream")
    assert done.returncode == 0, done.stdout[-3000:]
    counts = dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2)
    assert {name: int(counts[name]) for name in JOBS} == JOBS


@pytest.mark.slow
@pytest.mark.system
def test_a_run_goes_from_folders_to_figures_and_embeddings(
    complete_copy: Path, tmp_path: Path
) -> None:
    folder = complete_copy
    downstream = {name: str(write(tmp_path / name)) for name, write in WRITERS.items()}
    del downstream["hmdb51"]  # the same rule as for UCF101
    settings = {"experiments": ["avsa"], "epochs": 1, "scene_epochs": 2, "test_clips": 2}
    (folder / "clips.txt").write_text("nowhere_0\n")
    keys = {"downstream": {**downstream, **settings, "segment_seconds": 1.0}}
    configure(folder, {**SMALL, **keys, "embeddings": "clips.txt"})
    done = run(folder, "--cores", "2", "downstream", "embeddings")
    assert done.returncode == 0, done.stdout[-3000:]
    results = folder / "results"
    for name in downstream:
        found = json.loads((results / "downstream" / "avsa" / f"{name}.json").read_text())
        assert found["task"] == name
        assert found["figures"]
        assert found["unread"] == {}
    baselines = json.loads((results / "downstream" / "baselines" / "eigenscape.json").read_text())
    assert {"direction mixtures, accuracy", "MFCC mixtures, accuracy"} <= set(baselines["figures"])
    for experiment in ("avc", "avsa"):
        (row,) = tables.read(results / "embeddings" / experiment / "0.parquet", Embedding)
        assert row.reason == "not_in_shards"


@pytest.mark.system
def test_a_wrong_folder_stops_before_any_work(tmp_path: Path) -> None:
    folder = write_ucf101(tmp_path / "ucf101")
    (folder / "ucfTrainTestlist" / "testlist02.txt").unlink()
    run_folder = configure(
        tmp_path / "run", {**SMALL, "downstream": {"ucf101": str(folder), "hmdb51": "nowhere"}}
    )
    done = run(run_folder, "--cores", "1", "all")
    assert done.returncode != 0
    for text in (
        "there is no ucfTrainTestlist/testlist02.txt",
        "https://www.crcv.ucf.edu/data/UCF101.php",
        'downstream.hmdb51 = "nowhere": there is no such folder',
        "ucfTrainTestlist/classInd.txt",
    ):
        assert text in done.stdout
    assert "Traceback" not in done.stdout
    assert not (run_folder / "results").exists()
