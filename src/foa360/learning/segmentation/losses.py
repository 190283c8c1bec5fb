"""Losses of segmentation of what sounds (Zhou et al. 2022)."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

#: Weight of the divergence between audio and masked image features, where it is used.
DIVERGENCE_WEIGHT = 0.5


def mask_loss(logits: Tensor, truth: Tensor, known: Tensor) -> Tensor:
    """Binary cross entropy over the pixels of frames whose truth is known, nats.

    Parameters
    ----------
    logits, truth : (B, T, H, W)
        Predicted log-odds; 1 for pixels of the object, 0 for others.
    known : (B, T)
        Whether the truth of a frame is known.
    """
    return functional.binary_cross_entropy_with_logits(logits[known], truth[known])


def divergence(probability: Tensor, frames: Sequence[Tensor], audio: Sequence[Tensor]) -> Tensor:
    """Kullback-Leibler divergence of masked image features from audio, nats.

    For each stage, KL(softmax(a) ‖ softmax(v)), with v the mean over space of the features times
    the probability, pooled to their size. Summed over frames and averaged over stages, as
    published.

    Parameters
    ----------
    probability : (B, T, H, W)
        Of the mask.
    frames, audio : sequences of (B, C, T, h, w) and (B, T, C)
        Features of each stage, and the audio in as many channels.
    """
    masks = probability.flatten(0, 1)
    parts = []
    for features, vectors in zip(frames, audio, strict=True):
        height, width = features.shape[-2:]
        pooled = functional.adaptive_avg_pool2d(masks, (height, width))
        masked = features.movedim(2, 1).flatten(0, 1) * pooled[:, None]
        found = masked.mean((-2, -1)).log_softmax(-1)
        expected = vectors.flatten(0, 1).softmax(-1)
        parts.append(functional.kl_div(found, expected, reduction="sum"))
    return torch.stack(parts).mean()
