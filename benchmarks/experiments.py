"""What experiments find on rendered scenes: docs/evaluation.md has the tables.

Three steps, each of which continues where it was interrupted:

    python benchmarks/experiments.py config FOLDER --videos 525 --seeds 3
    snakemake --directory FOLDER --configfile FOLDER/config.yaml --cores 16 evaluate
    python benchmarks/experiments.py controls FOLDER
    python benchmarks/experiments.py table FOLDER

Of 525 videos 300 are for training and 225 for the test. The controls are trained on the same shards
with other audio: `shuffled` has that of another video, `rotated` its own, rotated by any yaw. The
true audio is what they are tested with.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import yaml

from foa360.ambisonics.covariance import rotate_covariance
from foa360.ambisonics.field import rotation
from foa360.config.experiments import Experiment
from foa360.config.load import load_config
from foa360.core import tables
from foa360.core.files import sha256
from foa360.core.jobs import Progress
from foa360.core.records import Comparison
from foa360.shards.verify import checksum_path
from foa360.stages.evaluate.stage import EVALUATIONS, EvaluateFiles, evaluate_model
from foa360.stages.train.stage import TrainFiles, train_model

INPUTS = ("foa_iv", "foa", "mono", "beamform", "stereo", "stereo_icf")
SHOWN = ("avc_choice", "matching")
CONTROLS = ("shuffled", "rotated")


def write_config(folder: Path, videos: int, seconds: float, seeds: int, steps: int) -> None:
    """Write the configuration of the experiments."""
    keys = {"task": "avsa", "seeds": seeds, "train": {"steps": steps}}
    experiments = [{"name": name, "input": name} | keys for name in INPUTS]
    experiments.append({"name": "foa_iv_random", "crops": "random"} | keys)
    experiments.append({"name": "avc"} | keys | {"task": "avc"})
    config = {
        "sources": [{"kind": "demo", "videos": videos, "seconds": seconds}],
        "shard": {"clips": 32},
        "detect": {"weights": "demo", "image_size": 416},
        "train": {"size": "tiny"},
        "evaluate": {"pairs": 10 * videos * 3 // 7, "fit_pairs": 240, "learning_rate": 3e-3},
        "experiments": experiments,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))


def corrupted(shard: Path, copy: Path, control: str) -> Path:
    """Copy a shard, and change the audio of its training clips."""
    random = np.random.default_rng(0)
    shutil.copy(shard, copy)
    with h5py.File(copy, "r+") as file:
        rows = np.flatnonzero(file["split"][:] == b"train")
        covariance = file["covariance"][:]
        if control == "shuffled":
            # The next row is of another video: clips of demo videos are one each.
            file["covariance"][rows] = covariance[np.roll(rows, 1)]
        else:
            for row in rows.tolist():
                yawed = rotation(random.uniform(-np.pi, np.pi), 0.0, 0.0)
                file["covariance"][row] = rotate_covariance(covariance[row], yawed)
    checksum_path(copy).write_text(f"{sha256(copy)}  {copy.name}\n")
    return copy


def run_controls(folder: Path, steps: int) -> None:
    """Train on audio that does not fit, and test with audio that does."""
    config = load_config(yaml.safe_load((folder / "config.yaml").read_text()))
    shards = sorted((folder / "results" / "features").glob("s*.h5"))
    for control in CONTROLS:
        target = folder / "controls" / control
        if (target / "decisions.parquet").is_file():
            continue
        target.mkdir(parents=True, exist_ok=True)
        others = [corrupted(shard, target / shard.name, control) for shard in shards]
        experiment = Experiment(name=control, task="avsa", train={"steps": steps})
        progress = Progress(control)
        files = TrainFiles(shards=others, init=None, folder=target)
        train_model(experiment, files, config.training(experiment), 0, progress)
        evaluation = EvaluateFiles(
            shards=shards,
            test_list=folder / "results" / "evaluation" / "test_list.parquet",
            model=target / "model.pt",
            metrics={name: target / f"{name}.json" for name in EVALUATIONS},
            decisions=target / "decisions.parquet",
        )
        evaluate_model(evaluation, config.evaluate, progress)


def interval(result: dict[str, Any]) -> str:
    """Accuracy and its interval, per cent."""
    low, high = 100 * result["ci_low"], 100 * result["ci_high"]
    return f"{100 * result['accuracy']:.1f} ({low:.0f} to {high:.0f})"


def with_objects(result: dict[str, Any]) -> str:
    """Accuracy of matching with one and with two viewpoints on detected objects."""
    parts = result.get("by_objects", {})
    return " / ".join(f"{100 * parts[n]['accuracy']:.0f}" for n in ("1", "2") if n in parts) or "–"


def print_tables(folder: Path) -> None:
    """Print a row for each experiment, and the differences between inputs."""
    evaluation = folder / "results" / "evaluation"
    print("| model | evaluation | accuracy, % (95 %) | yolo | random | 1 / 2 objects | controls |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    paths = [evaluation / name for name in [*INPUTS, "foa_iv_random", "avc"]]
    for path in [*paths, *(folder / "controls" / name for name in CONTROLS)]:
        for name in SHOWN:
            if not (path / f"{name}.json").is_file():
                continue
            result = json.loads((path / f"{name}.json").read_text())
            others = (100 * result[key] for key in ("untrained", "blind", "deaf"))
            cells = [path.name, f"`{name}`", interval(result)]
            cells += [interval(result["by_crops"][kind]) for kind in ("yolo", "random")]
            cells += [with_objects(result), ", ".join(f"{value:.0f}" for value in others)]
            print(f"| {' | '.join(cells)} |")
    print("\n| `matching` | difference, points (95 %) |\n| --- | --- |")
    for row in tables.read(evaluation / "comparison.parquet", Comparison):
        if row.evaluation == "matching" and {row.first, row.second} <= {*INPUTS, "foa_iv_random"}:
            low, high = 100 * row.ci_low, 100 * row.ci_high
            difference = f"{100 * row.difference:.1f} ({low:.1f} to {high:.1f})"
            print(f"| {row.first} less {row.second} | {difference} |")


def main() -> None:
    """Run a step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=["config", "controls", "table"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--videos", type=int, default=525)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=500)
    chosen = parser.parse_args()
    if chosen.step == "config":
        write_config(chosen.folder, chosen.videos, chosen.seconds, chosen.seeds, chosen.steps)
    elif chosen.step == "controls":
        run_controls(chosen.folder, chosen.steps)
    else:
        print_tables(chosen.folder)


if __name__ == "__main__":
    main()
