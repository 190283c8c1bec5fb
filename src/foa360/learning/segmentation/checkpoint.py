"""Segmentation networks on disk."""

from dataclasses import dataclass
from pathlib import Path

from foa360.learning.checkpoint import device
from foa360.learning.model_file import read_model
from foa360.learning.segmentation.network import Shape, SoundSegmenter


@dataclass(frozen=True, kw_only=True)
class SegmenterInfo:
    """What is stored beside the weights.

    experiment, part, alignment : of the experiment, as in its configuration.
    seed : random seed of the training.
    encoder, audio, channels, tpavi : see `Shape`.
    frame_size : width and height of frames, pixels.
    steps, best_step : optimiser steps taken, and those after which the weights are from.
    best_jaccard : M_J on validation videos there.
    videos : number of training videos.
    unread : videos that could not be read, as JSON: reason and message by split and name.
    boxes : numbers of boxes of crops by where they come from, as JSON; empty for none.
    """

    experiment: str
    part: str
    alignment: str
    seed: int
    encoder: str
    audio: str
    channels: int
    tpavi: list[int]
    frame_size: int
    steps: int
    best_step: int
    best_jaccard: float
    videos: int
    unread: str
    boxes: str

    @property
    def shape(self) -> Shape:
        """What the network is made of."""
        return Shape(self.encoder, self.audio, self.channels, tuple(self.tpavi))


def load_segmenter(path: Path) -> tuple[SoundSegmenter, SegmenterInfo]:
    """Read a network onto the best device, with what is stored beside it; see `read_model`."""
    network, info = read_model(path, SegmenterInfo, lambda of: SoundSegmenter(of.shape))
    return network.to(device()), info
