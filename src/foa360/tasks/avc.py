"""Audio-visual correspondence (AVC): do video and audio belong to the same clip?

Training contrasts one embedding per clip, the mean over its viewpoints, with those of other videos
(Morgado et al. 2020, §3.1).
"""

from torch import Tensor

from foa360.learning.scores import clip_embedding
from foa360.tasks.task import Task


class Correspondence(Task):
    """AVC."""

    name = "avc"

    def rows(self, embeddings: Tensor) -> Tensor:
        """Return one row per clip."""
        return clip_embedding(embeddings)
