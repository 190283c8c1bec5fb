"""An audio file that is late, early or another take than the audio of its video is noted."""

import numpy as np
import pytest

from foa360.config.curate import Curate
from foa360.core.records import Clip, FetchedVideo
from foa360.demo.encode import write_media
from foa360.stages.judge.video import judge_video
from foa360.stages.measure.video import measure_video

RATE = 48000


def field(seed: int, seconds: float) -> np.ndarray:
    """Return bursts of coloured noise from one direction, `(4, n)`."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE)
    x = np.convolve(rng.standard_normal(n), np.ones(9) / 9, "same")
    x *= np.repeat(rng.uniform(0.05, 1, n // 4800 + 1), 4800)[:n]
    return (0.2 * np.array([1, 0.5, 0.2, 0.8])[:, None] * x).astype(np.float32)


def curated(tmp_path, given: np.ndarray, own: np.ndarray):
    rng = np.random.default_rng(1)
    frames = (rng.integers(0, 255, (32, 64, 3), np.uint8) for _ in range(80))
    write_media(tmp_path / "x.mp4", frames, own, audio="aac")
    write_media(tmp_path / "x.flac", None, given)
    clip = Clip(clip_id="x_0", video_id="x", start=0.0, duration=8.0, split=None)
    fetched = FetchedVideo(
        video_id="x",
        state="fetched",
        video_path=str(tmp_path / "x.mp4"),
        audio_path=str(tmp_path / "x.flac"),
    )
    (row,) = measure_video([clip], fetched, 4000.0, 1.0)
    return row.pair_lag, judge_video([row], Curate()).clips[0].reasons


@pytest.mark.parametrize("lag", [0.0, 0.02, 0.25, 1.5, -0.4, -3.0])
def test_the_lag_of_one_recording_is_found(tmp_path, lag):
    whole = field(0, 16)
    begin = 4 * RATE
    given = whole[:, begin - round(lag * RATE) :][:, : 8 * RATE]
    found, reasons = curated(tmp_path, given, whole[:, begin : begin + 8 * RATE])
    assert found == pytest.approx(lag, abs=0.03)
    assert ("audio_file_lags" in reasons) == (abs(lag) > 0.1)


def test_a_stereo_mix_is_compared_too(tmp_path):
    whole = field(2, 9)
    found, _ = curated(tmp_path, whole[:, : 8 * RATE], whole[:2, RATE:] * np.float32(0.5))
    assert found == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(
    ("own", "other_take"),
    [
        (field(9, 8), True),
        (field(9, 8)[:2], True),
        (field(0, 8)[:, ::-1], True),
        (np.zeros((4, 8 * RATE), np.float32), False),
    ],
)
def test_another_take_has_no_lag_and_is_noted(tmp_path, own, other_take):
    found, reasons = curated(tmp_path, field(0, 8), np.ascontiguousarray(own))
    assert found is None
    assert "audio_file_lags" not in reasons
    assert ("audio_file_other_take" in reasons) == other_take


def scene(seconds: float) -> np.ndarray:
    """Return several sources and noise, `(4, n)`."""
    rng = np.random.default_rng(5)
    angles = [0.3, 1.9, -2.2]
    parts = []
    for seed, angle in enumerate(angles):
        gains = np.array([1, np.sin(angle), 0.6 * (seed - 1), np.cos(angle)])
        parts.append(gains[:, None] * field(20 + seed, seconds)[:1])
    noise = 0.005 * rng.standard_normal((4, round(seconds * RATE)))
    return np.asarray(sum(parts) + noise, np.float32)


@pytest.mark.parametrize(
    ("planes", "signs", "other"),
    [
        ([0, 1, 2, 3], [1, 1, 1, 1], False),
        ([0, 1, 2, 3], [-1, -1, -1, -1], False),
        ([0, 3, 1, 2], [1, 1, 1, 1], True),
        ([0, 1, 2, 3], [1, -1, 1, 1], True),
    ],
)
def test_another_order_of_channels_is_noted(tmp_path, planes, signs, other):
    whole = scene(9)
    given = whole[planes][:, : 8 * RATE] * np.array(signs, np.float32)[:, None]
    found, reasons = curated(tmp_path, given, whole[:, RATE // 2 :][:, : 8 * RATE])
    assert found == pytest.approx(0.5, abs=0.03)
    assert ("audio_file_order" in reasons) == other


def test_one_source_in_all_channels_shows_no_order(tmp_path):
    given, own = field(0, 8), field(0, 8)[[0, 3, 1, 2]]
    _, reasons = curated(tmp_path, given, own)
    assert "audio_file_order" not in reasons
