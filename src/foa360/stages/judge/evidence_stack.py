"""The evidence of many clips or videos, with one axis for them in front."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.evidence import Evidence

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class EvidenceStack(NamedTuple):
    """Fields of `foa360.ambisonics.evidence.Evidence`, for each of n clips or videos.

    cov : (n, 4, 4).
    levels : (n, 6, bands, 41).
    energies : (n, bands, 4).
    means : (n, bands, 4).
    moments : (n, bands, 4, 4).
    signs : (n, bands, 3).
    weight : (n, bands).
    louder, undirected : (n,).
    """

    cov: Floats
    levels: Floats
    energies: Floats
    means: Floats
    moments: Floats
    signs: Floats
    weight: Floats
    louder: Floats
    undirected: Floats

    def take(self, rows: Indices) -> "EvidenceStack":
        """Evidence of some of the clips, in the order of `rows`."""
        return EvidenceStack(*(values[rows] for values in self))

    def summed(self, rows: Indices, groups: Indices) -> "EvidenceStack":
        """Sum the evidence of some clips in groups.

        The sums are in the order of the clips, so that they do not depend on other groups.

        Parameters
        ----------
        rows : (k,)
            The clips.
        groups : (k,)
            Group of each of them: all numbers from 0 on, ascending.
        """
        sizes = np.bincount(groups)
        first = np.cumsum(sizes) - sizes
        sums = self.take(rows[first])
        for rank in range(1, int(sizes.max(initial=0))):
            larger = np.flatnonzero(sizes > rank)
            for total, values in zip(sums, self, strict=True):
                total[larger] += values[rows[first[larger] + rank]]
        return sums


def stack(evidence: Sequence[Evidence]) -> EvidenceStack:
    """Stack the evidence of at least one clip."""
    columns = []
    for name in EvidenceStack._fields:
        columns.append(np.array([getattr(clip, name) for clip in evidence], float))
    return EvidenceStack(*columns)
