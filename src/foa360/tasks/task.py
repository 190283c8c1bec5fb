"""What makes a task: how embeddings are contrasted in training and decided about in evaluation."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from torch import Tensor

from foa360.config.train import Train


@dataclass(frozen=True)
class Embeddings:
    """Embeddings of clips, `(B, K, D)` each: unit vectors of K viewpoints."""

    video: Tensor
    audio: Tensor


@dataclass(frozen=True)
class TestRound:
    """One pass over the test clips.

    embeddings : those of all clips, with aligned audio.
    videos : (n,) names of the clips' videos.
    random : source of all choices of this round.
    rotated_audio : audio embeddings `(n, K, D)` after rotating each clip's audio by a yaw offset
        in radians, `(n,)`.
    """

    __test__ = False  # not a class of pytest

    embeddings: Embeddings
    videos: Sequence[str]
    random: np.random.Generator
    rotated_audio: Callable[[Sequence[float]], Tensor]


class Task(ABC):
    """A published task.

    name : as in the configuration, in paths and in tables.
    context : whether transformers connect the viewpoints of a clip.
    starts_from : experiment whose weights training starts from, if any.
    """

    name: ClassVar[str]
    context: ClassVar[bool]
    starts_from: ClassVar[str | None] = None

    @abstractmethod
    def steps(self, settings: Train) -> int:
        """Return the number of optimiser steps."""

    @abstractmethod
    def rows(self, embeddings: Tensor) -> Tensor:
        """Return the rows that the loss contrasts, `(N, D)`, from embeddings `(B, K, D)`."""

    @abstractmethod
    def decide(self, test: TestRound) -> Tensor:
        """Decide for each clip whether its true audio scores above a false one, `(n,)` of bool."""
