"""One training that several nodes share, on a real Slurm, and where it cannot be."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from support import faults, slurm
from support.runs import SMALL, configure, run

pytestmark = [pytest.mark.slow, pytest.mark.system]

MODEL = "results/models/avc/0/model.pt"
CURVES = "results/models/avc/0/curves.csv"
TWO_NODES = {**SMALL, "train": {**SMALL["train"], "nodes": 2}}


@pytest.mark.skipif(slurm.missing() is not None, reason=str(slurm.missing()))
def test_two_nodes_train_the_weights_of_one(
    complete_run: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(complete_run, folder)
    configure(folder, TWO_NODES)
    place = tmp_path_factory.mktemp("slurm") / "cluster"
    with slurm.Cluster(place, accounting=False):
        going = faults.Run(folder, *slurm.WITHOUT_ACCOUNTING, "--", MODEL)
        try:
            assert going.end() == 0, going.output[-5000:]
        finally:
            going.stop()
    logs = folder / "results" / "logs" / "train" / "avc"
    assert "node 0, n1" in (logs / "0.log").read_text()
    assert "node 1, n2" in (logs / "0.node1.log").read_text()
    together, alone = (
        torch.load(where / MODEL, weights_only=True)["model"] for where in (folder, complete_run)
    )
    assert together.keys() == alone.keys()
    for name, values in alone.items():
        np.testing.assert_allclose(
            together[name], values, rtol=0, atol=1e-5 * max(1, values.abs().max()), err_msg=name
        )


def test_a_machine_without_slurm_refuses_several_nodes_before_any_work(tmp_path: Path) -> None:
    folder = configure(tmp_path, TWO_NODES)
    done = run(folder, "--cores", "1", "train")
    assert done.returncode != 0
    assert "train.nodes = 2 of experiment avc: several nodes need Slurm" in done.stdout
    assert "Traceback" not in done.stdout
    assert not (folder / "cache" / "demo").exists()
