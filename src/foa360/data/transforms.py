"""Random changes that keep what a sample is about, so that training never sees it twice."""

import numpy as np
from numpy.typing import NDArray

from foa360.sphere import separated_directions

#: Spread of a viewpoint's direction, radians.
JITTER = np.radians(4.0)
#: Angle between random viewpoints, radians (Morgado et al. 2020).
APART = np.radians(36.0)
#: Share of clips that are shown in grey.
GREY = 0.2


def look_anywhere(count: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Viewpoints `(count, 2)` anywhere on the sphere, 36° apart as far as there is room."""
    height = random.uniform(-1, 1, 64)
    free = np.column_stack([random.uniform(-np.pi, np.pi, 64), np.arcsin(height)])
    return free[separated_directions(free, count, APART)]


def jitter(views: NDArray[np.floating], random: np.random.Generator) -> NDArray[np.float64]:
    """Viewpoints `(K, 2)` in another order, each a little off; picture and sound follow."""
    moved = np.asarray(views, float)[random.permutation(len(views))]
    return moved + random.normal(0, JITTER, moved.shape)


def recolour(crops: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Crops `(..., 3)` with other colours, the same change for all of a clip."""
    mix = np.full((3, 3), 1 / 3) if random.random() < GREY else np.eye(3)
    mix = mix + random.normal(0, 0.1, (3, 3))
    mix *= random.uniform(0.8, 1.2) / np.maximum(np.abs(mix.sum(1, keepdims=True)), 0.3)
    moved = crops.astype(np.float32) @ mix.T.astype(np.float32) + random.normal(0, 8)
    return moved.clip(0, 255).astype(np.uint8)


def mask_bands(audio: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """Standardised spectra `(K, 7, frames, bands)` at another level, with some bands hidden."""
    bands = audio.shape[-1]
    width = int(random.integers(0, bands // 8 + 1))
    first = int(random.integers(0, bands - width + 1))
    audio[:, :4] += np.float32(random.normal(0, 0.3))
    audio[..., first : first + width] = 0
    return audio
