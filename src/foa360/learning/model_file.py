"""Reading and writing of trained networks, with what is stored beside their weights."""

import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import Tensor, nn

from foa360.core.files import atomic

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Network = TypeVar("Network", bound=nn.Module)
Info = TypeVar("Info")


class ModelError(OSError):
    """A file is no trained network that can be used."""

    def __init__(self, path: Path, problem: str) -> None:
        """Name the file."""
        message = f"{problem}; delete the file, and the next run trains the network again"
        super().__init__(0, message, str(path))


def write_model(path: Path, model: nn.Module, info: "DataclassInstance") -> None:
    """Write weights, and the fields of `info` beside them; loads with `weights_only=True`.

    Raises FloatingPointError where weights are not finite: what they decide would say nothing.
    """
    weights = {name: value.cpu() for name, value in model.state_dict().items()}
    if name := _not_finite(weights):
        raise FloatingPointError(f"the training ended with weights that are not finite: {name}")
    # Written to a file directly, PyTorch would store the random temporary name.
    buffer = io.BytesIO()
    torch.save({"model": weights, **asdict(info)}, buffer)
    with atomic(path) as temporary:
        temporary.write_bytes(buffer.getvalue())


def read_model(
    path: Path, info_type: type[Info], network_of: Callable[[Info], Network]
) -> tuple[Network, Info]:
    """Read a network on the CPU, with what is stored beside it; no code in the file is run.

    Parameters
    ----------
    path : Path
        As `write_model` writes it.
    info_type : type
        Of what is stored beside the weights.
    network_of : callable
        Makes a network of the shape that this describes.

    Raises
    ------
    OSError
        ModelError for a file that is damaged, of another kind, or has weights that are not finite.
    """
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
        weights = stored.pop("model")
        info = info_type(**stored)
        network = network_of(info)
        network.load_state_dict(weights)
    except OSError:
        raise
    except (
        pickle.UnpicklingError,
        AttributeError,
        EOFError,
        KeyError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ModelError(path, f"no whole model of this version ({reason})") from None
    if name := _not_finite(weights):
        raise ModelError(path, f"a model with weights that are not finite ({name})")
    return network, info


def _not_finite(weights: Mapping[str, Tensor]) -> str | None:
    """Name of the first tensor that has a value that is not finite; None if all are."""
    for name, value in weights.items():
        if value.is_floating_point() and not torch.isfinite(value).all():
            return name
    return None
