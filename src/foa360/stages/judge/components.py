"""Components that lack a signal: for the whole clip, for a part of it, or above some frequency."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.descriptors import (
    AUDIBLE_SHARE,
    CHUNK_S,
    INTERVAL_CHUNKS,
    LOWEST_OCTAVE_HZ,
    OCTAVES,
    level_db,
)
from foa360.ambisonics.field import CONVENTIONS
from foa360.core.arrow_columns import Bools, Floats
from foa360.stages.judge.channel_fits import MIN_ENERGY
from foa360.stages.judge.evidence_stack import EvidenceStack
from foa360.stages.judge.evidence_summary import compare_channels
from foa360.stages.judge.measured_columns import AudioColumns
from foa360.stages.judge.thresholds import COMPONENT_THRESHOLDS as LIMITS
from foa360.stages.judge.video_conventions import VideoConventions

INTERVAL_S = INTERVAL_CHUNKS * CHUNK_S
#: Upper edges of the octaves, Hz.
OCTAVE_EDGES_HZ = LOWEST_OCTAVE_HZ * 2.0 ** (np.arange(OCTAVES) + 0.5)
W, Y, Z, X = range(4)


class Components(NamedTuple):
    """What the components W, Y, Z, X of m clips lack.

    empty : (m, 4), in the whole clip.
    limited : (m, 4), all but low frequencies.
    bandwidths : (m, 4), Hz; 0 for empty components.
    silences : m texts that say when which component is empty for a part; without one, empty texts.
    """

    empty: Bools
    limited: Bools
    bandwidths: Floats
    silences: list[str]

    def reasons(self) -> dict[str, Bools]:
        """Clips by reason code; an empty height is the reason `horizontal_only`."""
        return {
            "component_empty": np.asarray(self.empty[:, [W, Y, X]].any(1)),
            "component_drops_out": np.array([bool(text) for text in self.silences], bool),
            "band_limited": np.asarray(self.limited.any(1)),
        }

    @property
    def horizontal(self) -> Bools:
        """Clips of which only the height is empty, `(m,)`."""
        return np.asarray(self.empty[:, Z] & ~self.empty[:, [W, Y, X]].any(1))

    def message(self, clip: int, likelier: str | None = None) -> str:
        """Name the components that lack something; empty for none.

        `likelier` is the convention that is likelier than the order of the components.
        """
        parts = []
        if self.empty[clip, [W, Y, X]].any():
            verb = "are" if self.empty[clip].sum() > 1 else "is"
            text = f"{_named(self.empty[clip])} {verb} empty"
            if likelier in CONVENTIONS and CONVENTIONS[likelier][0] != [W, Y, Z, X]:
                read = _named(self.empty[clip, CONVENTIONS[likelier][0]])
                text += f", or {read}, since W X Y Z is likelier"
            parts.append(text)
        if self.limited[clip].any():
            highest = self.bandwidths[clip][self.limited[clip]].max()
            parts.append(f"{_named(self.limited[clip])} has nothing above {highest:.0f} Hz")
        return "; ".join([*parts, *([self.silences[clip]] if self.silences[clip] else [])])


def judge_components(audio: AudioColumns, by_video: VideoConventions) -> Components:
    """Find what the components of clips lack, in the order that their video is converted to."""
    order = by_video.planes[audio.video]
    empty = ~compare_channels(audio.evidence.cov).present
    dropped = dropped_intervals(audio)
    missing = _missing_in_clip(audio, empty)
    silences = [""] * len(order)
    for clip in sorted({*dropped, *np.flatnonzero(missing.any(1)).tolist()}):
        begin = float(audio.start[clip])
        silences[clip] = _silences(dropped.get(clip), missing[clip], order[clip], begin)
    return Components(
        empty=np.take_along_axis(empty & ~missing, order, 1),
        limited=np.take_along_axis(band_limited(audio.evidence) & ~empty, order, 1),
        bandwidths=np.take_along_axis(np.where(empty, 0.0, bandwidths(audio)), order, 1),
        silences=silences,
    )


def band_limited(evidence: EvidenceStack) -> Bools:
    """Whether channels have low frequencies only, as an LFE channel has, `(m, 4)`.

    A source in the null of a component reaches it by its reflections; only a path leaves
    nothing in all higher bands.
    """
    total = evidence.energies.sum(2, keepdims=True)
    sounding = total > AUDIBLE_SHARE * np.maximum(total.max(1, keepdims=True), MIN_ENERGY)
    share_db = level_db(evidence.energies / np.maximum(total, MIN_ENERGY))
    limited = np.zeros(share_db[:, 0].shape, bool)
    for edge in range(1, share_db.shape[1]):
        low = share_db[:, :edge].max(1)
        high = np.where(sounding[:, edge:], share_db[:, edge:], -np.inf).max(1)
        ends = (low > LIMITS.low_share) & (high < LIMITS.high_share) & (high < low - LIMITS.fall)
        limited |= ends & sounding[:, edge:].any(1)
    return limited


def bandwidths(audio: AudioColumns) -> Floats:
    """Upper edge of the highest octave in which a channel is not far below its level elsewhere.

    Levels are those against the strongest channel in each octave; `(m, 4)` in Hz, 0 for silence.
    """
    strongest = audio.octave_energies.max(1, keepdims=True)
    audible = strongest > AUDIBLE_SHARE * np.maximum(strongest.max(2, keepdims=True), MIN_ENERGY)
    level = level_db(audio.octave_energies / np.maximum(strongest, MIN_ENERGY))
    level = np.where(audible, level, -np.inf)
    with np.errstate(invalid="ignore"):
        present = level > level.max(2, keepdims=True) - LIMITS.bandwidth_fall
    return np.asarray((present * OCTAVE_EDGES_HZ).max(2))


def dropped_intervals(audio: AudioColumns) -> dict[int, Bools]:
    """Intervals `(4, intervals)` in which a channel is empty that is not so elsewhere, by clip."""
    dropped = {}
    levels, lengths = audio.interval_levels
    ends = np.cumsum(lengths)
    for length in np.unique(lengths[lengths > 0]).tolist():
        clips = np.flatnonzero(lengths == length)
        within = (ends[clips] - length)[:, None] + np.arange(length)
        gone = _dropped(levels[within].reshape(len(clips), 4, -1))
        for position in np.flatnonzero(gone.any((1, 2))).tolist():
            dropped[int(clips[position])] = gone[position]
    return dropped


def _dropped(levels: NDArray[np.floating]) -> Bools:
    """Intervals in which a channel has dropped out, of levels `(k, 4, intervals)` in dB."""
    loudest = levels.max(1, keepdims=True)
    sounding = loudest > LIMITS.sounding
    below = np.where(sounding, levels - np.where(sounding, loudest, 0), np.nan)
    gone, there = below < LIMITS.gone, below > LIMITS.there
    long = gone.copy()
    long[..., 1:] &= gone[..., :-1]
    # An interval of a run of two: itself and its neighbour.
    run = long.copy()
    run[..., :-1] |= long[..., 1:]
    run[..., 0] &= long[..., 1] if levels.shape[2] > 1 else False
    return np.asarray(run & (there.sum(2, keepdims=True) > 1))


def _missing_in_clip(audio: AudioColumns, empty: Bools) -> Bools:
    """Channels that are empty in a clip, and audible in another one of its video, `(m, 4)`."""
    with np.errstate(invalid="ignore"):
        level = level_db(compare_channels(audio.evidence.cov).energy)
        audible = level - level.max(1, keepdims=True) > LIMITS.there
    in_video = np.zeros((int(audio.video.max(initial=-1)) + 1, 4), bool)
    np.logical_or.at(in_video, audio.video, audible)
    return np.asarray(empty & in_video[audio.video])


def _silences(
    dropped: Bools | None, missing: Bools, order: NDArray[np.integer], begin: float
) -> str:
    """Say when each component is empty; `begin` is the start of the clip, s."""
    parts = []
    for name, channel in zip("WYZX", order.tolist(), strict=True):
        if missing[channel]:
            parts.append(f"{name} is empty in this clip, but not in others of the video")
        elif dropped is not None and dropped[channel].any():
            spans = []
            for first, end in _runs(dropped[channel]):
                spans.append(f"{begin + first * INTERVAL_S:g} to {begin + end * INTERVAL_S:g} s")
            parts.append(f"{name} is empty from {', '.join(spans)}")
    return "; ".join(parts)


def _runs(flags: Bools) -> list[tuple[int, int]]:
    """First and one past the last index of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def _named(components: Bools) -> str:
    names = [name for name, flag in zip("WYZX", components, strict=True) if flag]
    return " and ".join(names)
