"""Contrastive losses."""

from torch import Tensor, arange
from torch.nn.functional import cross_entropy


def info_nce(
    video: Tensor,
    audio: Tensor,
    temperature: float = 0.07,
    excluded: Tensor | None = None,
) -> Tensor:
    """Compute InfoNCE between video and audio embeddings, the mean of both directions.

    With the K viewpoints of B clips as rows, the other viewpoints of a clip are the hard negatives
    and other clips the easy ones (Morgado et al. 2020). The loss is log N for embeddings without
    information, and 0 for a perfect match.

    Parameters
    ----------
    video, audio : (N, D)
        Rows of length 1; row i of one belongs to row i of the other, all other rows are negatives.
    temperature : float
        Divides the cosines.
    excluded : (N, N) of bool, optional
        Symmetric; pairs that are left out of the negatives.

    Returns
    -------
    Tensor
        Scalar, in nats.
    """
    logits = video @ audio.T / temperature
    if excluded is not None:
        logits = logits.masked_fill(excluded, float("-inf"))
    target = arange(len(video), device=video.device)
    video_to_audio = cross_entropy(logits, target)
    audio_to_video = cross_entropy(logits.T, target)
    return (video_to_audio + audio_to_video) / 2
