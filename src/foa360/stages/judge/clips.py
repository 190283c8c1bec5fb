"""Judge clips from the table of measures alone: columns in, columns out."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foa360.config.curate import Curate
from foa360.core import tables
from foa360.core.arrow_columns import Bools, numbers, valid
from foa360.core.measured import MeasuredClip
from foa360.core.reasons import REASONS, Verdict
from foa360.core.records import CuratedClip, KeptClip
from foa360.media.projection import ERP
from foa360.stages.judge.audio import judge_audio
from foa360.stages.judge.convention_types import Convention
from foa360.stages.judge.frames import judge_frames
from foa360.stages.judge.measured_columns import (
    audio_columns,
    container_claims,
    frame_columns,
    source_videos,
)
from foa360.stages.judge.reasons import ReasonTable, no_reasons
from foa360.stages.judge.streams import judge_streams
from foa360.stages.judge.thresholds import FRAME_THRESHOLDS

#: Columns of measures that judging reads.
MEASURES = tuple(c.name for c in tables.columns(MeasuredClip) if c.name != "direction_map")
#: Lag of an audio file behind the audio of its video above which it is noted, s: codecs delay a
#: signal by some 25 ms, and one frame takes 40 ms.
MAX_PAIR_LAG_S = 0.1
#: Largest sample of floating-point PCM up to which nothing is noted, full scale 1: 0.1 dB above.
MAX_FLOAT_PEAK = 1.01
#: Reasons for relations of an audio file to the audio of its video.
PAIR_REASONS = {"other_take": "audio_file_other_take", "other_order": "audio_file_order"}
CURATION_SCHEMA = tables.schema(CuratedClip)
KEPT_SCHEMA = tables.schema(KeptClip)
#: Columns with the reason code of what could not be fetched or measured, and with its message.
FAILURES = {
    "failure": "message",
    "audio_failure": "audio_message",
    "video_failure": "video_message",
}


class Judged(NamedTuple):
    """Curation table of clips, and the convention of each source video by its id.

    The convention is None if no clip of the video has a signal.
    """

    curation: pa.Table
    conventions: dict[str, Convention | None]


def judge(measures: pa.Table, settings: Curate, traced: bool = False) -> Judged:
    """Judge the clips of whole source videos.

    Parameters
    ----------
    measures : pa.Table
        Columns `MEASURES` of `MeasuredClip`, in the units of the file.
    settings : Curate
        Thresholds of the verdict.
    traced : bool
        Whether the conventions have a trace.

    Returns
    -------
    Judged
        With the columns of `CuratedClip` and the rows of `measures`, in their order.

    Raises
    ------
    TableError
        If an array in the table does not have its shape, or a reason code is unknown.
    """
    videos = source_videos(measures)
    claims = container_claims(measures, videos)
    audio = audio_columns(measures, videos, settings.silence_dbfs)
    judged_audio = judge_audio(audio, videos, claims, settings, traced)
    frames = frame_columns(measures, videos, settings.static_change)
    judged_frames = judge_frames(frames, videos, claims, settings)
    alignment = {
        "audio_offset": pc.subtract(measures["audio_start"], measures["video_start"]),
        "duration_difference": pc.subtract(measures["audio_duration"], measures["video_duration"]),
    }
    reasons = failure_reasons(measures)
    streams = judge_streams(measures, judged_audio.columns["convention"])
    for code, clips in streams.reasons.items():
        reasons.add(code, clips)
    reasons.matrix[audio.rows] |= judged_audio.reasons.matrix
    reasons.matrix[frames.rows] |= judged_frames.reasons.matrix
    for code, clips in _misaligned(alignment).items():
        reasons.add(code, clips)
    reasons.add("audio_file_lags", np.abs(numbers(measures, "pair_lag")) > MAX_PAIR_LAG_S)
    reasons.add("above_full_scale", numbers(measures, "float_peak") > MAX_FLOAT_PEAK)
    for relation, code in PAIR_REASONS.items():
        has = pc.fill_null(pc.equal(measures["pair_relation"], relation), False)
        reasons.add(code, np.asarray(has.to_numpy()))
    for parts in ("audio_parts", "video_parts"):
        reasons.add("clock_jumps", numbers(measures, parts) > 1)
    judged = {
        **judged_audio.columns,
        **judged_frames.columns,
        **alignment,
        "verdict": reasons.verdicts(settings.rejecting),
        "reasons": reasons.lists(),
        "message": _messages(
            measures, streams.messages, judged_audio.messages, judged_frames.messages
        ),
    }
    arrays = []
    for name in CURATION_SCHEMA.names:
        arrays.append(judged[name] if name in judged else measures[name])
    curation = pa.Table.from_arrays(arrays, schema=CURATION_SCHEMA)
    conventions = dict(zip(videos.ids, judged_audio.conventions, strict=True))
    return Judged(curation, conventions)


def kept_clips(curation: pa.Table) -> pa.Table:
    """Select the kept clips of a curation table, with the columns of `KeptClip`."""
    kept = curation.filter(pc.equal(curation["verdict"], Verdict.KEPT.value))
    arrays = []
    for name in KEPT_SCHEMA.names:
        column = kept[name]
        # Not known where only the audio was measured.
        if name in ERP._fields:
            column = pc.fill_null(column, getattr(ERP, name))
        arrays.append(column)
    return pa.Table.from_arrays(arrays, schema=KEPT_SCHEMA)


def failure_reasons(measures: pa.Table) -> ReasonTable:
    """Reasons of clips that were not fetched, or whose audio or frames were not measured.

    Raises TableError for a code that is not listed.
    """
    reasons = no_reasons(len(measures))
    for name in FAILURES:
        for code in pc.unique(measures[name]).drop_null().to_pylist():
            if code not in REASONS:
                raise tables.TableError(f"column {name}: unknown reason code {code!r}")
            failed = pc.fill_null(pc.equal(measures[name], code), False)
            reasons.add(code, np.asarray(failed.to_numpy()))
    return reasons


def _misaligned(alignment: dict[str, pa.ChunkedArray]) -> dict[str, Bools]:
    """Clips in which audio and video differ too much, by reason code."""
    limits = FRAME_THRESHOLDS
    duration = np.abs(alignment["duration_difference"].to_numpy())
    offset = np.abs(alignment["audio_offset"].to_numpy())
    return {
        "duration_mismatch": duration > limits.duration_difference,
        "audio_offset": offset > limits.audio_offset,
    }


def _messages(measures: pa.Table, *judged: dict[int, str]) -> pa.Array:
    """Messages of each clip, each once; null for none. Those of judging are by row."""
    parts: dict[int, list[str]] = {}
    for failure, message in FAILURES.items():
        rows = np.flatnonzero(valid(measures, failure))
        texts = measures[message].take(pa.array(rows)).to_pylist()
        for row, text in zip(rows.tolist(), texts, strict=True):
            if text:
                parts.setdefault(row, []).append(text)
    for messages_of_rows in judged:
        for row, text in messages_of_rows.items():
            parts.setdefault(row, []).append(text)
    messages: list[str | None] = [None] * len(measures)
    for row, found in parts.items():
        messages[row] = "; ".join(dict.fromkeys(found))
    return pa.array(messages, pa.string())
