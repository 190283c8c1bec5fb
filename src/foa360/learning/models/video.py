"""R(2+1)D-18 as Morgado et al. (2020) coded it: 15.4 M parameters at width 64.

It differs from the published R(2+1)D: the first convolution is not factorised, the middle of a pair
is as wide as its output, and the last normalisation of a block comes after the residual sum.
"""

from torch import Tensor, nn


def _pair(inside: int, outside: int, stride: tuple[int, int, int]) -> list[nn.Module]:
    """Build a 3×3 convolution in space, followed by one of length 3 in time."""
    time, height, width = stride
    return [
        nn.Conv3d(inside, outside, (1, 3, 3), (1, height, width), (0, 1, 1), bias=False),
        nn.BatchNorm3d(outside),
        nn.ReLU(inplace=True),
        nn.Conv3d(outside, outside, (3, 1, 1), (time, 1, 1), (1, 0, 0), bias=False),
    ]


class Block(nn.Module):
    """Two factorised convolutions and a shortcut."""

    def __init__(self, inside: int, outside: int, stride: tuple[int, int, int]) -> None:
        """Build a block.

        Parameters
        ----------
        inside, outside : int
            Number of input and output channels.
        stride : (int, int, int)
            In time, height and width.
        """
        super().__init__()
        self.body = nn.Sequential(
            *_pair(inside, outside, stride),
            nn.BatchNorm3d(outside),
            nn.ReLU(inplace=True),
            *_pair(outside, outside, (1, 1, 1)),
        )
        same = inside == outside and stride == (1, 1, 1)
        self.shortcut: nn.Module = (
            nn.Identity() if same else nn.Conv3d(inside, outside, 1, stride, bias=False)
        )
        self.end = nn.Sequential(nn.BatchNorm3d(outside), nn.ReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        """Map `(B, C, T, H, W)` to `(B, C', T', H', W')`."""
        out: Tensor = self.end(self.body(x) + self.shortcut(x))
        return out


class VideoNet(nn.Module):
    """Crops (B, 3, T, H, W) in 0..1 → (B, 8 · width)."""

    def __init__(self, width: int = 64) -> None:
        """Build the network; `width` is the number of channels of the first layer."""
        super().__init__()
        w = width
        self.layers = nn.Sequential(
            nn.Conv3d(3, w, (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False),
            nn.BatchNorm3d(w),
            nn.ReLU(inplace=True),
            Block(w, w, (1, 1, 1)),
            Block(w, w, (1, 1, 1)),
            Block(w, 2 * w, (2, 2, 2)),
            Block(2 * w, 2 * w, (1, 1, 1)),
            Block(2 * w, 4 * w, (2, 2, 2)),
            Block(4 * w, 4 * w, (1, 1, 1)),
            Block(4 * w, 8 * w, (2, 2, 2)),
            Block(8 * w, 8 * w, (1, 1, 1)),
            nn.AdaptiveMaxPool3d(1),
            nn.Flatten(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Compute features of crops."""
        out: Tensor = self.layers((x - 0.45) / 0.25)
        return out
