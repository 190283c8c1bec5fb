"""Learning curves and metrics as the stages `train` and `evaluate` have written them."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Curves:
    """Learning curves: mean loss and share of matches found within the batch, per step."""

    steps: list[float]
    loss: list[float]
    accuracy: list[float]


@dataclass(frozen=True, kw_only=True)
class Result:
    """Metrics of one model on one task; `accuracy` is None where `note` gives the reason."""

    task: str
    experiment: str
    test_videos: int
    accuracy: float | None
    ci_low: float | None = None
    ci_high: float | None = None
    chance: float | None = None
    untrained: float | None = None
    pairs: int | None = None
    note: str | None = None


def read_curves(path: Path) -> Curves:
    """Read `curves.csv`."""
    curves = Curves([], [], [])
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            curves.steps.append(float(row["step"]))
            curves.loss.append(float(row["loss"]))
            curves.accuracy.append(float(row["accuracy"]))
    return curves


def read_result(path: Path) -> Result:
    """Read the metrics of one evaluation."""
    stored = json.loads(path.read_text())
    known = {name: stored[name] for name in Result.__dataclass_fields__ if name in stored}
    return Result(**known)
