"""Convention and repair of each source video, from the evidence of all its clips."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.config.curate import Curate
from foa360.core.arrow_columns import Bools, Floats, Indices
from foa360.stages.judge.convention import decide_each
from foa360.stages.judge.convention_types import Convention, not_ambisonics
from foa360.stages.judge.measured_columns import AudioColumns, Videos
from foa360.stages.judge.reasons import ReasonTable, reasons_of

#: Planes and gains of audio that is left as it is.
IDENTITY_PLANES = [0, 1, 2, 3]
UNIT_GAINS = [1.0, 1.0, 1.0, 1.0]


@dataclass(frozen=True)
class Repair:
    """Conversion of the clips of a video to WYZX order and SN3D, or none.

    planes, gains : planes of the measured channels that become W, Y, Z, X, and their factors.
    refused : whether they need a conversion, but the configuration does not allow it.
    unsure : whether they need a conversion, but the convention is not probable enough.
    """

    planes: list[int]
    gains: list[float]
    refused: bool = False
    unsure: bool = False


class VideoConventions(NamedTuple):
    """Conventions and repairs of n source videos.

    name : n names; undecided where no clip has a signal.
    confidence : (n,).
    parts : n lists, see `Convention`.
    undecided : n lists of what the signal does not determine.
    reasons : reason codes of the conventions.
    planes, gains : (n, 4), see `Repair`.
    refused, unsure : (n,), see `Repair`.
    """

    name: list[str]
    confidence: Floats
    parts: list[list[float]]
    undecided: list[list[str]]
    reasons: ReasonTable
    planes: NDArray[np.int32]
    gains: Floats
    refused: Bools
    unsure: Bools


def in_order(audio: AudioColumns, videos: Videos) -> Indices:
    """Clips with measured audio in the order of their videos and starts."""
    clip_of_row = np.full(len(videos.of_clip), -1)
    clip_of_row[audio.rows] = np.arange(len(audio.rows))
    ordered = clip_of_row[videos.by_start]
    return np.asarray(ordered[ordered >= 0])


def decide_conventions(
    audio: AudioColumns, ordered: Indices, count: int, silent: Bools, traced: bool
) -> list[Convention | None]:
    """Decide on the convention of each video; None if no clip has a signal.

    Parameters
    ----------
    audio : AudioColumns
        Measures of m clips.
    ordered : (m,)
        Clips as `in_order` has them: their order decides on the last digits of sums.
    count : int
        Number of videos.
    silent : (m,)
        Clips whose evidence does not count.
    traced : bool
        Whether the conventions have a trace.
    """
    ordered = ordered[~silent[ordered]]
    decided, first, groups = np.unique(audio.video[ordered], return_index=True, return_inverse=True)
    sums = audio.evidence.summed(ordered, groups)
    proven = audio.order_proven[ordered[first]]
    conventions: list[Convention | None] = [None] * count
    found = decide_each(sums, proven, audio.distributed[ordered[first]], traced)
    for video, convention in zip(decided.tolist(), found, strict=True):
        conventions[video] = convention
    return conventions


def repaired(conventions: Sequence[Convention | None], settings: Curate) -> VideoConventions:
    """Choose the repair of each video; none where it is not allowed, or the name not probable."""
    known = [convention or not_ambisonics() for convention in conventions]
    repairs = [choose_repair(convention, settings) for convention in known]
    return VideoConventions(
        name=[convention.name for convention in known],
        confidence=np.array([convention.confidence for convention in known]),
        parts=[list(convention.parts) for convention in known],
        undecided=[list(convention.undecided) for convention in known],
        reasons=reasons_of((convention.reasons for convention in known), len(known)),
        planes=np.array([repair.planes for repair in repairs], np.int32).reshape(-1, 4),
        gains=np.array([repair.gains for repair in repairs], float).reshape(-1, 4),
        refused=np.array([repair.refused for repair in repairs], bool),
        unsure=np.array([repair.unsure for repair in repairs], bool),
    )


def choose_repair(convention: Convention, settings: Curate) -> Repair:
    """Choose the conversion of a clip in a convention; none for one that is undecided."""
    planes, gains = convention.planes, convention.gains
    needed = planes != IDENTITY_PLANES or gains != UNIT_GAINS
    if not needed or convention.name == "undecided":
        return Repair(IDENTITY_PLANES, UNIT_GAINS)
    if convention.confidence < settings.repair_probability:
        return Repair(IDENTITY_PLANES, UNIT_GAINS, unsure=True)
    if not settings.repair:
        return Repair(IDENTITY_PLANES, UNIT_GAINS, refused=True)
    return Repair(planes, gains)
