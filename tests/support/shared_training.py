"""A training step that several processes may share; they import this module."""

from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments.lightning import LightningEnvironment

from foa360.config.train import Train
from foa360.data.batches import shares
from foa360.data.samples import SampleKey
from foa360.learning.models.audiovisual import AudioVisual
from foa360.learning.training.run import Examples, TrainingRun
from foa360.stages.train.objective import Objective
from foa360.tasks.registry import TASKS

CLIPS, VIEWS = 7, 2
SETTINGS = Train(
    size="tiny", width=4, crop=32, batch=8, steps=100, schedule="constant", learning_rate=5e-3
)


def make_run(fabric: Fabric, task: str, folder: Path) -> TrainingRun:
    torch.manual_seed(1)
    model = AudioVisual(4, TASKS[task].context, 7)
    objective = Objective(model, TASKS[task], SETTINGS)
    return TrainingRun(fabric, model, objective, SETTINGS, 0, folder / "checkpoint.pt")


def examples(fabric: Fabric) -> Examples:
    """Return the own share of clips; two are of one video, and one process has a clip more."""
    random = torch.Generator().manual_seed(2)
    video = torch.randint(0, 256, (CLIPS, VIEWS, 3, 2, 32, 32), generator=random, dtype=torch.uint8)
    audio = torch.randn(CLIPS, VIEWS, 7, 24, 16, generator=random)
    videos = torch.tensor([0, 1, 2, 3, 4, 5, 1])
    keys = [SampleKey(clip, None) for clip in range(CLIPS)]
    (own,) = shares([keys], 1, fabric.global_rank, fabric.world_size)
    rows = [key.clip for key in own]
    return Examples((video[rows], audio[rows], videos[rows]), [str(row) for row in rows])


def take_step(fabric: Fabric, task: str, folder: Path) -> None:
    """Take a step, and write its gradients and loss, and what normalisations have learnt."""
    torch.set_num_threads(1)
    run = make_run(fabric, task, folder)
    run.advance([examples(fabric)])
    found = {name: value.grad.numpy() for name, value in run.model.named_parameters()}
    found |= {f"mean of {n}": v.numpy() for n, v in run.model.named_buffers() if "running" in n}
    if fabric.is_global_zero:
        np.savez(
            folder / f"{fabric.world_size}.npz", loss=run.sums[1], accuracy=run.sums[2], **found
        )


def fabric_of(processes: int) -> Fabric:
    return Fabric(
        accelerator="cpu",
        devices=processes,
        strategy="ddp_spawn" if processes > 1 else "auto",
        plugins=LightningEnvironment(),
    )
