"""Devices and precision of a training, by Lightning Fabric."""

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments.lightning import LightningEnvironment


def make_fabric(devices: int = 1, precision: str | None = None, nodes: int = 1) -> Fabric:
    """Choose GPUs where there are any, and a process for each of several devices.

    Parameters
    ----------
    devices : int
        Number of GPUs, or of processes.
    precision : str, optional
        `float32` or `bfloat16`, which is the default on GPUs.
    nodes : int
        Number of nodes with as many devices each, which have joined each other before.
    """
    cuda = torch.cuda.is_available()
    precision = precision or ("bfloat16" if cuda else "float32")
    return Fabric(
        accelerator="cuda" if cuda else "cpu",
        devices=devices,
        num_nodes=nodes,
        strategy=_strategy(devices, nodes),
        precision="bf16-mixed" if precision == "bfloat16" else "32-true",
        # Not by the variables of Slurm, which every job has there.
        plugins=LightningEnvironment(),
    )


def _strategy(devices: int, nodes: int) -> str:
    """Name how processes share a training; this one trains itself where its node has one device."""
    if devices > 1:
        return "ddp_spawn"
    return "ddp" if nodes > 1 else "auto"
