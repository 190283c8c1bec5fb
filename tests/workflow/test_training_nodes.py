"""One training that several nodes share, on a real Slurm, and where it cannot be."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from support import faults, slurm
from support.runs import SMALL, configure, run

from foa360.config.experiments import Experiment
from foa360.config.train import Train
from foa360.core.jobs import Progress
from foa360.stages.train.stage import TrainFiles, train_model

pytestmark = [pytest.mark.slow, pytest.mark.system]

#: Adam moves a weight by the learning rate, however small its gradient is. Where that is rounding,
#: two runs differ by up to twice as much, and after some steps everywhere: so these are few.
SHORT = {**SMALL["train"], "steps": 2, "learning_rate": 5e-6}
TOLERANCE = 1e-5
TWO_NODES = {**SMALL, "train": {**SHORT, "nodes": 2}}


@pytest.mark.skipif(slurm.missing() is not None, reason=str(slurm.missing()))
def test_two_nodes_train_the_weights_of_one(
    complete_run: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(complete_run, folder)
    configure(folder, TWO_NODES)
    model = "results/models/avc/0/model.pt"
    with slurm.Cluster(tmp_path_factory.mktemp("slurm") / "cluster", accounting=False):
        going = faults.Run(folder, *slurm.WITHOUT_ACCOUNTING, "--", model)
        try:
            assert going.end() == 0, going.output[-5000:]
        finally:
            going.stop()
    logs = folder / "results" / "logs" / "train" / "avc"
    assert "node 0, n1" in (logs / "0.log").read_text()
    assert "node 1, n2" in (logs / "0.node1.log").read_text()
    together = torch.load(folder / model, weights_only=True)["model"]
    alone = weights_of_one_node(folder, tmp_path)
    assert together.keys() == alone.keys()
    differences = {name: (together[name] - alone[name]).abs().numpy() for name in alone}
    for name, difference in differences.items():
        assert difference.max() <= TOLERANCE * max(1, float(alone[name].abs().max())), name
    # With the gradient of half a batch, a good part of the weights would move the other way.
    trained = [differences[name].ravel() for name in alone if "running" not in name]
    assert np.mean(np.concatenate(trained) > SHORT["learning_rate"] / 5) < 0.01


def weights_of_one_node(run_folder: Path, folder: Path) -> dict[str, torch.Tensor]:
    """Train on the shards of a run in this process."""
    shards = sorted((run_folder / "results" / "features").glob("*.h5"))
    files = TrainFiles(shards=shards, init=None, folder=folder)
    train_model(Experiment(name="avc", task="avc"), files, Train(**SHORT), 0, Progress("test"))
    return torch.load(folder / "model.pt", weights_only=True)["model"]


def test_a_machine_without_slurm_refuses_several_nodes_before_any_work(tmp_path: Path) -> None:
    folder = configure(tmp_path, TWO_NODES)
    done = run(folder, "--cores", "1", "train")
    assert done.returncode != 0
    assert "train.nodes = 2 of experiment avc: several nodes need Slurm" in done.stdout
    assert "Traceback" not in done.stdout
    assert not (folder / "cache" / "demo").exists()
