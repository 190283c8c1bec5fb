"""Both networks, their projections, and the transformers that let viewpoints see each other."""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from foa360.learning.models.audio import AudioNet
from foa360.learning.models.video import VideoNet


class AudioVisual(nn.Module):
    """Embeddings of the K viewpoints of clips, for picture and sound.

    The transformers get no directions: with them, a viewpoint's picture and sound could be matched
    without looking or listening.
    """

    def __init__(self, width: int = 64, context: bool = False, size: int = 128) -> None:
        """`context` adds the transformers (AVSA); `size` is that of the embeddings."""
        super().__init__()
        features = 8 * width
        self.video, self.audio = VideoNet(width), AudioNet(7, width)
        self.video_head, self.audio_head = (_head(features, size) for _ in range(2))
        self.video_context = _transformer(features) if context else None
        self.audio_context = _transformer(features) if context else None

    def forward(self, video: Tensor, audio: Tensor) -> tuple[Tensor, Tensor]:
        """Embeddings of length 1, (B, K, size) each.

        `video` is (B, K, 3, T, H, W) uint8 or 0..1, `audio` (B, K, 7, frames, bands).
        """
        return self.embed_video(video), self.embed_audio(audio)

    def embed_video(self, video: Tensor) -> Tensor:
        """(B, K, 3, T, H, W) → (B, K, size)."""
        if video.dtype == torch.uint8:
            video = video.float() / 255
        features = self.video(video.flatten(0, 1)).unflatten(0, video.shape[:2])
        if self.video_context is not None:
            features = self.video_context(features)
        return normalize(self.video_head(features), dim=-1)

    def embed_audio(self, audio: Tensor) -> Tensor:
        """(B, K, 7, frames, bands) → (B, K, size)."""
        features = self.audio_features(audio)
        if self.audio_context is not None:
            features = self.audio_context(features)
        return normalize(self.audio_head(features), dim=-1)

    def audio_features(self, audio: Tensor) -> Tensor:
        """Features before context and projection, (B, K, 8 · width)."""
        features: Tensor = self.audio(audio.flatten(0, 1)).unflatten(0, audio.shape[:2])
        return features


def _head(features: int, size: int) -> nn.Module:
    return nn.Sequential(nn.Linear(features, features), nn.ReLU(), nn.Linear(features, size))


def _transformer(features: int) -> nn.Module:
    layer = nn.TransformerEncoderLayer(
        features,
        nhead=4,
        dim_feedforward=2 * features,
        dropout=0.0,
        batch_first=True,
        norm_first=True,
    )
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
