"""Networks that turn a log-mel patch into a vector of 128: VGGish, and a small one."""

from torch import Tensor, nn

from foa360.learning.segmentation.log_mel import BANDS, FRAMES
from foa360.learning.segmentation.tpavi import AUDIO_CHANNELS

#: Channels of the convolutions of VGGish; 0 stands for a maximum over 2 × 2.
LAYERS = (64, 0, 128, 0, 256, 256, 0, 512, 512, 0)
HIDDEN = 4096


class Vggish(nn.Module):
    """VGGish (Hershey et al. 2017), without the principal components of its release.

    Names and order of the weights are those of the port to PyTorch, `vggish-10086976.pth` of
    https://github.com/harritaylor/torchvggish, so that its file can be loaded.
    """

    def __init__(self) -> None:
        """Start with random weights."""
        super().__init__()
        layers: list[nn.Module] = []
        channels = 1
        for width in LAYERS:
            if width == 0:
                layers.append(nn.MaxPool2d(2))
                continue
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
        self.features = nn.Sequential(*layers)
        halvings = 2 ** LAYERS.count(0)
        flat = channels * (FRAMES // halvings) * (BANDS // halvings)
        self.embeddings = nn.Sequential(
            nn.Linear(flat, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, AUDIO_CHANNELS),
            nn.ReLU(),
        )

    def forward(self, patches: Tensor) -> Tensor:
        """Return vectors `(n, 128)` of log-mel patches `(n, 96, 64)`."""
        # Channels come last in the original, before its layers are flattened.
        return self.embeddings(self.features(patches[:, None]).movedim(1, -1).flatten(1))


class SlimAudio(nn.Module):
    """Four strided convolutions and a mean over time and frequency."""

    def __init__(self) -> None:
        """Start with random weights."""
        super().__init__()
        layers: list[nn.Module] = [nn.BatchNorm2d(1)]
        channels = 1
        for width in (16, 32, 48, 64):
            layers += [nn.Conv2d(channels, width, 3, 2, 1), nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        self.features = nn.Sequential(*layers)
        self.embedding = nn.Linear(channels, AUDIO_CHANNELS)

    def forward(self, patches: Tensor) -> Tensor:
        """Return vectors `(n, 128)` of log-mel patches `(n, 96, 64)`."""
        return self.embedding(self.features(patches[:, None]).mean((-2, -1)))
