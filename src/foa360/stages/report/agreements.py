"""Agreement of audio and detections of each source, and the votes of its videos on the axes.

Sources of single clips have no video with enough clips to vote, but share a microphone or a tool
that may have mirrored them all.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.config.sources import Source
from foa360.core import tables
from foa360.core.records import UNCHANGED_AXES
from foa360.sphere.axes import axes_meaning, channel_axes

#: Videos whose votes a source needs. Of sets of 5 of 30 rendered scenes all that are mirrored are
#: found, and of those with the audio of another scene 0.3 % (300 draws).
MIN_VOTING_VIDEOS = 5
#: Other axes must gain more than this over those in use, nats, and more than so many standard
#: errors over the videos.
MIN_GAIN_NATS = 0.1
MIN_GAIN_ERRORS = 3.0
#: Fields of a source that name it for a person.
NAMING = ("path", "repo", "train")


class SourceAgreement(NamedTuple):
    """Agreement of one source.

    name : kind of the source, and its path or repository.
    clips, videos : numbers with an agreement.
    agreement : mean over clips, nats.
    axes : channels that serve best as x, y, z, by vote of the videos; None for too few.
    axes_gain : gain in fit over the channels in use, mean over videos, nats.
    """

    name: str
    clips: int
    videos: int
    agreement: float
    axes: str | None
    axes_gain: float | None

    @property
    def has_other_axes(self) -> bool:
        """Whether other axes than those in use fit better."""
        return self.axes not in {None, UNCHANGED_AXES}

    @property
    def meaning(self) -> str:
        """What the axes mean for the channels of the source, in words."""
        return axes_meaning(self.axes) if self.axes else "too few videos for a vote"


class MeanAgreement(NamedTuple):
    """Agreement of all clips that have one: their number, the mean in nats, and the sources."""

    clips: int
    nats: float
    sources: list[SourceAgreement]

    @property
    def other_axes(self) -> list[SourceAgreement]:
        """Sources whose audio fits better with other axes."""
        return [source for source in self.sources if source.has_other_axes]


class _Votes:
    """Agreements and fits of the clips of one source, by video."""

    def __init__(self) -> None:
        self.agreements: list[float] = []
        self.fits: dict[str, list[NDArray[np.float32]]] = {}

    def add(self, video_id: str, agreement: float, fits: NDArray[np.float32]) -> None:
        self.agreements.append(agreement)
        self.fits.setdefault(video_id, []).append(fits)


def mean_agreement(
    plan: Path, agreement: Sequence[Path], sources: Sequence[Source]
) -> MeanAgreement | None:
    """Average the agreement of all clips and of each source; None if no clip has one.

    Parameters
    ----------
    plan : Path
        Table of `PlannedClip`.
    agreement : sequence of Path
        Tables of `ClipAgreement`.
    sources : sequence of Source
        Sources of the configuration.
    """
    planned = tables.read_frame(plan, ["video_id", "source_number"])
    number_of = dict(zip(planned["video_id"], planned["source_number"], strict=True))
    votes: dict[int, _Votes] = {}
    for path in agreement:
        table = tables.read_arrow(path, ["video_id", "agreement", "axes_fits"])
        table = table.filter(table["axes_fits"].is_valid())
        fits = np.array(table["axes_fits"].to_pylist(), np.float32)
        values = table["agreement"].to_pylist()
        for video_id, value, row in zip(table["video_id"].to_pylist(), values, fits, strict=True):
            votes.setdefault(number_of[video_id], _Votes()).add(video_id, value, row)
    if not votes:
        return None
    found = [
        source_agreement(_name(sources[i]), votes[i].agreements, votes[i].fits)
        for i in sorted(votes)
    ]
    everything = [value for own in votes.values() for value in own.agreements]
    return MeanAgreement(len(everything), float(np.mean(everything)), found)


def source_agreement(
    name: str, agreements: Sequence[float], fits: Mapping[str, Sequence[NDArray[np.float32]]]
) -> SourceAgreement:
    """Average the agreements of the clips of a source, and let its videos vote on the axes.

    A video has one vote, however many clips it has: they are of one recording.

    Parameters
    ----------
    name : str
        Of the source.
    agreements : sequence of float
        Of its clips, nats.
    fits : mapping
        Fits `(48,)` of the clips of each video, minus that of the axes in use, nats.
    """
    names, _ = channel_axes()
    axes, gain = None, None
    if len(fits) >= MIN_VOTING_VIDEOS:
        of_videos = np.array([np.mean(clips, axis=0, dtype=float) for clips in fits.values()])
        best = int(of_videos.mean(0).argmax())
        gain = float(of_videos[:, best].mean())
        error = float(of_videos[:, best].std(ddof=1)) / len(fits) ** 0.5
        axes = names[best] if gain > max(MIN_GAIN_NATS, MIN_GAIN_ERRORS * error) else names[0]
    return SourceAgreement(name, len(agreements), len(fits), float(np.mean(agreements)), axes, gain)


def _name(source: Source) -> str:
    """Name a source as the configuration does."""
    details = (getattr(source, field, None) for field in NAMING)
    return " ".join([source.kind, *(str(detail) for detail in details if detail)])
