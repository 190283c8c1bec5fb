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
    """Borders of the six faces of a frame `(h, w)` in a grid of columns and rows."""

    def __init__(self, levels: Floats, columns: int, rows: int) -> None:
        """Compare all borders with each other, in both directions."""
        self.columns = columns
        self._levels = levels
        self._width, self._height = levels.shape[1] // columns, levels.shape[0] // rows
        borders = []
        for face in range(COUNT):
            part = self._part(face)
            borders += [part[:, 0], part[:, -1], part[0], part[-1]]
        points = np.array([_points(border) for border in borders])
        self._same = np.abs(points[:, None] - points).mean(-1)
        self._reversed = np.abs(points[:, None] - points[:, ::-1]).mean(-1)
        pairs = np.triu_indices(len(points), 1)
        self._unrelated = float(np.median(np.r_[self._same[pairs], self._reversed[pairs]]))

    def edges(self, arrangement: str) -> EdgeEvidence:
        """Measure the edges of an arrangement of `foa360.media.projection.FACES`."""
        a, b, is_reversed = edge_pairs(arrangement).T
        found = np.where(is_reversed == 1, self._reversed[a, b], self._same[a, b])
        return EdgeEvidence(
            log_quotient(float(np.median(found)), self._unrelated),
            log_quotient(float(np.quantile(found, WORST_SHARE)), self._unrelated),
        )

    def grid(self) -> GridEvidence:
        """Measure the breaks between the faces, whatever they show."""
        best = np.minimum(self._same, self._reversed)
        np.fill_diagonal(best, np.inf)
        jumps: dict[bool, list[float]] = {True: [], False: []}
        for a, b in neighbours(self.columns, COUNT // self.columns):
            usual = self._usual_jump(a)
            jumps[a % 4 == 1].append(log_quotient(float(self._same[a, b]), usual))
        return GridEvidence(
            log_quotient(float(np.median(best.min(1))), self._unrelated),
            np.array(jumps[True], np.float32),
            np.array(jumps[False], np.float32),
        )

    def _part(self, face: int) -> Floats:
        x, y = face % self.columns * self._width, face // self.columns * self._height
        return self._levels[y : y + self._height, x : x + self._width]

    def _usual_jump(self, border: int) -> float:
        """Return the median jump between lines near the right or lower border of a face."""
        face = border // 4
        x, y = face % self.columns * self._width, face // self.columns * self._height
        if border % 4 == 1:
            lines = self._levels[y : y + self._height].T
            end = x + self._width
        else:
            lines = self._levels[:, x : x + self._width]
            end = y + self._height
        jumps = []
        for offset in NEAR_BORDER:
            first, second = lines[end + offset], lines[end + offset + 1]
            jumps.append(float(np.abs(_points(second) - _points(first)).mean()))
        return float(np.median(jumps))


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


def _points(border: Floats) -> Floats:
    """Average a border to `POINTS` points, or interpolate them."""
    if border.size % POINTS == 0:
        return np.asarray(border.reshape(POINTS, -1).mean(1))
    at = (np.arange(POINTS) + 0.5) * border.size / POINTS - 0.5
    return np.interp(at, np.arange(border.size), border).astype(np.float32)
