"""Video and audio networks, their projections, and transformers that translate one into the other.

After Morgado et al. (2020): 20.2 M parameters at width 64 for AVC, 33.0 M for AVSA.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from foa360.learning.models.audio import AudioNet
from foa360.learning.models.video import VideoNet

#: Size of an embedding, or of each half of it.
SIZE = 128


class AudioVisual(nn.Module):
    """Embed video and audio at the K viewpoints of clips, as unit vectors.

    With `context`, a transformer over the viewpoints predicts the audio from the video, and another
    one the video from the audio. An embedding then has two halves, what is predicted and what is
    there, so that the product of a video and an audio embedding is the mean of two cosines:

        video: predicted audio, video        audio: audio, predicted video

    The transformers are not given the directions of the viewpoints: with them, video and audio of
    a viewpoint could be matched regardless of their content.
    """

    def __init__(self, width: int = 64, context: bool = False, channels: int = 7) -> None:
        """Build the networks.

        Parameters
        ----------
        width : int
            Channels of the first layers; 64 in the papers.
        context : bool
            Whether transformers connect the viewpoints of a clip (AVSA).
        channels : int
            Channels of the audio.
        """
        super().__init__()
        features = 8 * width
        self.video, self.audio = VideoNet(width), AudioNet(channels, width)
        self.video_head, self.audio_head = (nn.Linear(features, SIZE) for _ in range(2))
        self.context = context
        if context:
            self.video_to_audio, self.audio_to_video = (Translation(features) for _ in range(2))
            self.predicted_audio_head, self.predicted_video_head = (
                nn.Linear(features, SIZE) for _ in range(2)
            )

    def forward(self, video: Tensor, audio: Tensor) -> tuple[Tensor, Tensor]:
        """Embed both, `(B, K, D)` each, with D of 128, or 256 with context.

        `video` is (B, K, 3, T, H, W) uint8 or 0..1, `audio` (B, K, channels, frames, bands).
        """
        return self.embed_video(video), self.embed_audio(audio)

    def embed_video(self, video: Tensor) -> Tensor:
        """Embed crops `(B, K, 3, T, H, W)` as `(B, K, D)`."""
        return self.project_video(self.video_features(video))

    def embed_audio(self, audio: Tensor) -> Tensor:
        """Embed features `(B, K, channels, frames, bands)` as `(B, K, D)`."""
        return self.project_audio(self.audio_features(audio))

    def project_video(self, features: Tensor) -> Tensor:
        """Embed what `video_features` has computed."""
        own = normalize(self.video_head(features), dim=-1)
        if not self.context:
            return own
        predicted = self.predicted_audio_head(self.video_to_audio(features))
        return torch.cat([normalize(predicted, dim=-1), own], -1) / 2**0.5

    def project_audio(self, features: Tensor) -> Tensor:
        """Embed what `audio_features` has computed."""
        own = normalize(self.audio_head(features), dim=-1)
        if not self.context:
            return own
        predicted = self.predicted_video_head(self.audio_to_video(features))
        return torch.cat([own, normalize(predicted, dim=-1)], -1) / 2**0.5

    def video_features(self, video: Tensor) -> Tensor:
        """Compute features of crops before translation and projection, `(B, K, 8 · width)`."""
        if video.dtype == torch.uint8:
            video = video.float() / 255
        features: Tensor = self.video(video.flatten(0, 1)).unflatten(0, video.shape[:2])
        return features

    def audio_features(self, audio: Tensor) -> Tensor:
        """Compute features of audio before translation and projection, `(B, K, 8 · width)`."""
        features: Tensor = self.audio(audio.flatten(0, 1)).unflatten(0, audio.shape[:2])
        return features


class Translation(nn.Module):
    """Two layers of a transformer with one head, without positions: 6.30 M parameters at 512."""

    def __init__(self, features: int) -> None:
        """Build the layers."""
        super().__init__()
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                features, nhead=1, dim_feedforward=4 * features, dropout=0.1, batch_first=True
            )
            for _ in range(2)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Translate features `(B, K, features)` of one modality into the other."""
        for layer in self.layers:
            x = torch.relu(layer(x))
        return x
