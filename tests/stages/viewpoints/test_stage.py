"""The stage from tables to tables."""

import numpy as np
import pytest
from support.clips import curated_clip, kept_clips
from support.detections import detection, tracked

from foa360.ambisonics import encode
from foa360.ambisonics.descriptors import block_spectra, tile_covariance
from foa360.ambisonics.direction_map import direction_map
from foa360.config.viewpoints import Viewpoints
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.measured import MeasuredClip
from foa360.core.records import (
    ClipAgreement,
    Detection,
    KeptClip,
    TrackedObject,
    Viewpoint,
)
from foa360.stages.track.tracks import summarize_objects
from foa360.stages.viewpoints.stage import ViewpointFiles, choose_viewpoints


@pytest.fixture
def files(tmp_path) -> ViewpointFiles:
    """Tables of a video with two kept clips; in the first one a dog barks to the left."""
    random = np.random.default_rng(0)
    wave = random.normal(size=2 * 48000) * 0.05
    foa = encode(np.pi / 2, 0.0)[:, None] * wave
    tiles = tile_covariance(block_spectra(foa, 48000))
    names = ("measures", "kept", "detections", "objects", "viewpoints", "agreement")
    files = ViewpointFiles(**{name: tmp_path / f"{name}.parquet" for name in names})
    detections = tracked([detection(90, time=0.5), detection(90, time=1.5)])
    clips = [
        curated_clip("c", 2.0),
        curated_clip("c", 0.0),
        curated_clip("c", 1.0, verdict="rejected"),
    ]
    measured = []
    for clip in clips:
        row = MeasuredClip(
            clip_id=clip.clip_id,
            video_id="c",
            start=clip.start,
            duration=clip.duration,
            planes=[0, 1, 2, 3],
            direction_map=direction_map(*tiles, 2).ravel(),
        )
        measured.append(row)
    tables.write(files.measures, measured, MeasuredClip)
    tables.write(files.kept, kept_clips(clips), KeptClip)
    tables.write(files.detections, detections, Detection)
    tables.write(files.objects, summarize_objects(detections), TrackedObject)
    return files


def test_kept_clips_get_viewpoints_and_agreement_in_the_order_of_the_plan(files):
    choose_viewpoints(files, Viewpoints(count=3), 1.0, 0, Progress("test"))
    viewpoints = tables.read(files.viewpoints, Viewpoint)
    assert [v.clip_id for v in viewpoints] == ["c_2"] * 3 + ["c_0"] * 3
    assert [v.index for v in viewpoints] == [0, 1, 2, 0, 1, 2]
    origins = [v.origin for v in viewpoints]
    assert origins == ["audio", "random", "random", "object", "random", "random"]
    assert np.degrees(viewpoints[3].azimuth) == pytest.approx(90, abs=1e-3)
    late, early = tables.read(files.agreement, ClipAgreement)
    assert (late.clip_id, late.agreement) == ("c_2", None)
    assert early.agreement > 1
    assert abs(np.degrees(early.yaw_offset)) <= 5
    assert early.axes is None


def test_files_hold_degrees(files):
    choose_viewpoints(files, Viewpoints(count=1), 1.0, 0, Progress("test"))
    frame = tables.read_frame(files.viewpoints)
    assert frame["fov"].tolist() == [60.0, 60.0]
    assert frame["azimuth"].iloc[1] == pytest.approx(90)


def test_a_kept_clip_that_was_not_measured_is_an_error(files):
    failed = MeasuredClip(clip_id="c_0", video_id="c", start=0.0, duration=2.0, failure="private")
    tables.write(files.measures, [failed], MeasuredClip)
    with pytest.raises(ValueError, match="c_0 was kept, but not measured"):
        choose_viewpoints(files, Viewpoints(), 1.0, 0, Progress("test"))
