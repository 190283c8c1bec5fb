"""Paths of the stages that test a model on another data set."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class DownstreamFiles:
    """Paths of a stage.

    folder : data set in its public layout.
    model : weights, as the stage `train` writes them.
    output : DownstreamItem.
    """

    folder: Path
    model: Path
    output: Path
