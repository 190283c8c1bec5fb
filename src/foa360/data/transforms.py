"""Random viewpoints and augmentation: changes that keep video and audio in agreement."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from foa360.sphere.separated import separated_directions

#: Standard deviation of the offset of an augmented viewpoint in azimuth and elevation, radians.
JITTER_STD = np.radians(4.0)
#: Minimum angle between random viewpoints, radians (Morgado et al. 2020).
MIN_VIEWPOINT_DISTANCE = np.radians(36.0)
#: Random directions that viewpoints are chosen from.
CANDIDATES = 64
#: Share of augmented samples in grey.
GREY_SHARE = 0.2
#: Standard deviation of each entry of the colour matrix.
COLOUR_MIX_STD = 0.1
#: Range of the sums of the rows of the colour matrix, the contrast.
CONTRAST = (0.8, 1.2)
#: Smallest sum of a row that the contrast is divided by.
MIN_COLOUR_SUM = 0.3
#: Standard deviation of the offset of all pixel values, of 255.
BRIGHTNESS_STD = 8.0
#: Standard deviation of the offset of standardised log-mel spectra.
LEVEL_STD = 0.3
#: At most one band in so many is masked.
MASKED_BANDS_DIVISOR = 8


@dataclass(frozen=True, eq=False)
class Augmentation:
    """Changes of one sample's colours and spectra.

    colour_matrix : (3, 3). Mixes red, green and blue.
    brightness : added to all pixel values, of 255.
    level : added to standardised log-mel spectra.
    masked_bands : mel bands that are set to zero.
    """

    colour_matrix: NDArray[np.float64]
    brightness: float
    level: float
    masked_bands: slice


def draw_augmentation(bands: int, random: np.random.Generator) -> Augmentation:
    """Draw the changes of a sample with so many mel bands."""
    grey = random.random() < GREY_SHARE
    matrix = np.full((3, 3), 1 / 3) if grey else np.eye(3)
    matrix = matrix + random.normal(0, COLOUR_MIX_STD, (3, 3))
    contrast = random.uniform(*CONTRAST)
    matrix *= contrast / np.maximum(np.abs(matrix.sum(1, keepdims=True)), MIN_COLOUR_SUM)
    brightness = random.normal(0, BRIGHTNESS_STD)
    width = int(random.integers(0, bands // MASKED_BANDS_DIVISOR + 1))
    first = int(random.integers(0, bands - width + 1))
    level = random.normal(0, LEVEL_STD)
    return Augmentation(matrix, brightness, level, slice(first, first + width))


def augment_video(crops: NDArray[np.uint8], augmentation: Augmentation) -> NDArray[np.uint8]:
    """Crops `(..., 3)` with other colours, the same change for all."""
    matrix = np.column_stack([augmentation.colour_matrix, np.full(3, augmentation.brightness)])
    mixed = cv2.transform(crops.reshape(-1, crops.shape[-2], 3), matrix)
    return np.asarray(mixed, np.uint8).reshape(crops.shape)


def augment_audio(
    audio: NDArray[np.float32], augmentation: Augmentation, levels: int
) -> NDArray[np.float32]:
    """Audio `(K, C, frames, bands)` at another level, in its first channels, with masked bands."""
    changed = audio.copy()
    changed[:, :levels] += np.float32(augmentation.level)
    changed[..., augmentation.masked_bands] = 0
    return changed


def random_viewpoints(
    count: int,
    random: np.random.Generator,
    *,
    max_elevation: float = np.pi / 2,
    first: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    """Draw viewpoints, 36° apart where there is room.

    Parameters
    ----------
    count : int
        Number of viewpoints.
    random : Generator
        Source of random numbers.
    max_elevation : float
        Elevations are uniform up to this one, radians; π/2 stands for directions that are uniform
        on the sphere.
    first : (n, 2), optional
        Viewpoints that come first, at most `count`.

    Returns
    -------
    (count, 2)
        Azimuth and elevation, radians.
    """
    azimuth = random.uniform(-np.pi, np.pi, CANDIDATES)
    height = random.uniform(-1, 1, CANDIDATES)
    elevation = np.arcsin(height) if max_elevation >= np.pi / 2 else height * max_elevation
    given = np.zeros((0, 2)) if first is None else np.asarray(first, float)
    directions = np.concatenate([given, np.column_stack([azimuth, elevation])])
    # Directions that are given may be close to each other.
    distances = np.repeat([0.0, MIN_VIEWPOINT_DISTANCE], [len(given), CANDIDATES])
    return directions[separated_directions(directions, count, distances)]


def jitter(viewpoints: NDArray[np.floating], random: np.random.Generator) -> NDArray[np.float64]:
    """Shuffle viewpoints `(K, 2)`, and move each a little."""
    shuffled = np.asarray(viewpoints, float)[random.permutation(len(viewpoints))]
    return shuffled + random.normal(0, JITTER_STD, shuffled.shape)
