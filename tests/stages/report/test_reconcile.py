"""Results that do not belong together are refused, by the name of the file."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from support.clips import curated_clip, fetched_video, planned_clip
from support.sample_shard import CLIPS, SETTINGS, VIEWPOINTS, write_sample_media

from foa360.core import tables
from foa360.core.records import CuratedClip, FetchedVideo, PlannedClip
from foa360.stages.report.reconcile import CountError, reconcile


class Results(NamedTuple):
    """Files of the stages of one shard."""

    plan: Path
    fetch: Path
    curation: Path
    features: Path

    def reconcile(self) -> None:
        reconcile(self.plan, [self.fetch], [self.curation], [self.features])


@pytest.fixture
def results(tmp_path: Path, write_features: Callable[..., Path]) -> Results:
    """Write the results of a shard with kept, rejected and unreadable clips."""
    media = write_sample_media(tmp_path)
    files = Results(
        plan=tmp_path / "plan.parquet",
        fetch=tmp_path / "fetch" / "s0000.parquet",
        curation=tmp_path / "curation" / "s0000.parquet",
        features=tmp_path / "features" / "s0000.h5",
    )
    write_features(media, CLIPS, VIEWPOINTS, SETTINGS, files.features)
    videos = dict.fromkeys(clip.video_id for clip in CLIPS)
    fetched = [fetched_video(video, tmp_path) for video in videos]
    tables.write(files.plan, [planned_clip(clip) for clip in CLIPS], PlannedClip)
    tables.write(files.fetch, fetched, FetchedVideo)
    tables.write(files.curation, CLIPS, CuratedClip)
    return files


def test_results_that_add_up_are_accepted(results: Results) -> None:
    results.reconcile()


def test_a_clip_that_no_stage_reports_is_named(results: Results) -> None:
    tables.write(results.curation, CLIPS[1:], CuratedClip)
    with pytest.raises(CountError, match="1 clips are missing, 'two_2' first") as error:
        results.reconcile()
    assert error.value.filename == str(results.curation)


def test_a_video_that_was_not_fetched_is_named(results: Results) -> None:
    tables.write(results.fetch, tables.read(results.fetch, FetchedVideo)[:-1], FetchedVideo)
    with pytest.raises(CountError, match="1 videos are missing, 'rejected' first"):
        results.reconcile()


def test_a_kept_clip_that_the_shard_lacks_is_named(results: Results) -> None:
    more = [*CLIPS[:-1], curated_clip("rejected", 0.0)]  # kept after another judgement
    tables.write(results.curation, more, CuratedClip)
    with pytest.raises(CountError, match="1 kept clips are missing, 'rejected_0' first") as error:
        results.reconcile()
    assert error.value.filename == str(results.features)


def test_a_clip_that_is_not_listed_is_named(results: Results) -> None:
    listed = [planned_clip(clip) for clip in CLIPS[1:]]
    tables.write(results.plan, listed, PlannedClip)
    with pytest.raises(CountError, match="1 clips are unknown, 'two_2' first"):
        results.reconcile()
