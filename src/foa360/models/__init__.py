"""Networks after Morgado et al. (2020): video, audio, and the two together."""

from foa360.models.audiovisual import AudioVisual

__all__ = ["AudioVisual"]
