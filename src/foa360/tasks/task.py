"""What makes a task: how embeddings are contrasted in training."""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import normalize

from foa360.config.train import Train
from foa360.learning.losses import info_nce, symmetric_info_nce
from foa360.learning.scores import same_video_pairs


class Task(ABC):
    """A published task.

    name : as in the configuration, in paths and in tables.
    context : whether transformers connect the viewpoints of a clip.
    windows : times within a clip that a sample has.
    """

    name: ClassVar[str]
    context: ClassVar[bool] = False
    windows: ClassVar[int] = 1

    @abstractmethod
    def rows(self, embeddings: Tensor) -> Tensor:
        """Return the rows that the loss contrasts, `(N, D)`, from embeddings `(B, K, D)`.

        The rows of a clip follow each other.
        """

    def excluded(self, videos: Tensor, rows_per_clip: int, settings: Train) -> Tensor:
        """Mark pairs of rows `(N, N)` that are no negatives.

        `videos` has the number of the video of each of the B clips.
        """
        return same_video_pairs(videos, rows_per_clip)

    def loss(self, video: Tensor, audio: Tensor, excluded: Tensor, temperature: float) -> Tensor:
        """Contrast rows `(N, D)` of video and audio.

        With context, what is predicted is compared with what is there, in audio and in video.
        """
        if not self.context:
            return symmetric_info_nce(video, audio, temperature, excluded)
        predicted_audio, own_video = halves(video)
        own_audio, predicted_video = halves(audio)
        in_audio = info_nce(predicted_audio, own_audio, temperature, excluded)
        return (in_audio + info_nce(predicted_video, own_video, temperature, excluded)) / 2


def halves(embeddings: Tensor) -> list[Tensor]:
    """Halve the embeddings `(…, D)` of a network with context into unit vectors."""
    return [normalize(half, dim=-1) for half in embeddings.chunk(2, -1)]


def matching_accuracy(video: Tensor, audio: Tensor, excluded: Tensor) -> float:
    """Share of rows whose own audio scores highest among those that are not excluded."""
    scores = (video @ audio.T).masked_fill(excluded, float("-inf"))
    rows = torch.arange(len(video), device=video.device)
    return float((scores.argmax(1) == rows).float().mean())
