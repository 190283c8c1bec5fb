"""Results of a small run with media."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.clips import curated_clip
from support.report import HOSTILE, report_clip, write_results
from support.sample_shard import coloured_frames, source_and_noise

from foa360.config.features import Features
from foa360.core.records import ClipAgreement
from foa360.demo.encode import write_media
from foa360.stages.report.files import ReportFiles


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a video with four channels, 2 s."""
    path = tmp_path_factory.mktemp("media") / "video.mkv"
    write_media(path, coloured_frames(2.0), source_and_noise(2.0, 1))
    return path


@pytest.fixture
def results(tmp_path: Path, media: Path, write_features: Callable[..., Path]) -> ReportFiles:
    """Write the tables of kept, rejected and failed clips, one of them with a hostile id."""
    clips = [report_clip(i, "kept", []) for i in range(3)]
    clips += [
        report_clip(7, "rejected", ["silent", "static_video"], HOSTILE),
        report_clip(8, "failed", ["no_audio"]),
    ]
    agreement = ClipAgreement(
        clip_id="v0_0", video_id="v0", agreement=1.25, chance=0.02, axes="+y +x +z", axes_gain=0.5
    )
    files = {clip.video_id: media for clip in clips}
    kept = [curated_clip(clip.video_id) for clip in clips[:3]]
    settings = Features(n_mels=32, video_width=64)
    shard = tmp_path / "features" / "s0000.h5"
    write_features(files, kept, [[30.0, 10.0], [-120.0, 0.0]], settings, shard)
    return write_results(tmp_path, clips, [agreement], files)
