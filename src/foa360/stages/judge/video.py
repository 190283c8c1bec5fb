"""Judge the clips of one source video, for callers that want records."""

from collections.abc import Sequence
from dataclasses import dataclass

from foa360.config.curate import Curate
from foa360.core import tables
from foa360.core.measured import MeasuredClip
from foa360.core.records import CuratedClip
from foa360.stages.judge.clips import judge
from foa360.stages.judge.convention_types import Convention


@dataclass(frozen=True)
class CuratedVideo:
    """Records of the clips of one source video, and the convention of its audio.

    The convention is None if no clip has a signal.
    """

    clips: list[CuratedClip]
    convention: Convention | None = None


def judge_video(rows: Sequence[MeasuredClip], settings: Curate) -> CuratedVideo:
    """Judge the clips of one source video; the records are in the order of the measures.

    The convention has a trace of the rules that decided on it.
    """
    judged = judge(tables.to_arrow(rows, MeasuredClip), settings, traced=True)
    conventions = list(judged.conventions.values())
    return CuratedVideo(
        tables.from_arrow(judged.curation, CuratedClip),
        conventions[0] if conventions else None,
    )
