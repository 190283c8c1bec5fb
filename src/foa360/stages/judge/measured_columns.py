"""The table of measures as arrays: clips whose audio, and clips whose frames were measured."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from foa360.ambisonics.descriptors import OCTAVES
from foa360.ambisonics.evidence import BAND_EDGES_HZ, LEVELS_DB
from foa360.ambisonics.second_order import COMPARED, SUMS
from foa360.core.arrow_columns import (
    Bools,
    Floats,
    Indices,
    Ragged,
    flags,
    numbers,
    ragged,
    stacked,
    valid,
)
from foa360.core.tables import TableError
from foa360.media.layout_evidence import EVIDENCE
from foa360.stages.judge.evidence_stack import EvidenceStack
from foa360.stages.judge.thresholds import FRAME_THRESHOLDS

BANDS = len(BAND_EDGES_HZ) - 1
#: Shapes of the columns of evidence in each row.
EVIDENCE_SHAPES: dict[str, tuple[int, ...]] = {
    "cov": (4, 4),
    "levels": (6, BANDS, len(LEVELS_DB)),
    "energies": (BANDS, 4),
    "means": (BANDS, 4),
    "moments": (BANDS, 4, 4),
    "signs": (BANDS, 3),
    "weight": (BANDS,),
    "louder": (),
    "undirected": (),
}


@dataclass(frozen=True, kw_only=True)
class Videos:
    """Source videos of n clips.

    ids : of the videos, in the order in which they come.
    of_clip : (n,), number of the video of each clip.
    first_clip : (videos,), a clip of each video; facts of the file are the same for all.
    by_start : (n,), clips in the order of their videos, starts and durations.
    """

    ids: list[str]
    of_clip: Indices
    first_clip: Indices
    by_start: Indices

    @property
    def count(self) -> int:
        """Number of videos."""
        return len(self.ids)


class Claims(NamedTuple):
    """What the container of each video claims, and how its streams are joined."""

    convention: list[str | None]
    projection: list[str | None]
    stereo: list[str | None]
    joined: list[str | None]


@dataclass(frozen=True, kw_only=True)
class AudioColumns:
    """Measures of the m clips whose audio was measured.

    rows : (m,), ascending.
    video : (m,), number of the source video.
    start : (m,), start of the clip, s.
    planes : (m, 4), decoded planes that were measured.
    order_proven : (m,).
    distributed : (m,), see `convention.decide_each`.
    covariance : (m, 4, 4).
    channel_energies : (m, 4).
    octave_energies : (m, 4, octaves).
    interval_levels : m lists of (4, intervals), dB.
    silent_share, clipped_share, dc_offset : (m,).
    lag_seconds, lag_peak, lag_in_time : (m, 3), see `foa360.ambisonics.channel_lags.ChannelLags`.
    second_order : (m, 20), see `foa360.ambisonics.second_order`; NaN without eight channels.
    evidence : of m clips.
    parts : of p parts of clips, in the order of the clips and in time.
    part_clip : (p,), number of the clip, of m.
    part_start : (p,), start of the part, s.
    """

    rows: Indices
    video: Indices
    start: Floats
    planes: NDArray[np.int32]
    order_proven: Bools
    distributed: Bools
    covariance: Floats
    channel_energies: Floats
    octave_energies: Floats
    interval_levels: Ragged
    silent_share: Floats
    clipped_share: Floats
    dc_offset: Floats
    lag_seconds: Floats
    lag_peak: Floats
    lag_in_time: Floats
    second_order: Floats
    evidence: EvidenceStack
    parts: EvidenceStack
    part_clip: Indices
    part_start: Floats


@dataclass(frozen=True, kw_only=True)
class FrameColumns:
    """Measures of the m clips whose frames were measured.

    rows : (m,), ascending.
    video : (m,), number of the source video.
    expected, decoded : (m,), frames.
    static_share : (m,); NaN with fewer than two frames.
    drift : (m,), grey levels.
    brightness : (m,), grey levels.
    outside : (m,), clips that end after their media, as far as headers state it.
    layouts : (k, numbers), of frames of all clips.
    layout_video : (k,), number of the source video.
    """

    rows: Indices
    video: Indices
    expected: Floats
    decoded: Floats
    static_share: Floats
    drift: Floats
    brightness: Floats
    outside: Bools
    layouts: Floats
    layout_video: Indices


def source_videos(measures: pa.Table) -> Videos:
    """Find the source videos of all clips."""
    encoded = measures["video_id"].combine_chunks().dictionary_encode()
    of_clip = encoded.indices.to_numpy().astype(np.intp)
    _, first_clip = np.unique(of_clip, return_index=True)
    start, duration = numbers(measures, "start"), numbers(measures, "duration")
    return Videos(
        ids=encoded.dictionary.to_pylist(),
        of_clip=of_clip,
        first_clip=first_clip,
        by_start=np.lexsort((duration, start, of_clip)),
    )


def container_claims(measures: pa.Table, videos: Videos) -> Claims:
    """Read the claims of the container of each video."""
    names = ("claimed_convention", "claimed_projection", "claimed_stereo", "video_joined")
    claims = measures.select(names).take(pa.array(videos.first_clip))
    return Claims(*(claims[name].to_pylist() for name in names))


def audio_columns(measures: pa.Table, videos: Videos, silence_dbfs: float) -> AudioColumns:
    """Read the measures of audio; chunks below `silence_dbfs` are silent.

    A clip without a chunk is silent. Raises TableError for arrays of other shapes.
    """
    measured = ~valid(measures, "failure") & ~valid(measures, "audio_failure")
    rows = np.flatnonzero(measured)
    levels = ragged(measures, "chunk_levels")
    evidence = {}
    for name, shape in EVIDENCE_SHAPES.items():
        column = f"evidence_{name}"
        values = stacked(measures, column, shape) if shape else numbers(measures, column)[rows]
        evidence[name] = values
    parts, part_clip, part_start = _parts(measures, rows)
    planes = measures.select(["planes"]).filter(pa.array(measured))
    return AudioColumns(
        rows=rows,
        video=videos.of_clip[rows],
        start=numbers(measures, "start")[rows],
        planes=stacked(planes, "planes", (4,)),
        order_proven=flags(measures, "order_proven")[rows],
        distributed=_distributed(measures)[rows],
        covariance=stacked(measures, "covariance", (4, 4)),
        channel_energies=stacked(measures, "channel_energies", (4,)),
        octave_energies=stacked(measures, "octave_energies", (4, OCTAVES)),
        interval_levels=ragged(measures.filter(pa.array(measured)), "interval_levels"),
        silent_share=levels.share_below(silence_dbfs, of_none=1.0)[rows],
        clipped_share=numbers(measures, "clipped_share")[rows],
        dc_offset=numbers(measures, "dc_offset")[rows],
        lag_seconds=stacked(measures, "lag_seconds", (3,)),
        lag_peak=stacked(measures, "lag_peak", (3,)),
        lag_in_time=stacked(measures, "lag_in_time", (3,)),
        second_order=_second_order(measures)[rows],
        evidence=EvidenceStack(**evidence),
        parts=parts,
        part_clip=part_clip,
        part_start=part_start,
    )


def _parts(measures: pa.Table, rows: Indices) -> tuple[EvidenceStack, Indices, Floats]:
    """Evidence of the parts of clips, the numbers of these clips among `rows`, and times, s."""
    lists = ragged(measures.select(["evidence_parts"]).take(pa.array(rows)), "evidence_parts")
    sizes = [math.prod(shape) for shape in EVIDENCE_SHAPES.values()]
    counts = lists.lengths // sum(sizes)
    if (counts * sum(sizes) != lists.lengths).any():
        raise TableError(f"column evidence_parts: lists are no multiples of {sum(sizes)}")
    values = lists.values.reshape(-1, sum(sizes)).astype(float)
    fields = np.split(values, np.cumsum(sizes)[:-1], 1)
    shapes = EVIDENCE_SHAPES.values()
    parts = [f.reshape(-1, *shape) for f, shape in zip(fields, shapes, strict=True)]
    clip = np.repeat(np.arange(len(rows)), counts)
    number = np.arange(len(clip)) - np.repeat(np.cumsum(counts) - counts, counts)
    duration = numbers(measures, "duration")[rows][clip] / counts[clip]
    return EvidenceStack(*parts), clip, numbers(measures, "start")[rows][clip] + number * duration


def _second_order(measures: pa.Table) -> Floats:
    has = valid(measures, "second_order")
    found = np.full((len(has), SUMS * COMPARED), np.nan)
    if has.any():
        found[has] = stacked(measures, "second_order", (SUMS * COMPARED,))
    return found


def _distributed(measures: pa.Table) -> Bools:
    """Clips in WebM or AAC 5.1, as platforms deliver ambiX, or in a container that states it."""
    container = pc.fill_null(measures["audio_container"], "")
    aac = pc.starts_with(pc.fill_null(measures["audio_codec"], ""), "aac")
    surround = pc.equal(pc.fill_null(measures["audio_layout"], ""), "5.1")
    stated = pc.equal(pc.fill_null(measures["claimed_convention"], ""), "ACN/SN3D")
    found = pc.or_(pc.or_(pc.match_substring(container, "webm"), pc.and_(aac, surround)), stated)
    return np.asarray(found.to_numpy(), bool)


def frame_columns(measures: pa.Table, videos: Videos, static_change: float) -> FrameColumns:
    """Read the measures of frames; those that change less than `static_change` are equal."""
    measured = ~valid(measures, "failure") & ~valid(measures, "video_failure")
    rows = np.flatnonzero(measured & valid(measures, "frames_expected"))
    changes = ragged(measures, "frame_changes")
    layouts = ragged(measures, "layout_evidence")
    fields = len(EVIDENCE)
    return FrameColumns(
        rows=rows,
        video=videos.of_clip[rows],
        expected=numbers(measures, "frames_expected")[rows],
        decoded=numbers(measures, "frames_decoded")[rows],
        static_share=changes.share_below(static_change, of_none=np.nan)[rows],
        drift=numbers(measures, "frame_drift")[rows],
        brightness=numbers(measures, "brightness")[rows],
        outside=_outside_media(measures)[rows],
        layouts=layouts.values.reshape(-1, fields),
        layout_video=np.repeat(videos.of_clip, layouts.lengths // fields),
    )


def _outside_media(measures: pa.Table) -> Bools:
    duration = numbers(measures, "video_duration")
    unknown = np.isnan(duration) | (duration == 0)
    duration = np.where(unknown, numbers(measures, "container_duration"), duration)
    end = numbers(measures, "start") + numbers(measures, "duration")
    return end > duration + FRAME_THRESHOLDS.duration_difference
