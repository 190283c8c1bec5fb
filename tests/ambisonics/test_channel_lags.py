"""Lags of channels behind the first."""

import numpy as np
import pytest
from simulation import simulate

from foa360.ambisonics import encode
from foa360.ambisonics.channel_lags import channel_lags

RATE = 24000


def late(x: np.ndarray, channel: int, ms: float) -> np.ndarray:
    """Delay one channel, or advance it, by whole samples."""
    shift = round(ms / 1000 * RATE)
    out = x.copy()
    out[channel] = np.roll(x[channel], shift)
    return out


@pytest.fixture(scope="module")
def field() -> np.ndarray:
    return simulate(4, 6, RATE)


@pytest.mark.parametrize("ms", [1, 7.5, 20, 60, 100, 400, -2, -30])
@pytest.mark.parametrize("channel", [1, 2, 3])
def test_a_lag_is_found_to_a_tenth_of_a_millisecond(field, channel, ms):
    found = channel_lags(late(field, channel, ms), RATE)
    assert 1000 * found.seconds[channel - 1] == pytest.approx(ms, abs=0.1)
    assert found.in_time[channel - 1] < 0.3
    others = [k for k in range(3) if k != channel - 1]
    assert (found.in_time[others] == 1).all()


def test_a_moving_source_changes_the_sign_of_a_channel_but_no_lag():
    noise = np.random.default_rng(0).standard_normal(8 * RATE)
    x = encode(np.linspace(-np.pi, np.pi, len(noise)), 0.3).T * noise
    found = channel_lags(late(x, 1, 15), RATE)
    assert 1000 * found.seconds == pytest.approx([15, 0, 0], abs=0.1)


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 96000])
def test_every_sampling_rate_is_measured(rate):
    noise = np.random.default_rng(1).standard_normal(4 * rate)
    x = encode(0.5, 0.4)[:, None] * noise
    x[3] = np.roll(x[3], rate // 50)
    found = channel_lags(x, rate)
    assert 1000 * found.seconds == pytest.approx([0, 0, 20], abs=0.1)


def test_silent_channels_have_no_lag(field):
    dead = field.copy()
    dead[2] = 0
    found = channel_lags(dead, RATE)
    assert (found.seconds[1], found.peak[1], found.in_time[1]) == (0, 0, 1)
    for samples in (0, 1, 1000):
        nothing = channel_lags(np.zeros((4, samples), np.float32), RATE)
        assert (nothing.peak == 0).all()
