"""Audio-visual spatial alignment (AVSA): is the audio rotated to the viewpoint of the crop?

Training contrasts the viewpoints: those of the same clip are the hard negatives, those of other
clips the easy ones. Audio that is predicted from the video is compared with the audio, and video
that is predicted from the audio with the video (Morgado et al. 2020, §3.2).
"""

import torch
from torch import Tensor

from foa360.config.train import Train
from foa360.learning.scores import same_video_pairs
from foa360.tasks.task import Task


class SpatialAlignment(Task):
    """AVSA."""

    name = "avsa"
    context = True

    def rows(self, embeddings: Tensor) -> Tensor:
        """Return one row per viewpoint."""
        return embeddings.flatten(0, 1)

    def excluded(self, videos: Tensor, rows_per_clip: int, settings: Train) -> Tensor:
        """Exclude other clips of a video; `as_coded`, all but one viewpoint of other clips."""
        excluded = same_video_pairs(videos, rows_per_clip)
        if settings.candidates == "joint":
            return excluded
        clips = torch.arange(len(videos)).repeat_interleave(rows_per_clip)
        views = torch.arange(rows_per_clip).repeat(len(videos))
        other = (clips[:, None] != clips) & (views[:, None] != views)
        return excluded | other.to(excluded.device)
