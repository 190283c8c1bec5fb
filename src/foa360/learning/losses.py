"""Contrastive losses."""

from torch import Tensor, arange
from torch.nn.functional import cross_entropy


def info_nce(
    video: Tensor, audio: Tensor, temperature: float = 0.07, excluded: Tensor | None = None
) -> Tensor:
    """InfoNCE between pictures and sounds, the mean of both directions.

    Shape: `video` and `audio` are (N, D), rows of length 1; row i of one belongs to row i of the
    other, and all other rows are negatives. With the K viewpoints of B clips as rows, the other
    viewpoints of a clip are the hard negatives and other clips the easy ones (Morgado et al. 2020).
    Pairs that `excluded`, (N, N) of bool and symmetric, marks are no negatives: another clip of the
    same video may well sound right. The loss is log N for embeddings that tell nothing, and 0 for a
    perfect match.
    """
    logits = video @ audio.T / temperature
    if excluded is not None:
        logits = logits.masked_fill(excluded, float("-inf"))
    target = arange(len(video), device=video.device)
    return (cross_entropy(logits, target) + cross_entropy(logits.T, target)) / 2
