"""Synchronisation experiments in the workflow, beside others and alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.runs import SMALL, configure, run

FEATURES = {"video_width": 128, "video_fps": 8.0, "store": ["video", "covariance", "foa"]}
TINY = {"size": "tiny", "width": 4, "crop": 16, "frames": 8, "steps": 2, "batch": 2}
TINY |= {"validation_samples": 2}
EXPERIMENTS: list[dict[str, Any]] = [
    {"name": "sync", "task": "synchronisation", **TINY, "seeds": 2},
    {"name": "sync_more", "task": "synchronisation", **TINY, "init": "sync"},
]


def counts(text: str) -> dict[str, str]:
    return dict(line.split() for line in text.splitlines() if len(line.split()) == 2)


def settings(**keys: Any) -> dict[str, Any]:
    return {**SMALL, "features": FEATURES, "clip": {"duration": 5.0}, **keys}


@pytest.mark.system
def test_synchronisations_are_planned_with_and_without_other_experiments(tmp_path: Path) -> None:
    both = [{"name": "avc", "task": "avc"}, *EXPERIMENTS]
    for name, listed in (("both", both), ("alone", EXPERIMENTS)):
        folder = configure(tmp_path / name, settings(experiments=listed))
        done = run(folder, "--dry-run", "all")
        assert done.returncode == 0, done.stdout[-3000:]
        planned = counts(done.stdout)
        jobs = ("train_synchronisation", "decide_synchronisation", "pool_synchronisation")
        assert [planned[job] for job in jobs] == ["3", "3", "2"]
        assert planned["write_report"] == "1"
        assert planned.get("train_model") == ("1" if name == "both" else None)


@pytest.mark.system
def test_shards_without_the_waveform_stop_before_any_work(tmp_path: Path) -> None:
    keys = settings(experiments=EXPERIMENTS, features={"video_fps": 8.0})
    folder = configure(tmp_path / "run", keys)
    done = run(folder, "--cores", "1", "synchronisation")
    assert done.returncode != 0
    assert "reads foa: features.store = [video, covariance, beam, foa]" in done.stdout
    assert "Traceback" not in done.stdout
    assert not (folder / "results").exists()


@pytest.mark.slow
@pytest.mark.system
def test_a_run_goes_from_videos_to_figures_and_maps(tmp_path: Path) -> None:
    keys = {"sources": [{"kind": "demo", "videos": 8, "seconds": 5.0}], "evaluate": {"pairs": 4}}
    folder = configure(tmp_path / "run", settings(experiments=EXPERIMENTS, **keys))
    done = run(folder, "--cores", "2", "synchronisation")
    assert done.returncode == 0, done.stdout[-3000:]
    for name, seeds in (("sync", [0, 1]), ("sync_more", [0])):
        results = folder / "results" / "evaluation" / name
        for task in ("synchronisation", "localisation"):
            found = json.loads((results / f"{task}.json").read_text())
            assert found["task"] == task
            if found["accuracy"] is not None:
                assert found["seeds"] == seeds
        assert (results / "0" / "sound_maps.png").is_file()
        assert (folder / "results" / "models" / name / "0" / "curves.csv").is_file()
    again = run(folder, "--cores", "1", "--dry-run", "synchronisation")
    assert "Nothing to be done" in again.stdout
