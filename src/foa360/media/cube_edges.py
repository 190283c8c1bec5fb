"""Edges of cubemaps: which borders of faces in a frame meet on the sphere.

On the sphere, two faces that share an edge are continuous across it, wherever they lie in the
frame. Faces that are neighbours in the frame only are not.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.media.projection import FACES

Floats = NDArray[np.float32]
#: Points of a border that are compared.
POINTS = 22
#: Added to differences in quotients, grey levels: noise of nearly uniform frames.
NOISE_LEVEL = 0.5
#: Share of the edges of a cubemap that may be worse than `EdgeEvidence.worst`.
WORST_SHARE = 0.8
#: Distances from a face's border at which usual neighbours are compared, pixels.
NEAR_BORDER = (-5, -3, 1, 3)
#: Distance from a border beyond which a line that is drawn along it has ended, pixels.
BESIDE = 3
#: Faces of a cube.
COUNT = 6


class EdgeEvidence(NamedTuple):
    """Continuity of one arrangement of faces, as logarithms of quotients.

    median, worst : difference across the edges of the cube that are none in the frame, over that of
        unrelated borders: of half, and of most edges. Near 0 for another arrangement.
    """

    median: float
    worst: float


class GridEvidence(NamedTuple):
    """Breaks of a grid of faces, as logarithms of quotients.

    partner : difference of a border and the best other one, over that of unrelated borders.
    right, below : jumps at the borders to the right neighbours, and to those below, over usual
        jumps near them.
    """

    partner: float
    right: Floats
    below: Floats


class Borders:
    """Borders of the six faces of a frame `(h, w)` in a grid of columns and rows.

    Faces have whole sizes, and sides of a multiple of `POINTS` pixels.
    """

    def __init__(self, levels: Floats, columns: int, rows: int) -> None:
        """Compare all borders with each other, in both directions."""
        self.columns = columns
        height, width = levels.shape
        self._width, self._height = width // columns, height // rows
        # Averaged to the points of vertical borders, and of horizontal ones.
        self._across = levels.reshape(rows, POINTS, -1, width).mean(2)
        self._down = levels.reshape(height, columns, POINTS, -1).mean(3)
        lefts, tops = np.arange(columns) * self._width, np.arange(rows) * self._height
        vertical = [self._across[..., lefts + k].swapaxes(1, 2) for k in (0, self._width - 1)]
        horizontal = [self._down[tops + k] for k in (0, self._height - 1)]
        points = np.stack([*vertical, *horizontal], 2).reshape(4 * COUNT, POINTS)
        self._same = np.abs(points[:, None] - points).mean(-1)
        self._reversed = np.abs(points[:, None] - points[:, ::-1]).mean(-1)
        pairs = np.triu_indices(len(points), 1)
        self._unrelated = float(np.median(np.r_[self._same[pairs], self._reversed[pairs]]))

    def edges(self, arrangement: str) -> EdgeEvidence:
        """Measure the edges of an arrangement of `foa360.media.projection.FACES`."""
        a, b, is_reversed = edge_pairs(arrangement).T
        found = np.where(is_reversed == 1, self._reversed[a, b], self._same[a, b])
        median, worst = np.quantile(found, (0.5, WORST_SHARE)).tolist()
        return EdgeEvidence(
            log_quotient(median, self._unrelated), log_quotient(worst, self._unrelated)
        )

    def grid(self) -> GridEvidence:
        """Measure the breaks between the faces, whatever they show."""
        best = np.minimum(self._same, self._reversed)
        np.fill_diagonal(best, np.inf)
        return GridEvidence(
            log_quotient(float(np.median(best.min(1))), self._unrelated),
            _breaks(self._across, self._width),
            _breaks(self._down.transpose(1, 2, 0), self._height),
        )


def _breaks(points: Floats, size: int) -> Floats:
    """Jumps between faces of a `size` in lines `(bands, POINTS, n)`, over usual jumps near them.

    A line that is drawn along a border is no break: beyond it, the frame goes on.
    """
    ends = np.arange(size, points.shape[2], size)
    jumps = np.abs(np.diff(points, axis=2)).mean(1)
    beyond = np.abs(points[..., ends - BESIDE] - points[..., ends + BESIDE - 1]).mean(1)
    near = np.sort(jumps[:, ends[:, None] + np.array(NEAR_BORDER)], axis=-1)
    usual = near[..., 1:3].mean(-1)
    found = np.minimum(jumps[:, ends - 1], beyond)
    return np.log((found + NOISE_LEVEL) / (usual + NOISE_LEVEL)).ravel()


def log_quotient(a: float, b: float) -> float:
    """Logarithm of a quotient of grey levels; near 0 where both are noise."""
    return float(np.log((a + NOISE_LEVEL) / (b + NOISE_LEVEL)))


@lru_cache
def edge_pairs(arrangement: str) -> NDArray[np.intp]:
    """Return `(n, 3)` pairs of borders that meet on the sphere, and whether one is reversed.

    Borders are numbered by face, then left, right, top, bottom. Pairs that are neighbours in the
    frame are left out: they are continuous in many frames.
    """
    faces = FACES[arrangement]
    borders = []
    for face in faces:
        sides = [
            (_opposite(face.right), face.down),
            (face.right, face.down),
            (_opposite(face.down), face.right),
            (face.down, face.right),
        ]
        borders += [({face.outward, side}, run) for side, run in sides]
    inside = set(neighbours(1 + max(face.column for face in faces), 1 + max(f.row for f in faces)))
    pairs = []
    for a, (edge, run) in enumerate(borders):
        for b in range(a + 1, len(borders)):
            is_reversed = run != borders[b][1]
            if edge == borders[b][0] and (is_reversed or (a, b) not in inside):
                pairs.append((a, b, int(is_reversed)))
    return np.array(pairs)


@lru_cache
def neighbours(columns: int, rows: int) -> tuple[tuple[int, int], ...]:
    """Pairs of borders, as in `edge_pairs`, that are neighbours in a grid of faces."""
    pairs = []
    for face in range(columns * rows):
        if face % columns + 1 < columns:
            pairs.append((4 * face + 1, 4 * (face + 1)))
        if face // columns + 1 < rows:
            pairs.append((4 * face + 3, 4 * (face + columns) + 2))
    return tuple(pairs)


def _opposite(axis: str) -> str:
    return axis[1:] if axis.startswith("-") else f"-{axis}"
