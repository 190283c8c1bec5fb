"""The convolutional audio network of Morgado et al. (2020): 4.7 M parameters at width 64."""

from torch import Tensor, nn


def _convolution(inside: int, outside: int, size: int, stride: int) -> list[nn.Module]:
    return [
        nn.Conv2d(inside, outside, size, stride, size // 2, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
    ]


class AudioNet(nn.Module):
    """Spectra (B, channels, frames, bands) → (B, 8 · width)."""

    def __init__(self, channels: int = 7, width: int = 64) -> None:
        """Build the network.

        Parameters
        ----------
        channels : int
            Input channels; 4 of log-mel power and 3 of intensity by default (Wang et al. 2022).
        width : int
            Channels of the first layer.
        """
        super().__init__()
        w = width
        layers = _convolution(channels, w, 7, 2)
        for inside, outside, stride in [
            (w, w, 1),
            (w, 2 * w, 2),
            (2 * w, 4 * w, 2),
            (4 * w, 8 * w, 1),
        ]:
            layers += _convolution(inside, outside, 3, stride)
            layers += _convolution(outside, outside, 3, 1)
        self.layers = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten())

    def forward(self, x: Tensor) -> Tensor:
        """Compute features of spectra."""
        out: Tensor = self.layers(x)
        return out
