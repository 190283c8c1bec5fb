"""Videos whose parts are in different conventions: clips against the sum of the video.

Editors join recordings of two microphones or exports, and a sum of both describes neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.core.arrow_columns import Bools, Floats, Indices
from foa360.stages.judge.convention_types import Comparison, Convention, Step, not_ambisonics
from foa360.stages.judge.evidence_stack import EvidenceStack
from foa360.stages.judge.evidence_summary import compare_channels, dipole_levels
from foa360.stages.judge.hypotheses import GAINS, NAMES, joint_probabilities
from foa360.stages.judge.measured_columns import AudioColumns
from foa360.stages.judge.thresholds import MIXED_THRESHOLDS as LIMITS

#: What parts of a video may be: a convention with W first, or one with another channel as W.
PARTS = (*NAMES.values(), *(f"W in channel {channel + 1}" for channel in (1, 2, 3)))
#: Probabilities below this count as this, so that one clip cannot outvote many.
LEAST_PROBABILITY = 0.01


class Mixed(NamedTuple):
    """A video in two conventions.

    margin : of the probabilities of both in both parts, the smaller one, nats.
    message : the conventions, and the time where they change.
    """

    margin: float
    message: str


def mixed_videos(audio: AudioColumns, ordered: Indices, usable: Bools) -> dict[int, Mixed]:
    """Find videos with a part whose convention contradicts that of the rest, by their numbers.

    Parameters
    ----------
    audio : AudioColumns
        Measures of m clips.
    ordered : (k,)
        Clips in the order of videos and starts.
    usable : (m,)
        Clips whose channels can be compared: neither silent nor mono or stereo.
    """
    present = compare_channels(audio.evidence.cov).present
    clips = ordered[usable[ordered]]
    groups = _groups(audio.video[clips])
    if not groups:
        return {}
    levels, heights = _levels_db(audio.evidence)
    found = {}
    for group in groups:
        of_video = clips[group]
        # What lacks a component in a part only is named for that.
        complete = (present[of_video] == present[of_video].any(0)).all(1)
        of_video = of_video[complete]
        if len(of_video) > 1 and _may_be_mixed(levels[of_video], heights[of_video]):
            mixed = _mixed(audio, of_video)
            if mixed is not None:
                found[int(audio.video[of_video[0]])] = mixed
    return found


def without_mixed(
    conventions: Sequence[Convention | None], mixed: Mapping[int, Mixed]
) -> list[Convention | None]:
    """Replace the conventions of mixed videos by one that is undecided, with nothing to convert."""
    found = list(conventions)
    for video, parts in mixed.items():
        before = found[video]
        step = Step("mixed", True, (Comparison("lead in both parts, nats", parts.margin),))
        trace = (*before.trace, step) if before is not None and before.trace else ()
        found[video] = replace(not_ambisonics("convention_mixed"), trace=trace)
    return found


def _groups(videos: Indices) -> list[slice]:
    """Rows of each video with more than one clip; `videos` is ascending."""
    _, first, counts = np.unique(videos, return_index=True, return_counts=True)
    pairs = zip(first.tolist(), counts.tolist(), strict=True)
    return [slice(begin, begin + count) for begin, count in pairs if count > 1]


def _levels_db(evidence: EvidenceStack) -> tuple[Floats, Floats]:
    """Compute the level of the dipoles against W, and of the height against X, `(n,)` dB."""
    levels, active = dipole_levels(evidence.levels[:, 0])
    of_clips = np.where(active, levels, 0).sum(1) / np.maximum(active.sum(1), 1)
    energies = np.diagonal(evidence.cov, axis1=1, axis2=2)
    ratios = np.maximum(energies[:, 2], 1e-12) / np.maximum(energies[:, 3], 1e-12)
    return of_clips, 10 * np.log10(ratios)


def _may_be_mixed(levels: Floats, heights: Floats) -> bool:
    """Whether levels differ between clips as much as those of two conventions.

    Gains change the level of the dipoles against W, and orders move the height or W.
    """
    return bool(np.ptp(levels) > LIMITS.level_range or np.ptp(heights) > LIMITS.height_range)


def _mixed(audio: AudioColumns, clips: Indices) -> Mixed | None:
    """Divide the clips of a video into a span and the rest, if these contradict each other."""
    single = _log_probabilities(audio, audio.evidence.take(clips), clips)
    span = _best_span(single)
    if span is None:
        return None
    inside = np.zeros(len(clips), bool)
    inside[slice(*span)] = True
    least = max(1, round(LIMITS.least_share * len(clips)))
    if min(inside.sum(), (~inside).sum()) < least:
        return None
    parts = audio.evidence.take(clips).summed(
        np.concatenate([np.flatnonzero(~inside), np.flatnonzero(inside)]),
        np.sort(inside).astype(np.intp),
    )
    rest, other = _log_probabilities(audio, parts, clips[:2])
    a, b = int(rest.argmax()), int(other.argmax())
    margin = float(min(rest[a] - rest[b], other[b] - other[a]))
    if a == b or margin < LIMITS.margin:
        return None
    starts = audio.start[clips]
    times = [f"from {starts[span[0]]:g}"] if span[0] else []
    times += [f"up to {starts[span[1]]:g}"] if span[1] < len(clips) else []
    return Mixed(margin, f"closest to {PARTS[b]} {' '.join(times)} s, to {PARTS[a]} elsewhere")


def _log_probabilities(audio: AudioColumns, evidence: EvidenceStack, clips: Indices) -> Floats:
    """Logarithms of the probabilities of `PARTS`, `(n, parts)`; clips of one file."""
    proven, distributed = audio.order_proven[clips], audio.distributed[clips]
    joint, _ = joint_probabilities(evidence, proven, distributed)
    named = [joint[:, 0, GAINS.index(gains), height] for gains, height in NAMES]
    elsewhere = [joint[:, w].sum((1, 2)) for w in (1, 2, 3)]
    return np.log(np.maximum(np.stack([*named, *elsewhere], 1), LEAST_PROBABILITY))


def _best_span(single: Floats) -> tuple[int, int] | None:
    """First and one past the last clip that together fit another part than the rest best.

    `single` is `(clips, parts)`. None if all clips are likeliest in one convention.
    """
    likeliest = np.unique(single.argmax(1)).tolist()
    best, span = float(single.sum(0).max()), None
    for a in likeliest:
        for b in likeliest:
            first, end, gain = _largest_sum(single[:, b] - single[:, a])
            total = float(single[:, a].sum()) + gain
            if total > best and end - first < len(single):
                best, span = total, (first, end)
    return span


def _largest_sum(values: NDArray[np.float64]) -> tuple[int, int, float]:
    """First and one past the last of the neighbouring values with the largest sum, and this sum."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    lowest = np.minimum.accumulate(sums)
    end = int((sums - lowest)[1:].argmax()) + 1
    first = int(sums[:end].argmin())
    return first, end, float(sums[end] - sums[first])
