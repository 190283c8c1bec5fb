"""Figures of a data set: every measure of every system, over splits and seeds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from foa360.core.records import DownstreamItem
from foa360.core.tables import grouped
from foa360.learning.metrics import cluster_interval, paired_interval


@dataclass(frozen=True)
class Measure:
    """A column of the rows, and what its mean is called.

    is_loss : whether it is a log loss (nats), and no share.
    """

    column: str
    title: str
    is_loss: bool = False


#: Measures by data set.
MEASURES = {
    "ucf101": (Measure("outcome", "video accuracy"), Measure("part_outcome", "clip accuracy")),
    "eigenscape": (Measure("outcome", "accuracy"), Measure("loss", "log loss", is_loss=True)),
    "tau2021": (
        Measure("outcome", "10 s accuracy"),
        Measure("part_outcome", "1 s accuracy"),
        Measure("loss", "10 s log loss", is_loss=True),
        Measure("part_loss", "1 s log loss", is_loss=True),
    ),
    "hmdb51": (Measure("outcome", "video accuracy"), Measure("part_outcome", "clip accuracy")),
}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A mean over items, first of each split and seed, then over these.

    value : share of right decisions, or log loss in nats.
    low, high : 95 % interval over clusters of items, and over seeds where there are several.
    chance : what guessing the most frequent class reaches; for a log loss, equal probabilities.
    untrained : what the same system reaches from random weights; None for those themselves.
    items : number of test items; clusters : of recordings or places that they are of.
    """

    value: float
    low: float
    high: float
    chance: float
    untrained: float | None
    items: int
    clusters: int
    splits: list[int]
    seeds: list[int]


def figures(rows: Sequence[DownstreamItem]) -> dict[str, dict[str, object]]:
    """Compute the figures of one data set and experiment, by their name.

    Names are “system, measure”, and “system, measure, split 1” where there are several splits. The
    systems of untrained networks are called “system untrained”.

    Parameters
    ----------
    rows : sequence of DownstreamItem
        Of all splits and seeds.

    Returns
    -------
    dict
        Fields of `Figure` by name; empty where no test item could be read.
    """
    decided = [row for row in rows if row.role == "test" and row.outcome is not None]
    result: dict[str, dict[str, object]] = {}
    for data, of_data in grouped(decided, lambda row: row.data).items():
        for system, of_system in grouped(of_data, lambda row: row.system).items():
            for measure in MEASURES[data]:
                measured = [row for row in of_system if getattr(row, measure.column) is not None]
                networks = grouped(measured, lambda row: row.network)
                for name, by_network in _with_splits(networks).items():
                    untrained = by_network.get("untrained")
                    control = None if untrained is None else _mean(untrained, measure)
                    key = f"{measure.title}{name}"
                    for network, some in by_network.items():
                        is_control = network == "untrained"
                        title = f"{system} untrained" if is_control else system
                        figure = _figure(some, measure, None if is_control else control)
                        result[f"{title}, {key}"] = asdict(figure)
    return result


def _with_splits(
    networks: dict[str, list[DownstreamItem]],
) -> dict[str, dict[str, list[DownstreamItem]]]:
    """Return the rows of all splits, and those of each, by the end of the figure's name."""
    parts = {"": networks}
    splits = sorted({row.split for rows in networks.values() for row in rows})
    if len(splits) > 1:
        for split in splits:
            parts[f", split {split}"] = {
                network: [row for row in rows if row.split == split]
                for network, rows in networks.items()
            }
    return parts


def _figure(rows: list[DownstreamItem], measure: Measure, untrained: float | None) -> Figure:
    values = _values(rows, measure)
    clusters = [row.cluster for row in rows]
    if measure.is_loss:
        interval = paired_interval(values, clusters)[1]
    else:
        interval = cluster_interval(values, clusters, [row.seed for row in rows])
    labels = np.unique([row.label for row in rows], return_counts=True)[1]
    chance = float(np.log(len(labels)) if measure.is_loss else labels.max() / labels.sum())
    return Figure(
        value=_mean(rows, measure),
        low=interval.low,
        high=interval.high,
        chance=chance,
        untrained=untrained,
        items=len({(row.split, row.item) for row in rows}),
        clusters=len(set(clusters)),
        splits=sorted({row.split for row in rows}),
        seeds=sorted({row.seed for row in rows}),
    )


def _mean(rows: list[DownstreamItem], measure: Measure) -> float:
    parts = grouped(rows, lambda row: (row.split, row.seed))
    return float(np.mean([_values(part, measure).mean() for part in parts.values()]))


def _values(rows: list[DownstreamItem], measure: Measure) -> NDArray[np.float64]:
    return np.array([getattr(row, measure.column) for row in rows], float)
