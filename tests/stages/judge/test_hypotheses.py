"""Probabilities of conventions: consistent, the same in any order of the channels, and cautious."""

from itertools import permutations

import numpy as np
import pytest
from simulation import simulate
from simulation.measured import simulated_row
from simulation.scenes import dry_signal

from foa360.ambisonics.descriptors import block_spectra
from foa360.ambisonics.evidence import evidence
from foa360.config.curate import Curate
from foa360.core.records import Clip, CuratedClip
from foa360.stages.judge.evidence_stack import stack
from foa360.stages.judge.hypotheses import NO_FIELD, W_ELSEWHERE, Weighed, weigh
from foa360.stages.judge.video import judge_video

RATE = 24000
SECONDS = 5.0
FUMA = np.array([0.5**0.5, 1, 1, 1])[:, None]


@pytest.fixture(scope="module")
def fields() -> list[np.ndarray]:
    return [simulate(seed, SECONDS, RATE) for seed in (12, 13, 15)]


def weighed(x: np.ndarray) -> Weighed:
    no = np.array([False])
    (found,) = weigh(stack([evidence(block_spectra(x, RATE))]), no, no)
    return found


def judged(x: np.ndarray, **settings: object) -> CuratedClip:
    span = Clip(clip_id="v_0", video_id="v", start=0.0, duration=SECONDS)
    row = simulated_row(span, x, RATE, np.random.default_rng(0))
    (found,) = judge_video([row], Curate(**settings)).clips
    return found


def test_probabilities_sum_to_one(fields):
    for x in fields:
        found = weighed(x)
        assert sum(found.w) + sum(found.kinds) == pytest.approx(1)
        assert sum(found.gains(0).values()) == pytest.approx(1)
        assert sum(found.heights(0)) == pytest.approx(1)
        assert sum(found.names().values()) <= found.w[0] + 1e-9


def test_w_is_found_wherever_it_is(fields):
    for x in fields:
        for w in range(4):
            order = [1, 2, 3]
            order.insert(w, 0)
            # By the evidence alone; files mostly begin with W.
            prior = np.array([1 - W_ELSEWHERE - NO_FIELD, *[W_ELSEWHERE / 3] * 3])
            assert int(np.argmax(weighed(x[order]).w / prior)) == w


def test_an_empty_last_channel_is_likelier_z_than_x(fields):
    for x in fields:
        names = weighed(x[[0, 3, 1, 2]] * np.array([[1], [1], [1], [0]])).names()
        assert names["ACN/SN3D"] < 0.5
        assert names["WXYZ/SN3D"] + names["FuMa"] > names["ACN/SN3D"]


@pytest.mark.parametrize("component", [1, 2, 3])
def test_one_component_too_loud_is_no_convention_that_is_sure(fields, component):
    for x in fields:
        odd = x * np.where(np.arange(4) == component, 3.0, 1.0)[:, None]
        row = judged(odd)
        assert row.confidence is None or row.confidence < 0.95
        assert row.convention in {"undecided", "ACN/SN3D"} or row.confidence < 0.8


def test_a_repair_needs_its_probability(fields):
    for x in fields:
        given = x[[0, 3, 1, 2]] * FUMA
        row = judged(given, repair_probability=0.0)
        if row.convention != "FuMa":
            continue
        assert row.gains[0] == pytest.approx(2**0.5)
        kept = judged(given, repair_probability=1.0)
        assert (kept.planes, kept.gains) == ([0, 1, 2, 3], [1.0] * 4)
        assert "convention_unsure" in kept.reasons
        assert "rescaled_fuma" not in kept.reasons
        rejected = judged(given, repair_probability=1.0, unsure="reject")
        assert (rejected.verdict, "undecided" in rejected.reasons) == ("rejected", True)
        break
    else:
        pytest.fail("none of the fields was named FuMa")


def test_certainty_is_never_stated(fields):
    for x in fields:
        row = judged(x)
        assert row.convention == "ACN/SN3D"
        assert 0.5 < row.confidence < 1
        assert len(row.probabilities) == 3


def test_the_order_of_the_others_is_never_sure():
    """Sources at both sides and above: X is empty, and looks like a height wherever it is."""
    random = np.random.default_rng(3)
    dry = np.stack([dry_signal(random, int(RATE * SECONDS), RATE) for _ in range(3)])
    w, y, z = dry.sum(0), dry[0] - dry[1], dry[2]
    x = np.stack([w, y, z, 0 * w])
    for others in permutations((1, 2, 3)):
        found = weighed(x[[0, *others]])
        assert max(found.names().values()) < 0.95
        assert found.w[0] > 0.95
        assert max(found.heights(0)) <= 0.95 + 1e-9
        assert sum(found.heights(0)) == pytest.approx(1)


def test_an_empty_channel_is_one_component_where_the_order_is_in_doubt(fields):
    for x in fields:
        row = judged(x[[0, 3, 1, 2]] * np.array([[1], [1], [1], [0]]), repair_probability=1.0)
        assert row.convention in {"WXYZ/SN3D", "FuMa", "undecided"}
        assert "component_empty" in row.reasons
        assert "horizontal_only" not in row.reasons
        if row.convention != "undecided":
            assert "X is empty, or Z, since W X Y Z is likelier" in row.message


def test_of_channels_that_fit_equally_any_may_be_w():
    """One dry source in front: X and W are the same signal."""
    w = dry_signal(np.random.default_rng(5), int(RATE * SECONDS), RATE)
    noise = 1e-3 * np.random.default_rng(6).standard_normal((4, len(w)))
    for order in ([1, 2, 3, 0], [2, 1, 3, 0]):
        row = judged((np.stack([w, 0 * w, 0 * w, w]) + noise)[order], repair_probability=0.0)
        assert row.convention == "undecided" or row.confidence < 0.5
