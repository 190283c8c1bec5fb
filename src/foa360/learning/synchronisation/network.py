"""One network of video and waveform that tells aligned from shifted audio (Owens and Efros 2018).

The audio network is one-dimensional, the video network three-dimensional. Audio features are pooled
to the time steps of the video, repeated over space, and joined early; residual stages in three
dimensions follow. Size `paper` has 36.0 M weights.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

#: Channels of the waveform: W and a beam, or two cardioids.
CHANNELS = 2
#: Height and width, and time steps, below which the last map is not made smaller.
MIN_CELLS, MIN_STEPS = 7, 8
#: Layers that halve height and width, and time, those that keep doing so for the smallest crops
#: first, and layers of the audio network that divide time by `AUDIO_STRIDE`.
SPACE_LAYERS = ("stem", "video_2", "joint_2", "joint_3", "pool")
TIME_LAYERS = ("joint_2", "video_2", "stem")
AUDIO_LAYERS = ("stem", "pool", "audio_1", "audio_2", "audio_3")
AUDIO_STRIDE = 4
#: Constant of the companding of waveforms.
MU = 255


@dataclass(frozen=True)
class Shape:
    """What a network is made of.

    width : channels of the first layers; 64 as published.
    frames : video frames.
    crop : width and height of a frame, pixels.
    samples : audio samples.
    """

    width: int
    frames: int
    crop: int
    samples: int


class FusedNet(nn.Module):
    """Video and two waveforms or more of the same clip → maps of log-odds that they are aligned.

    The strides follow the size of the input: those of the publication would leave nothing of a
    small crop. The mean of a map is the log-odds of the whole, since the last layer is linear.
    """

    def __init__(self, shape: Shape) -> None:
        """Start with random weights."""
        super().__init__()
        w = shape.width
        halvings = [_halvings(shape.frames, MIN_STEPS), _halvings(shape.crop, MIN_CELLS)]
        in_time, in_space = set(TIME_LAYERS[: halvings[0]]), set(SPACE_LAYERS[: halvings[1]])

        def strides(name: str) -> tuple[int, int, int]:
            space = 1 + (name in in_space)
            return 1 + (name in in_time), space, space

        self.video = nn.Sequential(
            nn.Conv3d(3, w, (5, 7, 7), strides("stem"), (2, 3, 3), bias=False),
            nn.BatchNorm3d(w),
            nn.ReLU(),
            nn.MaxPool3d((1, 3, 3), strides("pool"), (0, 1, 1)),
            Residual(3, w, w, 3),
            Residual(3, w, w, 3, strides("video_2")),
        )
        before_joint = 2 ** len(in_time & {"stem", "video_2"})
        self.steps = -(-shape.frames // before_joint)
        divisions = int(math.log(max(shape.samples / self.steps, 1), AUDIO_STRIDE))
        in_audio = set(AUDIO_LAYERS[:divisions])
        stride = {name: (AUDIO_STRIDE if name in in_audio else 1,) for name in AUDIO_LAYERS}
        self.audio = nn.Sequential(
            nn.Conv1d(CHANNELS, w, 65, stride["stem"], 32, bias=False),
            nn.BatchNorm1d(w),
            nn.ReLU(),
            nn.MaxPool1d(stride["pool"][0], stride["pool"][0]),
            Residual(1, w, 2 * w, 15, stride["audio_1"]),
            Residual(1, 2 * w, 2 * w, 15, stride["audio_2"]),
            Residual(1, 2 * w, 4 * w, 15, stride["audio_3"]),
            nn.AdaptiveMaxPool1d(self.steps),
            nn.Conv1d(4 * w, 2 * w, 3, padding=1, bias=False),
            nn.BatchNorm1d(2 * w),
            nn.ReLU(),
        )
        self.fusion = nn.Sequential(
            nn.Conv3d(3 * w, 8 * w, 1, bias=False),
            nn.BatchNorm3d(8 * w),
            nn.ReLU(),
            nn.Conv3d(8 * w, 2 * w, 1, bias=False),
        )
        self.joint = nn.Sequential(
            nn.BatchNorm3d(2 * w),
            nn.ReLU(),
            Residual(3, 2 * w, 2 * w, 3),
            Residual(3, 2 * w, 2 * w, 3),
            Residual(3, 2 * w, 4 * w, 3, strides("joint_2")),
            Residual(3, 4 * w, 4 * w, 3),
            Residual(3, 4 * w, 8 * w, 3, (1, *strides("joint_3")[1:])),
            Residual(3, 8 * w, 8 * w, 3),
        )
        self.logit = nn.Conv3d(8 * w, 1, 1)
        # Undecided at the start.
        nn.init.normal_(self.logit.weight, std=0.01)
        assert self.logit.bias is not None
        nn.init.zeros_(self.logit.bias)

    def forward(self, video: Tensor, audio: Tensor) -> Tensor:
        """Map where and when audio and video are aligned.

        Parameters
        ----------
        video : (B, 3, frames, crop, crop)
            Crops, uint8.
        audio : (B, S, 2, samples)
            S waveforms for each of them, full scale ±1.

        Returns
        -------
        Tensor
            Log-odds, (B, S, steps, rows, columns).
        """
        count = audio.shape[1]
        of_video = self.video(video.to(audio.dtype) / (MU / 2) - 1)
        of_audio = self.audio(companded(audio.flatten(0, 1)))
        of_video = of_video.repeat_interleave(count, 0)
        of_audio = of_audio[..., None, None].expand(-1, -1, -1, *of_video.shape[-2:])
        both = torch.cat([of_video, of_audio], 1)
        half = of_video.shape[1]
        shortcut = torch.cat([both[:, :half], both[:, -half:]], 1)
        logits: Tensor = self.logit(self.joint(self.fusion(both) + shortcut))
        return logits[:, 0].unflatten(0, (-1, count))


def log_odds(maps: Tensor) -> Tensor:
    """Log-odds (…) of the whole, from maps (…, steps, rows, columns)."""
    return maps.mean((-3, -2, -1))


def companded(x: Tensor) -> Tensor:
    """Compress the levels of a waveform of full scale ±1 as the μ-law does."""
    return x.sign() * torch.log1p(MU * x.abs()) / math.log1p(MU)


class Residual(nn.Module):
    """Two convolutions and a shortcut."""

    def __init__(
        self, axes: int, inside: int, outside: int, size: int, stride: tuple[int, ...] | None = None
    ) -> None:
        """Build a block.

        Parameters
        ----------
        axes : int
            1 or 3.
        inside, outside : int
            Number of input and output channels.
        size : int
            Length of the convolutions along each axis, odd.
        stride : tuple of int
            Of the first one, along each axis; 1 by default.
        """
        super().__init__()
        convolution: Any = {1: nn.Conv1d, 3: nn.Conv3d}[axes]
        norm = {1: nn.BatchNorm1d, 3: nn.BatchNorm3d}[axes]
        pool: Any = {1: nn.MaxPool1d, 3: nn.MaxPool3d}[axes]
        by = stride or (1,) * axes
        self.body = nn.Sequential(
            convolution(inside, outside, size, by, size // 2, bias=False),
            norm(outside),
            nn.ReLU(),
            convolution(outside, outside, size, padding=size // 2, bias=False),
            norm(outside),
        )
        self.shortcut: nn.Module = nn.Identity()
        if inside != outside:
            self.shortcut = convolution(inside, outside, 1, by, bias=False)
        elif max(by) > 1:
            self.shortcut = pool(1, by)
        self.end = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Map `(B, C, …)` to `(B, C', …)`."""
        out: Tensor = self.end(self.body(x) + self.shortcut(x))
        return out


def _halvings(size: int, smallest: int) -> int:
    """How often a size can be halved before it is below the smallest."""
    return max(0, int(math.log2(max(size / smallest, 1))))
