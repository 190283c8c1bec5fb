"""Scores of embeddings: how well video and audio match, and which pairs are no negatives."""

import torch
from torch import Tensor
from torch.nn.functional import normalize


def clip_embedding(embeddings: Tensor) -> Tensor:
    """Average the viewpoints of each clip.

    Shape: `(B, K, D)` → `(B, D)`, rows of length 1.
    """
    return normalize(embeddings.mean(1), dim=-1)


def matching_scores(video: Tensor, audio: Tensor) -> Tensor:
    """Score how well the video and the audio of each clip match.

    Shape: two tensors `(B, K, D)` of unit vectors → `(B,)`, the mean cosine over the viewpoints.
    """
    return (video * audio).sum(-1).mean(1)


def same_video_pairs(videos: Tensor, rows_per_clip: int) -> Tensor:
    """Mark pairs of rows that come from one video but from different clips.

    Such pairs are no negatives: another clip of the same video may match, too. `videos` has
    the number of the video of each of the B clips, whose `rows_per_clip` rows follow each other.
    Returns `(B · rows_per_clip, B · rows_per_clip)` of bool.
    """
    same_clip = torch.eye(len(videos), dtype=torch.bool, device=videos.device)
    pairs = (videos[:, None] == videos) & ~same_clip
    return pairs.repeat_interleave(rows_per_clip, 0).repeat_interleave(rows_per_clip, 1)
