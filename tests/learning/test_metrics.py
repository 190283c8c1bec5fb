"""Intervals of accuracies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from foa360.learning.metrics import cluster_interval, paired_interval


@pytest.mark.parametrize(("videos", "low"), [(8, 0.631), (30, 0.884), (2, 0.158)])
def test_decisions_that_are_all_right_are_worth_one_per_video(videos, low):
    """The exact bound of Clopper and Pearson: 0.025 ** (1 / n)."""
    interval = cluster_interval(np.ones(20 * videos), np.repeat(np.arange(videos), 20))
    assert interval == pytest.approx((low, 1.0), abs=1e-3)
    wrong = cluster_interval(np.zeros(20 * videos), np.repeat(np.arange(videos), 20))
    assert wrong == pytest.approx((0.0, 1 - low), abs=1e-3)


def test_independent_decisions_have_nearly_the_exact_interval():
    outcomes = np.random.default_rng(0).random(400) < 0.7
    exact = binomtest(int(outcomes.sum()), 400).proportion_ci()
    interval = cluster_interval(outcomes, np.arange(400))
    assert interval == pytest.approx((exact.low, exact.high), abs=1e-3)


def test_decisions_that_are_alike_within_videos_count_less():
    outcomes = np.repeat([1, 1, 1, 0, 1, 0, 1, 1], 50)
    interval = cluster_interval(outcomes, np.repeat(np.arange(8), 50))
    exact = binomtest(6, 8).proportion_ci()
    assert interval.low < exact.low
    assert interval.high > exact.high - 0.02


def test_fewer_than_two_videos_say_nothing():
    assert cluster_interval([], []) == (0, 1)
    assert cluster_interval([1, 0, 1], ["a", "a", "a"]) == (0, 1)


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 5)), min_size=1, max_size=60
    )
)
def test_an_interval_holds_the_share_and_has_a_width(decisions):
    outcomes, videos = zip(*decisions, strict=True)
    low, high = cluster_interval(outcomes, videos)
    assert 0 <= low <= np.mean(outcomes) <= high <= 1
    assert high > low


@pytest.mark.parametrize("share", [0.5, 0.75, 0.9])
def test_coverage_over_simulated_videos(share):
    """Accuracies of videos differ as a beta distribution; 95 % is meant, 90 % is required."""
    random = np.random.default_rng(1)
    videos, per_video, correlation = 12, 20, 0.2
    scale = (1 - correlation) / correlation
    held = 0
    for _ in range(300):
        chances = random.beta(share * scale, (1 - share) * scale, videos)
        outcomes = random.random((videos, per_video)) < chances[:, None]
        interval = cluster_interval(outcomes.ravel(), np.repeat(np.arange(videos), per_video))
        held += interval.low <= share <= interval.high
    assert held / 300 >= 0.9


def test_seeds_that_differ_make_an_interval_wider():
    random = np.random.default_rng(0)
    videos = np.tile(np.repeat(np.arange(40), 10), 3)
    seeds = np.repeat([0, 1, 2], 400)
    alike = random.random(1200) < 0.8
    apart = random.random(1200) < np.repeat([0.6, 0.8, 1.0], 400)
    widths = {}
    for name, outcomes in (("alike", alike), ("apart", apart)):
        one = cluster_interval(outcomes, videos)
        all_of_them = cluster_interval(outcomes, videos, seeds)
        widths[name] = (all_of_them.high - all_of_them.low) / (one.high - one.low)
    assert 1 <= widths["alike"] < 3
    assert widths["apart"] > 2 * widths["alike"]
    same = cluster_interval(alike, videos, np.zeros(1200))
    assert same == cluster_interval(alike, videos)


def test_intervals_over_videos_and_seeds_hold_the_truth_as_often_as_they_say():
    random = np.random.default_rng(1)
    inside = 0
    for _ in range(300):
        video = random.normal(0, 0.1, 30)
        seed = random.normal(0, 0.05, 4)
        share = np.clip(0.7 + video[:, None] + seed[None], 0, 1)
        outcomes = random.random((10, 30, 4)) < share
        videos, seeds = np.meshgrid(np.arange(30), np.arange(4), indexing="ij")
        interval = cluster_interval(
            outcomes.ravel(), np.tile(videos.ravel(), 10), np.tile(seeds.ravel(), 10)
        )
        inside += interval.low <= 0.7 <= interval.high
    assert inside >= 0.92 * 300


def test_paired_differences_are_surer_than_two_accuracies():
    random = np.random.default_rng(2)
    videos = np.repeat(np.arange(50), 8)
    hard = random.random(400)
    first, second = hard < 0.8, hard < 0.75
    mean, interval = paired_interval(first.astype(float) - second, videos)
    assert mean == pytest.approx(first.mean() - second.mean())
    assert interval.low > 0
    assert cluster_interval(first, videos).low < cluster_interval(second, videos).high
    assert paired_interval([0.5], ["a"]) == (0.5, (-1, 1))
