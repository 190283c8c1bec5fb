"""Rendered scenes as the stage `viewpoints` sees them: directions of audio and of objects."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.descriptors import block_spectra, tile_covariance
from foa360.ambisonics.direction_map import direction_map
from foa360.demo.audio import RATE, sound_field
from foa360.demo.scenes import random_scene
from foa360.sphere import to_vector
from foa360.stages.viewpoints.agreement import DetectedDirections

SECONDS = 4.0
CHANNELS = (0, 1, 2, 3)
SIGNS = (1, 1, 1, 1)


def rendered(
    number: int, channels: Sequence[int] = CHANNELS, signs: Sequence[int] = SIGNS
) -> tuple[NDArray[np.float64], list[DetectedDirections]]:
    """Directions of audio and of objects of a rendered scene, with its channels changed."""
    scene = random_scene(f"agree {number}", SECONDS)
    foa = sound_field(scene)[list(channels)] * np.array(signs)[:, None]
    detected = []
    for time in np.arange(SECONDS) + 0.5:
        objects = scene.objects(float(time))
        vectors = to_vector([o.azimuth for o in objects], [o.elevation for o in objects])
        detected.append(DetectedDirections(vectors, np.ones(len(objects))))
    maps = direction_map(*tile_covariance(block_spectra(foa, RATE)), int(SECONDS))
    return maps[0].astype(float), detected
