"""Checkpoints, from which an interrupted training resumes."""

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from foa360.core.files import atomic

#: Steps between two checkpoints.
CHECKPOINT_INTERVAL = 50


def write_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write everything that the rest of a training depends on, its `fingerprint` included."""
    with atomic(path) as temporary:
        torch.save(state, temporary)


def resume(
    path: Path,
    state: Mapping[str, Any],
    restore: Callable[[dict[str, Any]], None],
    place: torch.device,
) -> str:
    """Continue from a checkpoint, if it is one of the same inputs and settings.

    Parameters
    ----------
    path : Path
        Checkpoint, which may be missing.
    state : mapping
        State of the training at its start, as a checkpoint holds it.
    restore : function
        Sets a state. It may raise any error where that does not fit.
    place : device
        Where tensors are loaded to.

    Returns
    -------
    str
        Why a checkpoint that is there is not used; the training is then at its start. An empty text
        otherwise.

    Raises
    ------
    OSError
        Of the machine, where the file cannot be read.
    """
    if not path.is_file():
        return ""
    start = copy.deepcopy(dict(state))
    try:
        stored = torch.load(path, map_location=place, weights_only=True)
        if stored["fingerprint"] != start["fingerprint"]:
            return f"{path} has other inputs or settings"
        restore(stored)
    except Exception as error:
        # Whatever a file holds: PyTorch has no error of its own for it.
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of the machine
        restore(start)
        return f"{path} is damaged or no checkpoint ({type(error).__name__})"
    return ""
