"""Published weights, loaded as tensors from a path that the user gives."""

import pickle
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

#: Names in a message.
SHOWN = 5


class WeightsError(ValueError):
    """A file of weights that does not fit a network, or holds more than tensors."""


def load_weights(network: nn.Module, path: Path, unused: Sequence[str] = ()) -> None:
    """Load a file of tensors into a network; no code in it is run.

    Parameters
    ----------
    network : Module
        Whose tensors are replaced.
    path : Path
        Dictionary of tensors by name, as `torch.save` writes it.
    unused : sequence of str
        Beginnings of the names of tensors that the network does not need.

    Raises
    ------
    WeightsError
        Where the file holds code, or tensors are missing, surplus or of another shape; they are
        named.
    OSError
        Where it cannot be read.
    """
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        reason = str(error).splitlines()[0][:200]
        raise WeightsError(f"{path}: holds more than tensors, or is damaged: {reason}") from None
    own = network.state_dict()
    if not isinstance(stored, dict):
        raise WeightsError(f"{path}: holds no dictionary of tensors")
    given = {name: value for name, value in stored.items() if not _is_unused(name, unused)}
    problems = {
        "missing": [name for name in own if name not in given],
        "surplus": [str(name) for name in given if name not in own],
        "of another shape": [
            name
            for name, value in given.items()
            if name in own and getattr(value, "shape", None) != own[name].shape
        ],
    }
    # Older files lack the counters of batch normalisation.
    problems["missing"] = [n for n in problems["missing"] if not n.endswith("num_batches_tracked")]
    texts = [f"{kind}: {_list(names)}" for kind, names in problems.items() if names]
    if texts:
        raise WeightsError(f"{path}: tensors do not fit the network; {'; '.join(texts)}")
    network.load_state_dict(given, strict=False)


def _is_unused(name: object, unused: Sequence[str]) -> bool:
    return isinstance(name, str) and name.startswith(tuple(unused))


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
