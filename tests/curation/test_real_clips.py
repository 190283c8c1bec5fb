"""Real clips whose truth is known: conventions, directions of the audio, and people in frames."""

from pathlib import Path

import numpy as np
import pytest
from sphere_detector import SphereDetector

from foa360.ambisonics import PAIRS, spatial_covariance
from foa360.ambisonics.descriptors import dominant_direction
from foa360.commands.check import curate_video
from foa360.config.curate import Curate
from foa360.core.records import Clip, CuratedClip, FetchedVideo
from foa360.media.audio import clip_audio, to_wyzx
from foa360.media.video import frames_at
from foa360.sphere import angular_distance
from foa360.stages.detect.yolo import Detector


def curate(video: Path, audio: Path) -> CuratedClip:
    clip = Clip(clip_id="x_0", video_id="x", start=0.0, duration=10.0, split="test")
    fetched = FetchedVideo(
        video_id="x", state="fetched", video_path=str(video), audio_path=str(audio)
    )
    (record,) = curate_video([clip], fetched, Curate()).clips
    return record


def people(weights, path, times) -> list[tuple[float, np.ndarray]]:
    """Scores and directions of people."""
    search = SphereDetector(Detector(str(weights)))
    return [
        (score, box[:2])
        for _, found in search((0, f) for f in frames_at(path, times) if f is not None)
        for box, score, label in zip(found.boxes, found.scores, found.labels, strict=True)
        if label == "person"
    ]


def test_the_calibration_clip_has_the_directions_that_its_frames_show(real_data):
    folder = real_data / "yt360"
    row = curate(folder / "calibration.mp4", folder / "calibration.m4a")
    assert row.convention == "ACN/SN3D"
    assert row.planes == [2, 1, 4, 0]
    assert row.energy_ratio == pytest.approx(0.99, abs=0.01)
    assert row.verdict == "rejected"
    # Its grid of drawn lines is taken for a cubemap.
    assert {"static_video", "component_empty"} <= set(row.reasons)
    assert "X is empty" in row.message, "sources at the left, at the right and above"
    (clip,) = clip_audio(folder / "calibration.m4a", [(0, 10)])
    foa = to_wyzx(clip, row.planes, row.gains)
    s = spatial_covariance(foa, clip.sample_rate, 2048, 2048, 48).sum(1)

    def direction(bands: slice) -> np.ndarray:
        cov = np.zeros((4, 4))
        for (i, j), value in zip(PAIRS, s[:, bands].sum(1), strict=True):
            cov[i, j] = cov[j, i] = value
        return np.degrees(dominant_direction(cov)[:2])

    piano = spatial_covariance(foa[:, int(3.4 * 48000) : (5 * 48000)], 48000, 2048, 2048, 48)
    assert np.degrees(np.arctan2(*piano.sum(1)[[1, 3], :10].sum(1))) == pytest.approx(90, abs=3)
    assert direction(slice(36, 48)) == pytest.approx([-90, 0], abs=5), "the voice's sibilants"
    assert direction(slice(10, 36))[1] > 70, "the gulls"


def test_the_sitar_player_is_detected_in_the_direction_of_the_audio(real_data, real_weights):
    path = real_data / "video360" / "sphere360_sitar.webm"
    row = curate(path, path)
    assert row.verdict == "kept"
    found = people(real_weights, path, np.arange(0.5, 10, 1.0))
    assert found
    _, (azimuth, elevation) = max(found, key=lambda f: f[0])
    audio_direction = (row.azimuth, row.elevation)
    assert np.degrees(angular_distance(azimuth, elevation, *audio_direction)) < 30


def test_the_musicians_are_detected(real_data, real_weights):
    folder = real_data / "yt360"
    row = curate(folder / "kqAZkf5Odyw-80.mp4", folder / "kqAZkf5Odyw-80.m4a")
    assert row.verdict == "kept"
    assert row.energy_ratio == pytest.approx(0.79, abs=0.02)
    found = people(real_weights, folder / "kqAZkf5Odyw-80.mp4", [2.5, 5.5])
    assert len({round(np.degrees(box[0]) / 30) for _, box in found}) >= 3


def test_the_clips_of_sphere360_are_measured_and_hardly_any_is_rejected(real_data):
    rows = [curate(p, p) for p in sorted((real_data / "sphere360").glob("*.webm"))]
    assert len(rows) == 20
    assert all(np.isfinite(r.energy_ratio) for r in rows)
    assert all(r.projection == "erp" and r.stereo == "mono" for r in rows)
    assert sum(r.verdict == "kept" for r in rows) >= 16
