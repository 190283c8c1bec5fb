"""Segmentation experiments in the workflow, beside others and alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.avsbench import write_ms3, write_s4
from support.runs import SMALL, configure, run

COUNTS = {"train": 4, "val": 2, "test": 3}


def experiments(data: Path) -> list[dict[str, Any]]:
    """S4 from two seeds, and MS3 from its weights."""
    keys = {"task": "segmentation", "folder": str(data), "size": "small", "channels": 8}
    return [
        {**keys, "name": "avs", "epochs": 1, "seeds": 2},
        {**keys, "name": "avs_ms3", "part": "ms3", "epochs": 1, "init": "avs"},
    ]


def counts(text: str) -> dict[str, str]:
    return dict(line.split() for line in text.splitlines() if len(line.split()) == 2)


@pytest.mark.system
def test_segmentations_are_planned_with_and_without_other_experiments(tmp_path: Path) -> None:
    data = write_ms3(write_s4(tmp_path / "data", COUNTS), COUNTS)
    both = [{"name": "avc", "task": "avc"}, *experiments(data)]
    for name, listed in (("both", both), ("alone", both[1:])):
        folder = configure(tmp_path / name, {**SMALL, "experiments": listed})
        done = run(folder, "--dry-run", "all")
        assert done.returncode == 0, done.stdout[-3000:]
        planned = counts(done.stdout)
        jobs = ("train_segmentation", "evaluate_masks", "pool_masks", "write_report")
        assert [planned[job] for job in jobs] == ["3", "3", "2", "1"]
        assert planned.get("train_model") == ("1" if name == "both" else None)


@pytest.mark.slow
@pytest.mark.system
def test_a_run_goes_from_a_folder_to_figures(tmp_path: Path) -> None:
    data = write_ms3(write_s4(tmp_path / "data", COUNTS), COUNTS)
    folder = configure(tmp_path / "run", {**SMALL, "experiments": experiments(data)})
    done = run(folder, "--cores", "2", "segmentation")
    assert done.returncode == 0, done.stdout[-3000:]
    for name, seeds in (("avs", [0, 1]), ("avs_ms3", [0])):
        found = json.loads((folder / "results/evaluation" / name / "segmentation.json").read_text())
        assert found["figures"]["M_J"]["seeds"] == seeds
        assert (folder / "results/evaluation" / name / "0" / "masks.png").is_file()
        assert (folder / "results/models" / name / "0" / "curves.csv").is_file()
    again = run(folder, "--cores", "1", "--dry-run", "segmentation")
    assert "Nothing to be done" in again.stdout


@pytest.mark.system
def test_a_half_unpacked_folder_stops_before_any_work(tmp_path: Path) -> None:
    data = write_s4(tmp_path / "data", COUNTS)
    for path in (data / "Single-source/s4_data/audio_wav").rglob("*.wav"):
        path.unlink()
    folder = configure(tmp_path / "run", {**SMALL, "experiments": experiments(data)[:1]})
    done = run(folder, "--cores", "1", "segmentation")
    assert done.returncode != 0
    for text in (
        "the folder of the experiment avs",
        "lack files; the first is",
        "gt_masks/{split}",
    ):
        assert text in done.stdout
    assert "Traceback" not in done.stdout
    assert not (folder / "results").exists()
