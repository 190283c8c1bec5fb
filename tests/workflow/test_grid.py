"""The grid of all experiments of the papers, planned."""

import re
from collections import Counter

import pytest
from support.runs import configure, run

pytestmark = [pytest.mark.slow, pytest.mark.system]

SWEEPS = ("wang2022_features", "wang2022_subsets", "morgado2020_views")
#: 20, 6 and 6 of them.
EXPERIMENTS = 32
SEEDS = 2
ONCE = (
    *("render_shard", "fetch_shard", "measure_shard", "detect_shard", "track_objects"),
    *("choose_viewpoints", "write_features", "divide_clips", "write_test_list"),
    *("compare_experiments", "join_published", "write_report", "all"),
)


def test_all_sweeps_are_planned_with_a_job_for_each_experiment_and_seed(tmp_path):
    sweeps = [{"sweep": name, "seeds": SEEDS} for name in SWEEPS]
    folder = configure(
        tmp_path, {"sources": [{"kind": "demo", "videos": 4}], "experiments": sweeps}
    )
    done = run(folder, "-n", "all")
    assert done.returncode == 0, done.stdout[-3000:]
    table = re.findall(r"^(\w+) +(\d+)$", done.stdout, re.MULTILINE)
    counts = Counter({rule: int(count) for rule, count in table})
    total = counts.pop("total")
    assert counts == {
        **dict.fromkeys(ONCE, 1),
        "train_model": EXPERIMENTS * SEEDS,
        "evaluate_model": EXPERIMENTS * SEEDS,
        "pool_seeds": EXPERIMENTS,
    }
    assert total == len(ONCE) + EXPERIMENTS * (2 * SEEDS + 1)
