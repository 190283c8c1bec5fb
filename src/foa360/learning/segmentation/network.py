"""The network that marks what sounds in frames (Zhou et al. 2022)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from foa360.learning.segmentation.encoders import ENCODERS
from foa360.learning.segmentation.tpavi import Tpavi
from foa360.learning.segmentation.vggish import SlimAudio, Vggish

#: Dilations of the convolutions whose sum is a stage's neck.
DILATIONS = (3, 6, 12, 18)
AUDIO_NETWORKS: dict[str, type[nn.Module]] = {"slim": SlimAudio, "vggish": Vggish}


@dataclass(frozen=True)
class Shape:
    """What a network is made of.

    encoder : name of the image encoder.
    audio : name of the audio network.
    channels : of neck and decoder, a multiple of 8; 256 as published.
    tpavi : numbers of the stages with TPAVI, from 1.
    """

    encoder: str
    audio: str
    channels: int
    tpavi: tuple[int, ...]


class Segmented(NamedTuple):
    """What the network finds.

    logits : (B, T, H, W), log-odds that a pixel belongs to what sounds.
    stages : features after TPAVI of each stage that has it, (B, C, T, h, w).
    audio : audio in as many channels there, (B, T, C).
    vectors : of the audio network, (B, T, 128).
    encoded : last features of the encoder, (B, T, C', h, w).
    """

    logits: Tensor
    stages: list[Tensor]
    audio: list[Tensor]
    vectors: Tensor
    encoded: Tensor


class SoundSegmenter(nn.Module):
    """Encoder, neck, TPAVI at chosen stages, and a decoder that doubles the size five times.

    VGGish stays as it is, as published; the slim audio network learns.
    """

    def __init__(self, shape: Shape) -> None:
        """Start with random weights."""
        super().__init__()
        self.encoder = ENCODERS[shape.encoder]()
        self.audio = AUDIO_NETWORKS[shape.audio]()
        if isinstance(self.audio, Vggish):
            self.audio.requires_grad_(False)
        channels = shape.channels
        self.necks = nn.ModuleList(_Neck(width, channels) for width in self.encoder.widths)
        self.tpavi = nn.ModuleDict({str(stage): Tpavi(channels) for stage in shape.tpavi})
        last = len(self.necks)
        self.fusions = nn.ModuleList(
            _Fusion(channels, has_skip=stage != last) for stage in range(1, last + 1)
        )
        self.head = nn.Sequential(
            nn.Conv2d(channels, channels // 2, 3, padding=1),
            _Double(),
            nn.Conv2d(channels // 2, channels // 8, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels // 8, 1, 1),
        )

    def forward(self, frames: Tensor, patches: Tensor) -> Segmented:
        """Mark what sounds.

        Parameters
        ----------
        frames : (B, T, 3, H, W)
            Standardised; H and W are multiples of 32.
        patches : (B, T, 96, 64)
            Log-mel patch of each frame.
        """
        batch = frames.shape[:2]
        encoded = self.encoder(frames.flatten(0, 1))
        vectors = self.audio(patches.flatten(0, 1)).unflatten(0, batch)
        features = [neck(part) for neck, part in zip(self.necks, encoded, strict=True)]
        stages, audio = [], []
        for name, module in self.tpavi.items():
            number = int(name) - 1
            found, aligned = module(features[number].unflatten(0, batch).movedim(2, 1), vectors)
            features[number] = found.movedim(1, 2).flatten(0, 1)
            stages.append(found)
            audio.append(aligned)
        decoded: Tensor | None = None
        for fusion, part in zip(reversed(self.fusions), reversed(features), strict=True):
            decoded = fusion(part) if decoded is None else fusion(decoded, part)
        logits = self.head(decoded)[:, 0].unflatten(0, batch)
        return Segmented(logits, stages, audio, vectors, encoded[-1].unflatten(0, batch))


class _Neck(nn.Module):
    """Sum of dilated convolutions."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.parts = nn.ModuleList(
            nn.Conv2d(width, channels, 3, padding=dilation, dilation=dilation)
            for dilation in DILATIONS
        )

    def forward(self, features: Tensor) -> Tensor:
        return torch.stack([part(features) for part in self.parts]).sum(0)


class _Residual(nn.Module):
    """Two convolutions, added to their input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, features: Tensor) -> Tensor:
        return features + self.layers(features)


class _Double(nn.Module):
    """Twice the height and width, bilinear between corners."""

    def forward(self, features: Tensor) -> Tensor:
        return functional.interpolate(features, scale_factor=2, mode="bilinear", align_corners=True)


class _Fusion(nn.Module):
    """Join the features of a stage with those decoded so far."""

    def __init__(self, channels: int, has_skip: bool) -> None:
        super().__init__()
        self.skip = _Residual(channels) if has_skip else None
        self.refine = _Residual(channels)
        self.larger = _Double()

    def forward(self, decoded: Tensor, features: Tensor | None = None) -> Tensor:
        if self.skip is not None and features is not None:
            decoded = decoded + self.skip(features)
        return self.larger(self.refine(decoded))


def parameters(modules: Sequence[nn.Module]) -> int:
    """Count the weights of modules."""
    return sum(weight.numel() for module in modules for weight in module.parameters())
