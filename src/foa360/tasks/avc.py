"""Audio-visual correspondence (AVC): do video and audio belong to the same clip?

Training contrasts one embedding per clip, the mean over its viewpoints, with those of other videos
(Morgado et al. 2020, §3.1). In evaluation the false audio is that of another video.
"""

import numpy as np
from torch import Tensor

from foa360.config.train import Train
from foa360.learning.scores import clip_embedding, matching_scores
from foa360.tasks.task import Task, TestRound


class Correspondence(Task):
    """AVC."""

    name = "avc"
    context = False

    def steps(self, settings: Train) -> int:
        """Return `train.avc_steps`."""
        return settings.avc_steps

    def rows(self, embeddings: Tensor) -> Tensor:
        """Return one row per clip."""
        return clip_embedding(embeddings)

    def decide(self, test: TestRound) -> Tensor:
        """Compare a clip's own audio with that of another video."""
        video = clip_embedding(test.embeddings.video)[:, None]
        audio = clip_embedding(test.embeddings.audio)[:, None]
        false_audio = audio[_clips_of_other_videos(test)]
        return matching_scores(video, audio) > matching_scores(video, false_audio)


def _clips_of_other_videos(test: TestRound) -> list[int]:
    """Draw for each clip a clip of another video."""
    videos = np.array(test.videos)
    drawn = []
    for video in videos:
        candidates = np.flatnonzero(videos != video)
        drawn.append(int(test.random.choice(candidates)))
    return drawn
