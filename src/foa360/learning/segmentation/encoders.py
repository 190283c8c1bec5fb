"""Networks that map a frame to features of four sizes: a quarter of it to a thirty-second."""

from abc import abstractmethod
from typing import ClassVar

from torch import Tensor, nn

from foa360.learning.torchvision_ops import define_missing_operators


class Encoder(nn.Module):
    """What all encoders have.

    widths : channels of the features of each of four stages.
    unused : beginnings of the names of tensors in published weights that are not needed.
    """

    widths: ClassVar[tuple[int, ...]]
    unused: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def forward(self, frames: Tensor) -> list[Tensor]:
        """Return features `(n, C, h, w)` of each stage for frames `(n, 3, H, W)`."""


class SlimEncoder(Encoder):
    """Two strided convolutions, and two more in each stage: for small frames and a CPU."""

    widths = (24, 32, 48, 64)

    def __init__(self) -> None:
        """Start with random weights."""
        super().__init__()
        channels = self.widths[0]
        self.stem = nn.Sequential(_layer(3, channels, 2), _layer(channels, channels, 2))
        self.stages = nn.ModuleList()
        for number, width in enumerate(self.widths):
            stride = 1 if number == 0 else 2
            self.stages.append(
                nn.Sequential(_layer(channels, width, stride), _layer(width, width, 1))
            )
            channels = width

    def forward(self, frames: Tensor) -> list[Tensor]:
        """Return features of each stage."""
        features = [self.stem(frames)]
        for stage in self.stages:
            features.append(stage(features[-1]))
        return features[1:]


class ResNet50(Encoder):
    """The stages of torchvision's ResNet-50; names of weights are those of torchvision."""

    widths = (256, 512, 1024, 2048)
    unused = ("fc.",)

    def __init__(self) -> None:
        """Start with random weights."""
        super().__init__()
        define_missing_operators()
        from torchvision.models import resnet50

        for name, part in resnet50(weights=None).named_children():
            if name not in {"avgpool", "fc"}:
                self.add_module(name, part)

    def forward(self, frames: Tensor) -> list[Tensor]:
        """Return features of each stage."""
        features = frames
        found = []
        for name, part in self.named_children():
            features = part(features)
            if name.startswith("layer"):
                found.append(features)
        return found


class PvtV2B5(Encoder):
    """The stages of timm's PVT-v2-b5; names of weights are those of timm. Needs that package."""

    widths = (64, 128, 320, 512)
    unused = ("head.",)

    def __init__(self) -> None:
        """Start with random weights."""
        super().__init__()
        define_missing_operators()
        import timm

        full = timm.create_model("pvt_v2_b5", pretrained=False)
        self.patch_embed, self.stages = full.patch_embed, full.stages

    def forward(self, frames: Tensor) -> list[Tensor]:
        """Return features of each stage."""
        features = self.patch_embed(frames)
        found = []
        for stage in self.stages:
            features = stage(features)
            found.append(features)
        return found


def _layer(channels: int, width: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
    )


#: Encoders by their name in the configuration.
ENCODERS: dict[str, type[Encoder]] = {
    "slim": SlimEncoder,
    "resnet50": ResNet50,
    "pvt_v2_b5": PvtV2B5,
}
