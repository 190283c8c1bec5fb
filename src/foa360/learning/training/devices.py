"""Devices and precision of a training, by Lightning Fabric."""

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments.lightning import LightningEnvironment


def make_fabric(devices: int = 1, precision: str | None = None) -> Fabric:
    """Choose GPUs where there are any, and processes of this machine for more than one device.

    Parameters
    ----------
    devices : int
        Number of GPUs, or of processes.
    precision : str, optional
        `float32` or `bfloat16`, which is the default on GPUs.
    """
    cuda = torch.cuda.is_available()
    precision = precision or ("bfloat16" if cuda else "float32")
    return Fabric(
        accelerator="cuda" if cuda else "cpu",
        devices=devices,
        strategy="ddp_spawn" if devices > 1 else "auto",
        precision="bf16-mixed" if precision == "bfloat16" else "32-true",
        # Not the tasks that a cluster has given this job: a training is one job.
        plugins=LightningEnvironment(),
    )
