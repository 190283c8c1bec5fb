"""Audio-visual temporal synchronisation (AVTS): is the audio of the time of the video?

Training contrasts two times of each clip: the other one is the hard negative, other clips are the
easy ones (Korbar et al. 2018; Morgado et al. 2020, §4). As in AVSA, transformers over the
viewpoints of a time predict audio from video, and video from audio.
"""

import torch
from torch import Tensor

from foa360.tasks.task import Task, halves


class Synchronisation(Task):
    """AVTS."""

    name = "avts"
    context = True
    windows = 2

    def rows(self, embeddings: Tensor) -> Tensor:
        """Return one row per time, the mean over its viewpoints."""
        by_window = embeddings.unflatten(1, (self.windows, -1)).mean(2)
        return torch.cat(halves(by_window), -1).flatten(0, 1) / 2**0.5
