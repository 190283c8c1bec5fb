"""Evidence of the circles of lenses in a frame: one in the middle, or two.

Distances are in heights of the frame. `foa360.media.layout_evidence` says what the numbers mean.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.media.cube_edges import log_quotient

Floats = NDArray[np.float32]
#: Radius beyond which, and within which, the circle of a lens ends, relative to the circle.
OUTSIDE, INSIDE = 1.06, 0.9
#: Pixels outside of circles that are needed.
MIN_OUTSIDE = 50
#: Rings in a radius, and their highest number.
RINGS, MAX_RING = 24, 200
#: Numbers of the regions of pixels: on the rim, inside and outside of circles.
REGIONS = RIM, WITHIN, BEYOND = range(3)


class _Circles(NamedTuple):
    """Pixels of a frame by the distance from one centre or two, `(h * w,)` each.

    regions : `REGIONS`.
    groups : ring and region of each pixel, `len(REGIONS) * ring + region`.
    counts : pixels of each ring and region `(rings, regions)`.
    """

    regions: NDArray[np.intp]
    groups: NDArray[np.intp]
    counts: NDArray[np.intp]


def circle_evidence(levels: Floats, aspect: float) -> dict[str, float]:
    """Measure a frame `(h, w)` of a ratio of width to height; names as in `layout_evidence`."""
    pixels = levels.ravel().astype(float)
    squares = np.square(pixels)
    square, total = float(squares.sum()), float(pixels.sum())

    def explained(sums: NDArray[Any], counts: NDArray[Any]) -> float:
        """Share of the variance that lies between groups; low in nearly uniform frames."""
        within = square - float((sums**2 / np.maximum(counts, 1)).sum())
        return 1 - within / (square - total**2 / pixels.size + pixels.size)

    rows, columns = levels.shape
    values = {"by_row": explained(levels.sum(1, dtype=float), np.full(rows, columns))}
    for name, circles in _geometry(aspect, (rows, columns)).items():
        sums = np.bincount(circles.groups, pixels, circles.counts.size)
        sums = sums.reshape(circles.counts.shape)
        values["by_radius" if name == "one" else f"by_radius_{name}"] = explained(
            sums.sum(1), circles.counts.sum(1)
        )
        of_squares = np.bincount(circles.regions, squares, len(REGIONS))
        outside = _outside(circles.counts.sum(0), sums.sum(0), of_squares)
        values[f"outside_{name}"], values[f"outside_{name}_varies"] = outside
    return values


@lru_cache(maxsize=16)
def _geometry(aspect: float, shape: tuple[int, int]) -> dict[str, _Circles]:
    """Return the circles that a frame can hold: one, two beside each other, or stacked."""
    height, width = shape
    x = ((np.arange(width) + 0.5) / width * aspect)[None]
    y = ((np.arange(height) + 0.5) / height)[:, None]
    beside = np.hypot(np.minimum(np.abs(x - aspect / 4), np.abs(x - 3 * aspect / 4)), y - 0.5)
    stacked = np.hypot(x - aspect / 2, np.minimum(np.abs(y - 0.25), np.abs(y - 0.75)))
    radii = {
        "one": np.hypot(x - aspect / 2, y - 0.5) / (min(aspect, 1) / 2),
        "beside": beside / (min(aspect / 2, 1) / 2),
        "stacked": stacked / (min(aspect, 0.5) / 2),
    }
    found = {}
    for name, radius in radii.items():
        rings = np.minimum((radius * RINGS).astype(np.intp), MAX_RING).ravel()
        regions = np.where(radius > OUTSIDE, BEYOND, np.where(radius < INSIDE, WITHIN, RIM)).ravel()
        groups = len(REGIONS) * rings + regions
        counts = np.bincount(groups, minlength=len(REGIONS) * (rings.max() + 1))
        found[name] = _Circles(regions, groups, counts.reshape(-1, len(REGIONS)))
    return found


def _outside(
    counts: NDArray[Any], sums: NDArray[Any], squares: NDArray[Any]
) -> tuple[float, float]:
    """Compare level and deviation outside of circles with those inside."""
    if counts[BEYOND] <= MIN_OUTSIDE or not counts[WITHIN]:
        return 0.0, 0.0
    means = sums / np.maximum(counts, 1)
    deviations = np.sqrt(np.maximum(squares / np.maximum(counts, 1) - means**2, 0))
    return (
        log_quotient(float(means[BEYOND]), float(means[WITHIN])),
        log_quotient(float(deviations[BEYOND]), float(deviations[WITHIN])),
    )
