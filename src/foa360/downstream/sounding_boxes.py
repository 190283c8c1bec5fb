"""Boxes of what sounds: from a text file of labelImg beside the frame, else from the mask."""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.downstream.avsbench import VIDEO_FRAMES, SoundingVideo
from foa360.downstream.sounding_videos import SoundingSample

#: Largest text file that is read, bytes.
MAX_BYTES = 1 << 16
#: By how much an edge may lie outside of the frame, as a share of its size: rounding.
TOLERANCE = 1e-3


class Boxes(NamedTuple):
    """Boxes of the frames of a video.

    edges : (5, 4), left, top, right and bottom as shares of width and height.
    known : (5,), whether there is a box.
    sources : `text`, `mask`, `none`, or `bad` for a text file that is not used, for each frame.
    """

    edges: NDArray[np.float32]
    known: NDArray[np.bool_]
    sources: list[str]


def boxes_of(video: SoundingVideo, sample: SoundingSample) -> Boxes:
    """Find the box of each frame; a file that cannot be used leaves its frame without one."""
    edges = np.zeros((VIDEO_FRAMES, 4), np.float32)
    known = np.zeros(VIDEO_FRAMES, bool)
    sources = []
    for number, frame in enumerate(video.frames):
        text = frame.with_suffix(".txt")
        if text.is_file():
            found = read_box(text)
            source = "bad" if found is None else "text"
        else:
            mask = sample.truth[number]
            found = mask_box(mask) if sample.known[number] else None
            source = "none" if found is None else "mask"
        sources.append(source)
        if found is not None:
            edges[number], known[number] = found, True
    return Boxes(edges, known, sources)


def read_box(path: Path) -> tuple[float, float, float, float] | None:
    """Read the first line of a text of labelImg in the format of YOLO.

    It is `class x y width height`, with the centre, as shares of the frame. None for anything
    else, and for a box that is empty or leaves the frame.
    """
    try:
        with path.open("rb") as file:
            line = file.readline(MAX_BYTES).decode("ascii").split()
        x, y, width, height = map(float, line[1:])
    except (OSError, ValueError):
        return None
    edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    is_inside = all(-TOLERANCE <= edge <= 1 + TOLERANCE for edge in edges)
    if not all(map(math.isfinite, edges)) or width <= 0 or height <= 0 or not is_inside:
        return None
    return edges


def mask_box(mask: NDArray[np.bool_]) -> tuple[float, float, float, float] | None:
    """Return the bounding rectangle of a mask `(h, w)`; None for an empty one."""
    if not mask.any():
        return None
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    height, width = mask.shape
    return (
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1) / width),
        float((rows[-1] + 1) / height),
    )
