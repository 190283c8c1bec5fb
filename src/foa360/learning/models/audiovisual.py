"""Video and audio networks, their projections, and transformers over the viewpoints of a clip."""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from foa360.learning.models.audio import AudioNet
from foa360.learning.models.video import VideoNet


class AudioVisual(nn.Module):
    """Embed video and audio at the K viewpoints of clips.

    The transformers are not given the directions of the viewpoints: with them, video and audio of
    a viewpoint could be matched regardless of their content.
    """

    def __init__(self, width: int = 64, context: bool = False, size: int = 128) -> None:
        """Build the networks.

        Parameters
        ----------
        width : int
            Channels of the first layers; 64 in the papers.
        context : bool
            Whether transformers connect the viewpoints of a clip (AVSA).
        size : int
            Size of the embeddings.
        """
        super().__init__()
        features = 8 * width
        self.video, self.audio = VideoNet(width), AudioNet(7, width)
        self.video_head, self.audio_head = (_head(features, size) for _ in range(2))
        self.video_context = _transformer(features) if context else None
        self.audio_context = _transformer(features) if context else None

    def forward(self, video: Tensor, audio: Tensor) -> tuple[Tensor, Tensor]:
        """Embed both, as unit vectors `(B, K, size)` each.

        `video` is (B, K, 3, T, H, W) uint8 or 0..1, `audio` (B, K, 7, frames, bands).
        """
        return self.embed_video(video), self.embed_audio(audio)

    def embed_video(self, video: Tensor) -> Tensor:
        """Embed crops `(B, K, 3, T, H, W)` as `(B, K, size)`."""
        if video.dtype == torch.uint8:
            video = video.float() / 255
        features = self.video(video.flatten(0, 1)).unflatten(0, video.shape[:2])
        if self.video_context is not None:
            features = self.video_context(features)
        return normalize(self.video_head(features), dim=-1)

    def embed_audio(self, audio: Tensor) -> Tensor:
        """Embed spectra `(B, K, 7, frames, bands)` as `(B, K, size)`."""
        features = self.audio_features(audio)
        if self.audio_context is not None:
            features = self.audio_context(features)
        return normalize(self.audio_head(features), dim=-1)

    def audio_features(self, audio: Tensor) -> Tensor:
        """Compute features before context and projection, `(B, K, 8 · width)`."""
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
