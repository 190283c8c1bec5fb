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
from foa360.stages.judge.convention_rules import RULES
from foa360.stages.judge.convention_types import Comparison, Convention, Step, not_ambisonics
from foa360.stages.judge.evidence_stack import EvidenceStack, stack
from foa360.stages.judge.evidence_summary import EvidenceSummary, summarize


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
    (convention,) = decide_each(
        stack([found]), np.array([order_proven]), np.array([False]), traced=True
    )
    return convention


def decide_each(
    found: EvidenceStack,
    order_proven: NDArray[np.bool_],
    distributed: NDArray[np.bool_],
    traced: bool = False,
) -> list[Convention]:
    """Conventions of many clips or videos, see `decide`.

    Parameters
    ----------
    found : EvidenceStack
        Of n clips or videos.
    order_proven : (n,)
        See `decide`.
    distributed : (n,)
        Whether container or codec are those in which ambiX is distributed, or state it.
    traced : bool
        Whether the conventions have a trace.
    """
    apply = _traced if traced else _untraced
    conventions = []
    for summary, proven in zip(
        summarize(found, order_proven, distributed), order_proven.tolist(), strict=True
    ):
        conventions.append(apply(summary, proven))
    return conventions


def _untraced(summary: EvidenceSummary, order_proven: bool) -> Convention:
    if summary.has_signal:
        for rule in RULES:
            convention, _ = rule(summary, order_proven)
            if convention is not None:
                return convention
    return not_ambisonics()


def _traced(summary: EvidenceSummary, order_proven: bool) -> Convention:
    convention = _untraced(summary, order_proven)
    steps = [Step("no_signal", not summary.has_signal, ())]
    for rule in RULES:
        if steps[-1].decided:
            break
        decision, compared = rule(summary, order_proven)
        comparisons = tuple(Comparison(*fields) for fields in compared)
        steps.append(Step(rule.__name__, decision is not None, comparisons))
    return replace(convention, trace=tuple(steps))
