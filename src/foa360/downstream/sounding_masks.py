"""Masks that a segmentation network finds, with the true sound and with others."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from foa360.downstream.avsbench import SoundingVideo
from foa360.downstream.sounding_batches import standardised
from foa360.learning.checkpoint import device
from foa360.learning.segmentation.network import SoundSegmenter


def predicted(
    network: SoundSegmenter, frames: NDArray[np.uint8], patches: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Probability `(5, h, w)` that pixels sound, of frames `(5, 3, h, w)` and log-mel patches."""
    network.eval()
    with torch.no_grad():
        audio = torch.from_numpy(patches)[None].to(device())
        logits = network(standardised([frames]), audio).logits
    return np.asarray(logits[0].float().sigmoid().cpu().numpy(), np.float32)


def other_videos(videos: Sequence[SoundingVideo], seed: int) -> list[SoundingVideo]:
    """Draw another video for each, of another category where there is one.

    A video whose sound is that of another category must not be marked: masks with this sound show
    what the network marks without listening.
    """
    others = []
    for number, video in enumerate(videos):
        random = np.random.default_rng([seed, number])
        unlike = [other for other in videos if other.label != video.label]
        choice = unlike or [other for other in videos if other.name != video.name] or [video]
        others.append(choice[int(random.integers(len(choice)))])
    return others
