"""Whether the signal agrees with a channel map that says where W is."""

import os
from collections.abc import Sequence

import numpy as np

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.descriptors import block_spectra
from foa360.ambisonics.evidence import LEVELS_DB, Evidence, evidence
from foa360.media.audio import clip_audio
from foa360.media.order import WYZX, PlaneOrder, plane_order
from foa360.media.probe import Probe

#: The first channel is W if the level of all others against it varies less than this share of what
#: it does for the channel that the map states.
NARROWER = 0.85
#: Least mean square of the loudest channel with which orders are compared.
MIN_ENERGY = 1e-7


def compared_order(
    path: str | os.PathLike[str], headers: Probe, spans: Sequence[tuple[float, float]]
) -> PlaneOrder | None:
    """Return the order of a file: that of its map, unless the signal says that W is first.

    W is the first channel of nearly all files, and maps that say otherwise are often wrong: the two
    examples of their specification contradict each other (Spatial Audio RFC). Such a map is
    compared with the first clip that has a signal.
    """
    order = plane_order(headers)
    if order is None or not headers.channel_map or order.planes[0] == 0:
        return order
    for clip in clip_audio(path, spans):
        x = clip.samples
        if len(x) <= max(order.planes) or not np.isfinite(x).all():
            return order
        if x.size and np.square(x[:4]).mean(1).max() > MIN_ENERGY:
            spread = level_spread(evidence(block_spectra(x[:4], clip.sample_rate)))
            stated = order.planes[0]
            if stated >= len(spread) or spread[0] > NARROWER * spread[stated]:
                return order
            return PlaneOrder(WYZX, False)
    return order


def level_spread(found: Evidence) -> Floats:
    """Compute the deviation of the level of all other channels against each, dB, `(4,)`.

    In a tile that one source dominates, this level is the same for every direction if the channel
    is W, and no other.
    """
    levels = found.levels[:4].sum(1)
    shares = levels / np.maximum(levels.sum(-1, keepdims=True), 1e-30)
    mean = shares @ LEVELS_DB
    return np.asarray(np.sqrt(np.maximum(shares @ LEVELS_DB**2 - mean**2, 0)))
