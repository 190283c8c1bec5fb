"""Figures of hand-made rows."""

import math

import pytest

from foa360.core.records import DownstreamItem
from foa360.downstream.figures import figures


def row(
    split: int, item: str, outcome: float, part: float, network: str = "trained", seed: int = 0
):
    return DownstreamItem(
        data="ucf101",
        split=split,
        role="test",
        system="linear",
        network=network,
        seed=seed,
        item=item,
        cluster=item,
        label=item[0],
        predicted="a",
        outcome=outcome,
        part_outcome=part,
    )


ROWS = [
    row(1, "a1", 1, 0.5),
    row(1, "b1", 0, 0.25),
    row(2, "a2", 1, 1),
    row(2, "a3", 1, 1),
    row(2, "b2", 1, 0),
    row(2, "b3", 0, 0),
    row(1, "a1", 0, 0, "untrained"),
    row(1, "b1", 0, 0.5, "untrained"),
    row(2, "a2", 1, 0, "untrained"),
    row(2, "b2", 1, 0, "untrained"),
]


def test_a_figure_is_the_mean_of_the_means_of_splits_beside_the_untrained_network():
    found = figures(ROWS)
    whole = found["linear, video accuracy"]
    assert whole["value"] == pytest.approx((0.5 + 0.75) / 2)
    assert whole["untrained"] == pytest.approx((0 + 1) / 2)
    assert found["linear untrained, video accuracy"]["value"] == pytest.approx(0.5)
    assert whole["chance"] == pytest.approx(0.5)
    assert whole["low"] < whole["value"] < whole["high"]
    assert (whole["items"], whole["splits"], whole["seeds"]) == (6, [1, 2], [0])
    assert found["linear, clip accuracy, split 1"]["value"] == pytest.approx(0.375)
    assert found["linear, clip accuracy, split 2"]["value"] == pytest.approx(0.5)


def test_seeds_count_alike_and_items_that_cannot_be_read_do_not_count():
    rows = [row(1, "a1", 1, 1), row(1, "b1", 1, 1), row(1, "a1", 0, 1, seed=1)]
    unread = DownstreamItem(
        data="ucf101", split=1, role="test", system="", network="", seed=0, item="b2",
        cluster="b2", label="b", reason="empty_file",
    )  # fmt: skip
    found = figures([*rows, unread])
    assert found["linear, video accuracy"]["value"] == pytest.approx(0.5)
    assert found["linear, video accuracy"]["seeds"] == [0, 1]
    assert "linear, video accuracy, split 1" not in found
    assert figures([unread]) == {}
    assert math.isfinite(found["linear, video accuracy"]["low"])
