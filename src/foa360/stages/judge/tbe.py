"""Recognize TBE, eight channels that are first and second order in an order of their own."""

from collections.abc import Sequence

import numpy as np

from foa360.ambisonics.direction_map import TBE
from foa360.ambisonics.second_order import (
    ACN,
    ACN_SQUARED,
    COMPARED,
    MEASURED,
    SUMS,
    TBE_SQUARED,
)
from foa360.ambisonics.second_order import TBE as TBE_ROW
from foa360.core.arrow_columns import Bools, Floats, Indices
from foa360.stages.judge.convention_types import Convention
from foa360.stages.judge.thresholds import TBE_THRESHOLDS as LIMITS
from foa360.stages.judge.thresholds import THRESHOLDS

#: Name of the convention.
NAME = "TBE"
#: Sums below this are no signal.
MIN_SUM = 1e-30


def with_tbe(
    conventions: Sequence[Convention | None], sums: Floats, video: Indices
) -> list[Convention | None]:
    """Name TBE where it is, of conventions that were decided by the first four channels.

    Parameters
    ----------
    conventions
        Of each source video.
    sums : (m, SUMS * COMPARED)
        Of the clips with a signal, see `second_order`; NaN for files of other numbers of channels.
    video : (m,)
        Source video of each clip.
    """
    totals = np.zeros((len(conventions), SUMS * COMPARED))
    np.add.at(totals, video, np.nan_to_num(sums))
    found = list(conventions)
    for number in np.flatnonzero(is_tbe(totals.reshape(-1, SUMS, COMPARED))).tolist():
        decided = found[number]
        # Channels whose first is not W, such as a ring of microphones, may look the same.
        if decided is not None and decided.parts and decided.parts[0] > THRESHOLDS.told:
            found[number] = Convention(
                NAME,
                list(TBE.planes),
                [float(gain) for gain in TBE.gains],
                ["converted_tbe"],
                LIMITS.confidence,
                (),
            )
    return found


def is_tbe(sums: Floats) -> Bools:
    """Which videos are TBE, of sums `(n, SUMS, COMPARED)`; False for sums of zero."""
    whole = sums.sum(2)
    fit = whole[:, TBE_ROW] / _root(whole[:, MEASURED] * whole[:, TBE_SQUARED])
    acn_fit = whole[:, ACN] / _root(whole[:, MEASURED] * whole[:, ACN_SQUARED])
    of_channels = sums[:, TBE_ROW] / _root(sums[:, MEASURED] * sums[:, TBE_SQUARED])
    # A channel that no source should reach tells nothing.
    reached = sums[:, TBE_SQUARED] > LIMITS.reached * whole[:, TBE_SQUARED, None]
    lowest = np.where(reached, of_channels, 1).min(1)
    leads = fit > acn_fit + LIMITS.lead
    return np.asarray((fit > LIMITS.fit) & (lowest > LIMITS.fit_of_channel) & leads)


def _root(product: Floats) -> Floats:
    return np.sqrt(np.maximum(product, MIN_SUM))
