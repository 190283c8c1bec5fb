"""Audio-visual spatial alignment (AVSA): is the audio rotated to the viewpoint of the crop?

Training contrasts the viewpoints: those of the same clip are the hard negatives, those of other
clips the easy ones. It starts from the weights of AVC (Morgado et al. 2020, §3.2). In evaluation
the false audio is the clip's own, rotated by a yaw offset.
"""

import numpy as np
from torch import Tensor

from foa360.config.train import Train
from foa360.learning.scores import matching_scores
from foa360.tasks.task import Task, TestRound

#: Smallest yaw offset of misaligned audio, in either direction, radians.
MIN_YAW_OFFSET = np.pi / 3


class SpatialAlignment(Task):
    """AVSA."""

    name = "avsa"
    context = True
    starts_from = "avc"

    def steps(self, settings: Train) -> int:
        """Return `train.avsa_steps`."""
        return settings.avsa_steps

    def rows(self, embeddings: Tensor) -> Tensor:
        """Return one row per viewpoint."""
        return embeddings.flatten(0, 1)

    def decide(self, test: TestRound) -> Tensor:
        """Compare aligned audio with the same audio off by 60° to 300° of yaw."""
        count = len(test.videos)
        yaw_offsets = test.random.uniform(MIN_YAW_OFFSET, 2 * np.pi - MIN_YAW_OFFSET, count)
        misaligned = test.rotated_audio(yaw_offsets.tolist())
        video, aligned = test.embeddings.video, test.embeddings.audio
        return matching_scores(video, aligned) > matching_scores(video, misaligned)
