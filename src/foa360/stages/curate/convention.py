"""Which decoded planes are W, Y, Z and X, with which gains, or why there are none.

Decided from `foa360.ambisonics.evidence` by the rules of `convention_rules`, in order. What the
signal cannot determine (the sign of Y, and often which dipole is which) stays as the codec has it.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.descriptors import block_spectra
from foa360.ambisonics.evidence import Evidence, evidence
from foa360.stages.curate.convention_rules import RULES
from foa360.stages.curate.convention_types import Convention, Step, not_ambisonics
from foa360.stages.curate.evidence_summary import summarize


def identify_convention(x: NDArray[np.floating], sample_rate: float) -> Convention:
    """Convention of one clip `(4, n)` from its signals alone.

    See `decide` for several clips of one video. Raises ValueError for another shape.
    """
    if x.ndim != 2 or x.shape[0] != 4:
        raise ValueError(f"need (4, n) signals, got {x.shape}")
    return decide(evidence(block_spectra(x, sample_rate)))


def total(parts: Sequence[Evidence]) -> Evidence | None:
    """Sum of the evidence of several clips; None for no clip."""
    return reduce(add, parts) if parts else None


def decide(found: Evidence, order_proven: bool = False) -> Convention:
    """Convention of a clip, or of a whole video from the sum of its clips' evidence.

    `order_proven` states that codec and layout are a proven path on which the first channel is W:
    another channel must then fit much better to be taken as W. The rules up to the one that decides
    are the `trace` of the result.
    """
    if found.cov.max() <= 0:
        return replace(not_ambisonics(), trace=(Step("no_signal", True, ()),))
    summary = summarize(found)
    steps = [Step("no_signal", False, ())]
    for rule in RULES:
        ruling = rule(summary, order_proven)
        decided = ruling.convention is not None
        steps.append(Step(rule.__name__, decided, ruling.comparisons))
        if ruling.convention is not None:
            return replace(ruling.convention, trace=tuple(steps))
    raise AssertionError("the last rule always decides")
