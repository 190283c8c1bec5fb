"""Agreement of sources: sets of videos of one clip each, whose channels are wrong in one way."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from support.clips import curated_clip
from support.rendered_scenes import SIGNS, rendered
from support.report import build, report_clip, write_results

from foa360.core.records import ClipAgreement
from foa360.stages.report.agreements import SourceAgreement, source_agreement
from foa360.stages.viewpoints.clip_agreement import clip_agreements

MIRRORED = (1, -1, 1, 1)
UPSIDE_DOWN = (1, -1, -1, 1)
VIDEOS = 12


scene = cache(lambda number, signs: rendered(number, signs=signs))


@cache
def single_clips(
    signs: Sequence[int] = SIGNS, of_other_scenes: bool = False
) -> list[ClipAgreement]:
    """Agreement of videos of one clip each."""
    rows = []
    for number in range(VIDEOS):
        audio, detected = scene(number, signs)
        if of_other_scenes:
            _, detected = scene((number + 1) % VIDEOS, SIGNS)
        clip = curated_clip(f"v{number}", duration=4.0)
        rows += clip_agreements([clip], [audio], [detected], 1.0)
    return rows


def voted(rows: Sequence[ClipAgreement]) -> SourceAgreement:
    """Vote of the videos as one source."""
    fits = {row.video_id: [row.axes_fits] for row in rows}
    return source_agreement("set", [row.agreement for row in rows], fits)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("signs", "axes", "words"),
    [
        (MIRRORED, "+x -y +z", "mirrored: left and right"),
        (UPSIDE_DOWN, "+x -y -z", "upside down"),
        ((1, 1, -1, 1), "+x +y -z", "upside down"),
        ((1, -1, 1, -1), "-x -y +z", "rotated by 180°"),
    ],
)
def test_a_set_of_single_clips_with_wrong_axes_is_named(signs, axes: str, words: str) -> None:
    rows = single_clips(signs)
    assert {row.axes for row in rows} == {None}, "no video has enough clips for a vote of its own"
    found = voted(rows)
    assert found.axes == axes
    assert words in found.meaning
    assert (found.clips, found.videos) == (VIDEOS, VIDEOS)
    assert found.agreement < 1.5 < voted(single_clips()).agreement


@pytest.mark.slow
def test_neither_a_true_set_nor_one_without_agreement_is_named() -> None:
    assert not voted(single_clips()).has_other_axes
    unrelated = voted(single_clips(of_other_scenes=True))
    assert not unrelated.has_other_axes
    assert abs(unrelated.agreement) < 1


@pytest.mark.slow
def test_a_long_video_has_one_vote_and_few_videos_have_none() -> None:
    true, mirrored = single_clips(), single_clips(MIRRORED)
    fits = {row.video_id: [row.axes_fits] for row in true}
    fits["long"] = [row.axes_fits for row in mirrored] * 3
    assert not source_agreement("set", [1.0], fits).has_other_axes
    assert voted(mirrored[:4]).axes is None
    assert voted(mirrored[:5]).axes == "+x -y +z"


@pytest.fixture
def mirrored_source(tmp_path: Path) -> Path:
    """Report on two folders, one of which holds mirrored videos."""
    clips, agreement = [], []
    for kind, signs in enumerate((SIGNS, MIRRORED)):
        for i, row in enumerate(single_clips(signs)):
            clip = report_clip(i, "kept", [], f"{'tm'[kind]}")
            clips.append(clip)
            agreement.append(
                ClipAgreement(
                    clip_id=clip.clip_id,
                    video_id=clip.video_id,
                    agreement=row.agreement,
                    axes_fits=row.axes_fits,
                )
            )
    numbers = {clip.video_id: int(clip.video_id.startswith("m")) for clip in clips}
    files = write_results(tmp_path, clips, agreement, sources=numbers)
    folders = [tmp_path / "true", tmp_path / "mirrored <set>"]
    for folder in folders:
        folder.mkdir()
    return build(files, sources=[{"kind": "folder", "path": str(folder)} for folder in folders])


@pytest.mark.slow
def test_page_and_summary_name_the_source_and_have_the_mean_agreement(
    mirrored_source: Path,
) -> None:
    everything = json.loads(mirrored_source.with_name("summary.json").read_text())
    agreed = everything["agreement"]
    assert agreed["clips"] == 2 * VIDEOS
    true, mirrored = agreed["sources"]
    assert (true["axes"], mirrored["axes"]) == ("+x +y +z", "+x -y +z")
    assert true["name"].startswith("folder")
    summary = mirrored_source.with_name("summary.txt").read_text()
    assert f"{agreed['nats']:.2f} nats, mean of {2 * VIDEOS} clips" in summary
    assert "mirrored: left and right are exchanged, by vote of 12 videos (12 clips)" in summary
    assert summary.count("by vote of") == 1
    page = mirrored_source.read_text()
    assert "1 source has other axes" in page
    assert "mirrored &lt;set&gt; is mirrored: left and right are exchanged" in page


def test_without_agreement_there_is_no_headline(tmp_path: Path) -> None:
    page = build(write_results(tmp_path, [report_clip(0, "rejected", ["silent"])], []))
    assert "No clip has both directional audio and detections." in page.read_text()
    assert json.loads(page.with_name("summary.json").read_text())["agreement"] is None
    assert "Agreement" not in page.with_name("summary.txt").read_text()
