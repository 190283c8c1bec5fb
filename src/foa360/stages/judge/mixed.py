"""Videos whose parts are in different conventions: clips, or parts of these, against the rest.

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
#: Clips up to which a video is divided into their parts.
MAX_CLIPS_IN_PARTS = 3


class Mixed(NamedTuple):
    """A video in two conventions.

    margin : of the probabilities of both in both parts, the smaller one, nats.
    message : the conventions, and the time where they change.
    """

    margin: float
    message: str


class Pieces(NamedTuple):
    """Pieces of videos, clips or parts of clips, in the order of videos and in time.

    evidence : of n clips or parts.
    rows : (k,), the pieces among those of `evidence`.
    clip : (k,), number of the clip of each piece.
    start : (k,), s.
    about : word before times: a change is found to the length of a piece.
    """

    evidence: EvidenceStack
    rows: Indices
    clip: Indices
    start: Floats
    about: str

    def take(self, chosen: Indices | slice) -> "Pieces":
        """Return some of the pieces."""
        return self._replace(
            rows=self.rows[chosen], clip=self.clip[chosen], start=self.start[chosen]
        )


def mixed_videos(audio: AudioColumns, ordered: Indices, usable: Bools) -> dict[int, Mixed]:
    """Find videos with a part whose convention contradicts that of the rest, by their numbers.

    A video with few clips is divided into parts of these.

    Parameters
    ----------
    audio : AudioColumns
        Measures of m clips.
    ordered : (k,)
        Clips in the order of videos and starts.
    usable : (m,)
        Clips whose channels can be compared: neither silent nor mono or stereo.
    """
    clips = ordered[usable[ordered]]
    few = (np.bincount(audio.video[clips]) <= MAX_CLIPS_IN_PARTS)[audio.video[clips]]
    whole = clips[~few]
    pieces = Pieces(audio.evidence, whole, whole, audio.start[whole], "")
    return _mixed_pieces(audio, pieces) | _mixed_pieces(audio, _parts(audio, clips[few]))


def _parts(audio: AudioColumns, clips: Indices) -> Pieces:
    """Parts of these clips, but for those that are quiet."""
    rank = np.full(len(audio.video), -1)
    rank[clips] = np.arange(len(clips))
    rows = np.argsort(rank[audio.part_clip], kind="stable")
    rows = rows[rank[audio.part_clip[rows]] >= 0]
    energy = np.trace(audio.parts.cov[rows], axis1=1, axis2=2)
    loudest = np.zeros(len(audio.video))
    np.maximum.at(loudest, audio.part_clip[rows], energy)
    rows = rows[energy > LIMITS.quiet_part * loudest[audio.part_clip[rows]]]
    return Pieces(audio.parts, rows, audio.part_clip[rows], audio.part_start[rows], "about ")


def _mixed_pieces(audio: AudioColumns, pieces: Pieces) -> dict[int, Mixed]:
    """Find mixed videos by their pieces."""
    present = compare_channels(pieces.evidence.cov).present
    levels, heights = _levels_db(pieces.evidence)
    chosen = []
    for group in _groups(audio.video[pieces.clip]):
        of_video = pieces.rows[group]
        # What lacks a component in a part only is named for that.
        complete = (present[of_video] == present[of_video].any(0)).all(1)
        of_video = of_video[complete]
        if len(of_video) > 1 and _may_be_mixed(levels[of_video], heights[of_video]):
            chosen.append(np.flatnonzero(complete) + group.start)
    if not chosen:
        return {}
    pieces = pieces.take(np.concatenate(chosen))
    single = _log_probabilities(audio, pieces.evidence.take(pieces.rows), pieces.clip)
    found = {}
    for group in _groups(audio.video[pieces.clip]):
        mixed = _mixed(audio, pieces.take(group), single[group])
        if mixed is not None:
            found[int(audio.video[pieces.clip[group.start]])] = mixed
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
    """Rows of each video with more than one piece; those of a video follow each other."""
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


def _mixed(audio: AudioColumns, pieces: Pieces, single: Floats) -> Mixed | None:
    """Divide the pieces of a video into a span and the rest, if these contradict each other.

    `single` are the logarithms of the probabilities of each piece, `(k, parts)`.
    """
    count = len(pieces.rows)
    span = _best_span(single)
    if span is None:
        return None
    inside = np.zeros(count, bool)
    inside[slice(*span)] = True
    least = max(1, round(LIMITS.least_share * count))
    if min(inside.sum(), (~inside).sum()) < least:
        return None
    parts = pieces.evidence.summed(
        np.concatenate([pieces.rows[~inside], pieces.rows[inside]]),
        np.sort(inside).astype(np.intp),
    )
    rest, other = _log_probabilities(audio, parts, pieces.clip[:2])
    a, b = int(rest.argmax()), int(other.argmax())
    margin = float(min(rest[a] - rest[b], other[b] - other[a]))
    if a == b or margin < LIMITS.margin:
        return None
    times = [f"from {pieces.about}{pieces.start[span[0]]:g}"] if span[0] else []
    if span[1] < count:
        times.append(f"up to {pieces.about}{pieces.start[span[1]]:g}")
    return Mixed(margin, f"closest to {PARTS[b]} {' '.join(times)} s, to {PARTS[a]} elsewhere")


def _log_probabilities(audio: AudioColumns, evidence: EvidenceStack, clips: Indices) -> Floats:
    """Logarithms of the probabilities of `PARTS`, `(n, parts)`; the clip of each piece."""
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
