"""Channels that do not belong together in time: from files to verdicts."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from simulation import simulate
from support.curation import curate_file

from foa360.stages.features.read_clips import in_time

RATE = 24000


def late_file(folder: Path, channels: list[int], ms: float) -> Path:
    x = simulate(4, 6, RATE)
    x[channels] = np.roll(x[channels], round(ms / 1000 * RATE), axis=1)
    path = folder / "late.wav"
    soundfile.write(path, x.T, RATE)
    return path


@pytest.mark.parametrize(
    ("channels", "ms", "message", "verdict"),
    [
        ([2, 3], 1, "Z and X 1 ms late", "kept"),
        ([2, 3], 20, "Z and X 20 ms late", "kept"),
        ([2, 3], 100, "Z and X 100 ms late", "rejected"),
        ([1], 60, "Y 60 ms late", "rejected"),
        ([3], -5, "X 5 ms early", "kept"),
        # W itself: all others precede it.
        ([0], 12, "Y and Z and X 12 ms early", "kept"),
    ],
)
def test_a_lag_is_in_row_and_message(tmp_path, channels, ms, message, verdict):
    row = curate_file(late_file(tmp_path, channels, ms), 6.0)
    assert (row.verdict, row.message) == (verdict, message)
    reason = "channels_late" if verdict == "kept" else "channels_apart"
    assert reason in row.reasons
    assert row.azimuth is None, "directions are wrong, and not shown"
    expected = np.zeros(4)
    expected[channels] = ms / 1000
    assert row.channel_lags == pytest.approx(list(expected - expected[0]), abs=1e-4)
    assert row.aligned is False


def test_channels_in_time_have_no_lag(tmp_path):
    row = curate_file(late_file(tmp_path, [1], 0), 6.0)
    assert row.channel_lags == [0, 0, 0, 0]
    assert row.message is None
    assert row.azimuth is not None


@pytest.mark.parametrize("seed", [0, 7])
def test_reflections_without_the_direct_path_are_no_lag(tmp_path, seed):
    """Each has a component whose highest peak is a reflection, 2 to 8 ms after W."""
    path = tmp_path / "field.wav"
    soundfile.write(path, simulate(seed, 6, RATE).T, RATE)
    assert curate_file(path, 6.0).channel_lags == [0, 0, 0, 0]


def test_the_limit_and_the_repair_are_configured(tmp_path):
    path = late_file(tmp_path, [1, 3], 60)
    assert curate_file(path, 6.0, max_lag=0.1).verdict == "kept"
    row = curate_file(path, 6.0, align=True)
    assert (row.verdict, row.aligned) == ("kept", True)
    assert "channels_aligned" in row.reasons


def test_alignment_removes_lags_of_both_signs():
    x = np.random.default_rng(0).standard_normal((4, 1000)).astype(np.float32)
    lags = [0, 0.01, -0.02, 0]
    late = x.copy()
    for channel, lag in enumerate(lags):
        late[channel] = np.roll(x[channel], round(lag * 1000))
    aligned = in_time(late, lags, 1000)
    assert np.array_equal(aligned[:, 20:-10], x[:, 20:-10])
    assert (aligned[1, -10:] == 0).all()
    assert in_time(x[:, :5], [0, 0.1, -0.1, 0], 1000).shape == (4, 5)
