"""Contrastive losses."""

from torch import Tensor, arange
from torch.nn.functional import cross_entropy


def info_nce(
    queries: Tensor,
    targets: Tensor,
    temperature: float = 0.07,
    excluded: Tensor | None = None,
) -> Tensor:
    """Compute InfoNCE: which target belongs to each query?

    The loss is log N for embeddings without information, and 0 for a perfect match.

    Parameters
    ----------
    queries, targets : (N, D)
        Rows of length 1; row i of one belongs to row i of the other, all other rows are negatives.
    temperature : float
        Divides the cosines.
    excluded : (N, N) of bool, optional
        Pairs that are left out of the negatives.

    Returns
    -------
    Tensor
        Scalar, in nats.
    """
    logits = queries @ targets.T / temperature
    if excluded is not None:
        logits = logits.masked_fill(excluded, float("-inf"))
    return cross_entropy(logits, arange(len(queries), device=queries.device))


def symmetric_info_nce(
    video: Tensor, audio: Tensor, temperature: float = 0.07, excluded: Tensor | None = None
) -> Tensor:
    """Average InfoNCE from video to audio and from audio to video; see `info_nce`."""
    to_audio = info_nce(video, audio, temperature, excluded)
    transposed = None if excluded is None else excluded.T
    return (to_audio + info_nce(audio, video, temperature, transposed)) / 2
