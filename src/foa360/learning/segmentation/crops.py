"""Losses of crops around the object, which a later student project added to those of AVSBench.

The class of each crop, the distance between crops of consecutive frames, and the cosine between
crops and audio. As published, crops are classified by a network of their own (`separate`), which
shares no weight with the segmentation network, so that these losses cannot change its masks.
`shared` takes the features of the segmentation network's encoder inside the box instead.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from foa360.learning.segmentation.encoders import Encoder
from foa360.learning.segmentation.network import Segmented
from foa360.learning.segmentation.tpavi import AUDIO_CHANNELS

#: Channels in which crops and audio are compared.
FEATURES = 512
#: Points of a box that are pooled, in each direction.
POINTS = 7


class CropLosses(NamedTuple):
    """Losses of a batch; all are 0 where no box is known.

    classes : cross entropy of the class of crops, nats.
    distance : Euclidean distance of unit vectors of crops of consecutive frames.
    cosine : 1 - cosine between the mean vector of the crops of a video and that of its audio.
    """

    classes: Tensor
    distance: Tensor
    cosine: Tensor

    @property
    def total(self) -> Tensor:
        """Sum, each with weight 1 as published."""
        return self.classes + self.distance + self.cosine


class CropHead(nn.Module):
    """Vector, class and audio of crops."""

    def __init__(self, classes: int, width: int, encoder: Encoder | None = None) -> None:
        """Start with random weights.

        Parameters
        ----------
        classes : int
            Number of classes.
        width : int
            Channels of the last features of the segmentation network's encoder.
        encoder : Encoder, optional
            Network of the crops (`separate`); without one they have the features of the
            segmentation network (`shared`).
        """
        super().__init__()
        self.encoder = encoder
        width = width if encoder is None else encoder.widths[-1]
        self.vector = nn.Sequential(nn.Linear(width, FEATURES), nn.ReLU())
        self.classifier = nn.Linear(FEATURES, classes)
        self.audio = nn.Linear(AUDIO_CHANNELS, FEATURES)

    def forward(
        self, found: Segmented, frames: Tensor, boxes: Tensor, known: Tensor, labels: Tensor
    ) -> CropLosses:
        """Compute the losses of a batch of any size.

        Parameters
        ----------
        found : Segmented
            What the segmentation network found.
        frames : (B, T, 3, H, W)
            Standardised.
        boxes : (B, T, 4)
            Left, top, right and bottom edges as shares of width and height.
        known : (B, T)
            Whether there is a box; the others are skipped.
        labels : (B,)
            Class of each video.
        """
        if not known.any():
            nothing = boxes.sum() * 0
            return CropLosses(nothing, nothing, nothing)
        video, time = known.nonzero(as_tuple=True)
        vectors = self.vector(self._pooled(found, frames, boxes, known))
        logits = self.classifier(vectors)
        units = functional.normalize(vectors, dim=-1)
        # Rows of one video follow each other; a frame whose predecessor has no box is left out.
        follows = (video[1:] == video[:-1]) & (time[1:] == time[:-1] + 1)
        steps = torch.linalg.vector_norm(units[1:][follows] - units[:-1][follows], dim=-1)
        shown = known.any(1)
        mean = units.new_zeros(len(boxes), FEATURES).index_add(0, video, units)[shown]
        of_audio = found.vectors if self.encoder is None else found.vectors.detach()
        cosine = functional.cosine_similarity(mean, self.audio(of_audio.mean(1)[shown]), dim=-1)
        return CropLosses(
            functional.cross_entropy(logits, labels[video]),
            steps.sum() / max(len(steps), 1),
            (1 - cosine).mean(),
        )

    def _pooled(self, found: Segmented, frames: Tensor, boxes: Tensor, known: Tensor) -> Tensor:
        """Mean features `(n, C)` of each known box."""
        if self.encoder is None:
            return pool_boxes(found.encoded[known], boxes[known], POINTS).mean((-2, -1))
        crops = pool_boxes(frames[known], boxes[known], frames.shape[-1])
        return self.encoder(crops)[-1].mean((-2, -1))


def pool_boxes(values: Tensor, boxes: Tensor, points: int) -> Tensor:
    """Sample a box of each map at the centres of a grid of cells, bilinearly (RoI align).

    Parameters
    ----------
    values : (n, C, h, w)
        Maps.
    boxes : (n, 4)
        Left, top, right and bottom edges as shares of width and height.
    points : int
        Cells in each direction.

    Returns
    -------
    (n, C, points, points)
    """
    places = (torch.arange(points, device=boxes.device) + 0.5) / points
    left, top, right, bottom = boxes.to(values.dtype).unbind(-1)
    across = left[:, None] + (right - left)[:, None] * places
    down = top[:, None] + (bottom - top)[:, None] * places
    grid = torch.stack(
        [
            across[:, None, :].expand(-1, points, -1),
            down[:, :, None].expand(-1, -1, points),
        ],
        -1,
    )
    return functional.grid_sample(
        values, 2 * grid - 1, mode="bilinear", padding_mode="border", align_corners=False
    )
