"""Maps of some clips to look at: frames with what fits the audio, objects and directions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from foa360.core.files import atomic
from foa360.data.shifted import ShiftedClips
from foa360.learning.synchronisation.sphere_map import map_directions, peak
from foa360.media.images import decode_image
from foa360.sphere.directions import direction_to_pixel, pixel_to_direction, to_vector
from foa360.stages.synchronise_decide.localise import Located

#: Clips in the image, and width of each, pixels.
EXAMPLES, WIDTH = 6, 384
#: Colours of the map, and of the marks: objects, peak of the map, intensity vector.
MAP_COLOUR, OBJECT, PEAK, INTENSITY = (255, 90, 0), (255, 255, 255), (255, 0, 0), (0, 200, 255)
#: Share of the largest values from which a map is coloured, and half the size of a mark, pixels.
PERCENTILE, MARK = 97, 3


def write_examples(path: Path, clips: ShiftedClips, located: Sequence[Located]) -> None:
    """Write a PNG file with a row per clip, the first `EXAMPLES`; a black one if there is none.

    The frame of the middle of the clip is shaded where the map is above half of its 97th
    percentile, as in Owens and Efros (2018).
    """
    rows = [_example(clips, found) for found in located[:EXAMPLES]]
    image = np.concatenate(rows) if rows else np.zeros((1, WIDTH, 3), np.uint8)
    with atomic(path) as temporary:
        Image.fromarray(image).save(temporary, "PNG")


def _example(clips: ShiftedClips, found: Located) -> NDArray[np.uint8]:
    """Frame of a clip with its map and marks, `(WIDTH / 2, WIDTH, 3)`."""
    shard, row = clips.clips.find(found.clip)
    middle = int(shard.duration(row) / 2 * shard.settings.video_fps)
    frame = decode_image(shard.encoded_image(row, min(middle, shard.image_count() - 1)))
    height = WIDTH // 2
    image = np.array(Image.fromarray(frame).resize((WIDTH, height)))
    rows, columns = np.mgrid[:height, :WIDTH]
    pixels = to_vector(*pixel_to_direction(columns, rows, WIDTH, height)).astype(np.float32)
    nearest = (pixels @ to_vector(*map_directions().T).T.astype(np.float32)).argmax(-1)
    top = float(np.nanpercentile(found.values, PERCENTILE))
    low = top - abs(top) / 2
    strength = np.clip((found.values - low) / max(top - low, 1e-9), 0, 1)[nearest, None]
    shaded = (image * (1 - 0.7 * strength) + 0.7 * strength * MAP_COLOUR).astype(np.uint8)
    marks = [(OBJECT, direction) for direction in found.objects]
    marks += [(INTENSITY, found.intensity), (PEAK, peak(found.values))]
    for colour, direction in marks:
        u, v = (
            float(place) for place in direction_to_pixel(direction[0], direction[1], WIDTH, height)
        )
        left, upper = max(0, round(u) - MARK), max(0, round(v) - MARK)
        shaded[upper : upper + 2 * MARK, left : left + 2 * MARK] = colour
    return shaded
