"""Figures over seeds, and differences between experiments."""

import json

import numpy as np
import pytest

from foa360.core import tables
from foa360.core.records import Comparison, Decision
from foa360.learning.accuracy import accuracy
from foa360.stages.compare.stage import compare_experiments
from foa360.stages.pool.stage import pool_seeds


def decisions(seed, outcomes):
    return [
        Decision(
            evaluation="matching",
            seed=seed,
            number=number,
            clip_id=f"c{number % 10}",
            video_id=f"v{number % 10}",
            crops="yolo" if number % 2 == 0 else "random",
            valid=number % 5 == 0,
            objects=number % 3,
            yaw_offset=1.5,
            outcome=outcome,
            untrained=0.5,
            blind_other=0.25,
            blind_mean=0.5,
            deaf=0.5,
        )
        for number, outcome in enumerate(outcomes)
    ]


def test_metrics_are_those_of_hand_made_decisions():
    outcomes = [1.0] * 30 + [0.0] * 10 + [0.5] * 10
    found = accuracy(decisions(7, outcomes), 0.5)
    assert found["accuracy"] == pytest.approx(0.7)
    assert found["blind"] == 0.5
    assert found["seeds"] == [7]
    assert found["videos"] == 10
    objects = {kind: part["decisions"] for kind, part in found["by_objects"].items()}
    assert objects == {"0": 17, "1": 17, "2": 16}
    assert found["by_validity"]["valid"]["decisions"] == 10
    # A control that reaches the lower bound says that the figure shows nothing.
    assert ("blind_mean" in found["reached_by"]) == (found["ci_low"] <= 0.5)


def test_seeds_are_joined_with_their_spread(tmp_path):
    random = np.random.default_rng(0)
    paths, metrics = [], {"matching": [], "probe": []}
    for seed, share in enumerate((0.7, 0.8, 0.9)):
        rows = decisions(seed, (random.random(200) < share).astype(float).tolist())
        folder = tmp_path / str(seed)
        folder.mkdir()
        tables.write(folder / "decisions.parquet", rows, Decision)
        paths.append(folder / "decisions.parquet")
        result = {"task": "matching"} | accuracy(rows, 0.5)
        (folder / "matching.json").write_text(json.dumps(result))
        (folder / "probe.json").write_text(json.dumps({"accuracy": None, "note": "none"}))
        for name, of_seeds in metrics.items():
            of_seeds.append(folder / f"{name}.json")
    outputs = {name: tmp_path / f"{name}.json" for name in metrics}
    pool_seeds(paths, metrics, outputs)
    joined = json.loads(outputs["matching"].read_text())
    single = json.loads(metrics["matching"][1].read_text())
    assert joined["seeds"] == [0, 1, 2]
    assert joined["decisions"] == 600
    assert joined["accuracy"] == pytest.approx(0.8, abs=0.03)
    # Three seeds that differ by ten points say less than 200 decisions of one seed seem to.
    assert joined["ci_high"] - joined["ci_low"] > single["ci_high"] - single["ci_low"]
    assert json.loads(outputs["probe"].read_text())["note"] == "none"


def test_experiments_are_compared_by_the_lines_that_both_have_decided_about(tmp_path):
    hard = np.random.default_rng(0).random(200)
    paths = {}
    for name, share in (("a", 0.9), ("b", 0.7), ("c", 0.7)):
        paths[name] = [tmp_path / f"{name}.parquet"]
        rows = decisions(0, (hard < share).astype(float).tolist())
        tables.write(paths[name][0], rows[10:] if name == "b" else rows, Decision)
    compare_experiments(paths, tmp_path / "comparison.parquet")
    rows = tables.read(tmp_path / "comparison.parquet", Comparison)
    assert [(row.first, row.second) for row in rows] == [("a", "b"), ("a", "c"), ("b", "c")]
    first, _, same = rows
    assert first.decisions == 190
    assert first.ci_low > 0.1
    assert first.difference == pytest.approx(np.mean((hard >= 0.7)[10:] & (hard < 0.9)[10:]))
    assert (same.difference, same.ci_low, same.ci_high) == (0, 0, 0)
