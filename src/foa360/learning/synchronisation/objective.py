"""The loss of the fused network: is the audio that of the time of the video?"""

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from foa360.learning.synchronisation.network import log_odds


class AlignmentObjective(nn.Module):
    """Network and loss. The loss is log 2 for a network that is undecided."""

    def __init__(self, model: nn.Module) -> None:
        """Keep the network, whose parameters are trained."""
        super().__init__()
        self.model = model

    def forward(self, video: Tensor, audio: Tensor) -> tuple[Tensor, float]:
        """Compute the loss (nats), and the share of right decisions.

        Parameters
        ----------
        video : (B, 3, frames, crop, crop)
            Crops, uint8.
        audio : (B, 2, 2, samples)
            Own audio, then shifted audio: as many aligned pairs as others.
        """
        logits = log_odds(self.model(video, audio)).float()
        aligned = torch.tensor([1.0, 0.0], device=logits.device).expand_as(logits)
        loss = binary_cross_entropy_with_logits(logits, aligned)
        right = outcomes(logits.detach())
        return loss, float(right.mean())


def outcomes(logits: Tensor) -> Tensor:
    """Decide by the sign of log-odds `(…, 2)` of own and shifted audio: 1 right, 0 wrong, ½ tie."""
    correct = logits * logits.new_tensor([1.0, -1.0])
    return (correct.sign() + 1) / 2
