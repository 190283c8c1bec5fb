"""Verdicts from measures alone, for many clips at once."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulation import CASES, simulate
from simulation.measured import simulated_row

from foa360.ambisonics.direction_map import CANDIDATES
from foa360.config.curate import Curate
from foa360.core import tables
from foa360.core.measured import MeasuredClip
from foa360.core.reasons import REASONS, verdict_of
from foa360.core.records import Clip, CuratedClip
from foa360.stages.judge.clips import judge, kept_clips
from foa360.stages.judge.convention import identify_convention
from foa360.stages.judge.video import judge_video

RATE = 24000
SECONDS = 3.0


@pytest.fixture(scope="module")
def rows() -> list[MeasuredClip]:
    """Two clips of a video of each simulated case, and what could not be measured."""
    random = np.random.default_rng(0)
    measured = []
    for number, (name, case) in enumerate(CASES.items()):
        for start in (0.0, SECONDS):
            x = case.make(random, simulate(number, SECONDS, RATE), RATE)
            measured.append(simulated_row(clip(name, start), x, RATE, random))
    silent = simulated_row(clip("quiet", 0.0), np.zeros((4, 72000)), RATE, random)
    damaged = replace(measured[0], audio_failure="audio_damaged", audio_message="0.5 s are missing")
    return [
        *measured,
        silent,
        MeasuredClip(**span("gone", 0.0), failure="private", message="sign in"),
        replace(damaged, video_id="damaged", clip_id="damaged_0", **without_audio()),
        replace(measured[0], video_id="short", clip_id="short_0", frames_decoded=3),
    ]


def span(video_id: str, start: float) -> dict[str, object]:
    return {
        "clip_id": f"{video_id}_{start:g}",
        "video_id": video_id,
        "start": start,
        "duration": SECONDS,
        "split": "train",
    }


def clip(video_id: str, start: float) -> Clip:
    return Clip(**span(video_id, start))


def without_audio() -> dict[str, None]:
    arrays = (
        "lag_seconds",
        "lag_peak",
        "lag_in_time",
        "covariance",
        "channel_energies",
        "octave_energies",
        "chunk_levels",
        "interval_levels",
        "direction_map",
    )
    evidence = (
        "cov",
        "levels",
        "energies",
        "means",
        "moments",
        "signs",
        "weight",
        "louder",
        "undirected",
        "parts",
    )
    numbers = ("clipped_share", "rms_dbfs", "dc_offset")
    return dict.fromkeys([*arrays, *numbers, *(f"evidence_{name}" for name in evidence)])


def judged(rows: list[MeasuredClip], **curate: object) -> list[CuratedClip]:
    table = judge(tables.to_arrow(rows, MeasuredClip), Curate(**curate)).curation
    return tables.from_arrow(table, CuratedClip)


def as_text(rows: list[CuratedClip]) -> list[str]:
    """Rows that can be compared, NaN included."""
    return [repr(row) for row in rows]


SETTINGS = [
    {},
    {"preset": "wang2022"},
    {"preset": "sphere360"},
    {"repair": False},
    {"score_only": True},
    {"reject": ["silent", "no_w"]},
]


@pytest.mark.parametrize("curate", SETTINGS)
def test_the_verdict_follows_from_the_reasons(rows, curate):
    for row in judged(rows, **curate):
        assert row.verdict == verdict_of(row.reasons, Curate(**curate).rejecting)
        assert row.reasons == [code for code in REASONS if code in row.reasons]


@pytest.mark.parametrize("curate", SETTINGS)
def test_videos_are_judged_apart_and_rows_in_any_order(rows, curate):
    whole = as_text(judged(rows, **curate))
    half = len(rows) // 4 * 2
    assert as_text(judged(rows[:half], **curate) + judged(rows[half:], **curate)) == whole
    order = np.random.default_rng(0).permutation(len(rows)).tolist()
    shuffled = as_text(judged([rows[i] for i in order], **curate))
    assert shuffled == [whole[i] for i in order]


def test_a_video_of_one_clip_has_the_convention_of_its_signal(rows):
    random = np.random.default_rng(1)
    for number, (name, case) in enumerate(CASES.items()):
        x = case.make(random, simulate(100 + number, SECONDS, RATE), RATE).astype(np.float32)
        row = simulated_row(clip(name, 0.0), x, RATE, random)
        # The order is taken for unproven there, too.
        (found,) = judge_video([replace(row, order_proven=False)], Curate()).clips
        expected = identify_convention(x, RATE)
        assert (found.convention, found.confidence) == (expected.name, expected.confidence), name
        assert set(expected.reasons) <= set(found.reasons), name


def test_what_could_not_be_measured_has_its_reason_and_message(rows):
    by_id = {row.clip_id: row for row in judged(rows)}
    assert (by_id["gone_0"].verdict, by_id["gone_0"].reasons) == ("failed", ["private"])
    assert by_id["gone_0"].message == "sign in"
    assert by_id["gone_0"].convention is None
    assert by_id["damaged_0"].reasons == ["audio_damaged"]
    assert by_id["damaged_0"].message == "0.5 s are missing"
    assert by_id["short_0"].reasons[0] == "video_damaged"
    assert by_id["short_0"].message == "17 of 20 frames are missing"
    assert by_id["quiet_0"].reasons == ["silent"]


def test_every_repair_has_a_direction_map(rows):
    repairs = {(tuple(row.planes), tuple(row.gains)) for row in judged(rows) if row.planes}
    assert len(repairs) > 2
    assert repairs <= {(tuple(planes), tuple(map(float, gains))) for planes, gains in CANDIDATES}


def test_kept_clips_have_what_later_stages_need(rows):
    curation = judge(tables.to_arrow(rows, MeasuredClip), Curate()).curation
    kept = kept_clips(curation)
    verdicts = curation["verdict"].to_pylist()
    ids = curation["clip_id"].to_pylist()
    expected = [i for i, verdict in zip(ids, verdicts, strict=True) if verdict == "kept"]
    assert kept["clip_id"].to_pylist() == expected
    assert kept["planes"].null_count == kept["projection"].null_count == 0


@settings(max_examples=15, deadline=None)
@given(taus=st.lists(st.floats(0.001, 0.999), min_size=2, max_size=4))
def test_a_larger_tolerance_keeps_more(rows, taus):
    kept_before: set[str] = set()
    for tau in sorted(taus):
        found = judged(rows, strict=True, tau=tau)
        kept = {row.clip_id for row in found if row.verdict == "kept"}
        assert kept >= kept_before
        kept_before = kept


@settings(max_examples=15, deadline=None)
@given(silence=st.floats(-120, -1))
def test_the_silent_share_is_that_of_the_chunks_below_the_threshold(rows, silence):
    for row, measured in zip(judged(rows, silence_dbfs=silence), rows, strict=True):
        if measured.chunk_levels is None:
            assert row.silent_share is None
        else:
            assert row.silent_share == pytest.approx(np.mean(measured.chunk_levels < silence))


def test_no_clips_are_an_empty_table():
    empty = judge(tables.to_arrow([], MeasuredClip), Curate())
    assert len(empty.curation) == 0
    assert empty.curation.schema.equals(tables.schema(CuratedClip))


def test_arrays_of_another_shape_are_an_error(rows):
    wrong = replace(rows[0], covariance=np.zeros(9))
    with pytest.raises(ValueError, match="covariance"):
        judge(tables.to_arrow([wrong], MeasuredClip), Curate())
    unknown = replace(rows[0], video_failure="no such code")
    with pytest.raises(ValueError, match="no such code"):
        judge(tables.to_arrow([unknown], MeasuredClip), Curate())


def test_tables_in_several_parts_are_judged_alike(rows):
    table = tables.to_arrow(rows, MeasuredClip)
    parts = pa.concat_tables([table.slice(0, 5), table.slice(5)])
    found = judge(parts, Curate()).curation
    assert as_text(tables.from_arrow(found, CuratedClip)) == as_text(judged(rows))
