"""Devices and precision of a training, by Lightning Fabric."""

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments.lightning import LightningEnvironment

from foa360.config.train import Train


def make_fabric(settings: Train) -> Fabric:
    """Choose GPUs where there are any, and processes of this machine for more than one device."""
    cuda = torch.cuda.is_available()
    precision = settings.precision or ("bfloat16" if cuda else "float32")
    return Fabric(
        accelerator="cuda" if cuda else "cpu",
        devices=settings.devices,
        strategy="ddp_spawn" if settings.devices > 1 else "auto",
        precision="bf16-mixed" if precision == "bfloat16" else "32-true",
        # Not the tasks that a cluster has given this job: a training is one job.
        plugins=LightningEnvironment(),
    )
