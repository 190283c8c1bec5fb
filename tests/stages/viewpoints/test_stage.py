"""The stage from tables to tables."""

import numpy as np
import pytest
import soundfile
from support.clips import curated_clip, fetched_video
from support.detections import detection, tracked

from foa360.ambisonics import encode
from foa360.config.viewpoints import Viewpoints
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import (
    ClipAgreement,
    CuratedClip,
    Detection,
    FetchedVideo,
    TrackedObject,
    Viewpoint,
)
from foa360.stages.detect.tracks import summarize_objects
from foa360.stages.viewpoints.stage import ViewpointFiles, choose_viewpoints


@pytest.fixture
def files(tmp_path) -> ViewpointFiles:
    """Tables of a video with two kept clips; in the first one a dog barks to the left."""
    random = np.random.default_rng(0)
    wave = random.normal(size=4 * 48000) * 0.05
    foa = encode(np.pi / 2, 0.0)[:, None] * wave
    media = tmp_path / "c.wav"
    soundfile.write(media, foa.T, 48000, subtype="FLOAT")
    names = ("fetch", "curation", "detections", "objects", "viewpoints", "agreement")
    files = ViewpointFiles(**{name: tmp_path / f"{name}.parquet" for name in names})
    detections = tracked([detection(90, time=0.5), detection(90, time=1.5)])
    clips = [
        curated_clip("c", 2.0),
        curated_clip("c", 0.0),
        curated_clip("c", 1.0, verdict="rejected"),
    ]
    tables.write(files.fetch, [fetched_video("c", media)], FetchedVideo)
    tables.write(files.curation, clips, CuratedClip)
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


def test_a_kept_clip_without_a_file_is_an_error(files):
    tables.write(
        files.fetch, [FetchedVideo(video_id="c", state="failed", reason="gone")], FetchedVideo
    )
    with pytest.raises(ValueError, match="kept clips of c"):
        choose_viewpoints(files, Viewpoints(), 1.0, 0, Progress("test"))
