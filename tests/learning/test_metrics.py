"""Intervals of accuracies."""

import numpy as np
import pytest

from foa360.learning.metrics import cluster_bootstrap, wilson


def test_wilson_interval():
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 0) == (0, 1)
    assert wilson(10, 10).high == pytest.approx(1)


def test_bootstrap_over_videos_is_wider_than_over_pairs():
    correct = np.repeat([1, 1, 1, 0, 1, 0, 1, 1], 50)
    videos = np.repeat(np.arange(8), 50)
    low, high = cluster_bootstrap(correct, videos)
    pairs = wilson(correct.sum(), len(correct))
    assert low < pairs.low
    assert high > pairs.high
    assert cluster_bootstrap(np.ones(9), np.arange(9)) == (1, 1)
