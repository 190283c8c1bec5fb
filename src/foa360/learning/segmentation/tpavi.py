"""Temporal pixel-wise audio-visual interaction (TPAVI, Zhou et al. 2022), in linear form."""

import torch
from torch import Tensor, nn

#: Length of the vector of a second of audio (VGGish).
AUDIO_CHANNELS = 128


class Tpavi(nn.Module):
    """Add to image features what the audio of all frames finds in them.

    As published, z = LN(x + BN(W y)), y = (θ(x) φ(a)ᵀ / N) g(x), with N = T·H·W positions and the
    audio a, brought to C channels and repeated over space. There is no softmax, and φ(a) is
    constant over space, so that the products may be taken in another order:
    y = θ(x) · (Σₜ φ(aₜ) ⊗ Σₓᵧ g(xₜ)) / N, which needs no matrix of N × N. BN starts with weight 0:
    before training, the module is LN(x).
    """

    def __init__(self, channels: int) -> None:
        """Set the number of channels C of the image features; even."""
        super().__init__()
        inner = channels // 2
        self.audio = nn.Linear(AUDIO_CHANNELS, channels)
        self.theta = nn.Conv3d(channels, inner, 1)
        self.phi = nn.Linear(channels, inner)
        self.g = nn.Conv3d(channels, inner, 1)
        self.out = nn.Conv3d(inner, channels, 1)
        self.norm = nn.BatchNorm3d(channels)
        nn.init.zeros_(self.norm.weight)
        self.layer_norm = nn.LayerNorm(channels)

    def forward(self, frames: Tensor, audio: Tensor) -> tuple[Tensor, Tensor]:
        """Return features z of the same shape, and the audio in C channels, `(B, T, C)`.

        Parameters
        ----------
        frames : (B, C, T, H, W)
            Features x.
        audio : (B, T, 128)
            Vector of the audio of each frame.
        """
        aligned = self.audio(audio)
        memory = torch.einsum("btk,bltyx->bkl", self.phi(aligned), self.g(frames))
        memory = memory / frames[0, 0].numel()
        found = torch.einsum("bktyx,bkl->bltyx", self.theta(frames), memory)
        added = frames + self.norm(self.out(found))
        return self.layer_norm(added.movedim(1, -1)).movedim(-1, 1), aligned
