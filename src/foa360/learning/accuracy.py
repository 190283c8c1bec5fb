"""Accuracy of decisions, with its interval and everything that it has to be compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from foa360.core.records import Decision
from foa360.learning.metrics import Interval, cluster_interval, paired_interval

#: Columns of outcomes beside that of the trained network: of a network with random weights, and of
#: the trained one without the information that its figure is about.
CONTROLS = ("untrained", "blind_other", "blind_mean", "deaf")
#: Largest error of a direction that counts as right, radians.
NEAR = float(np.radians(45))
#: Bounds of the bins of the absolute yaw offset of misaligned audio, degrees.
YAW_BINS = [(low, low + 30) for low in range(60, 180, 30)]


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Accuracy of decisions, with what it has to be compared with.

    accuracy : share of right decisions; a tie counts as half.
    ci_low, ci_high : 95 % interval over videos, and over seeds where there are several.
    chance : accuracy of guessing.
    untrained : accuracy of a network of the same shape with random weights.
    blind : accuracy without the clip's own video, the higher one of `blind_other` (that of another
        clip) and `blind_mean` (the mean); None where video plays no part.
    deaf : accuracy with another clip's audio, or with the mean; None where audio alone decides.
    reached_by : names of those that reach the lower bound of the interval. If there are any, the
        accuracy shows nothing.
    decisions, videos : numbers of decisions and of test videos.
    seeds : random seeds of the networks.
    """

    accuracy: float
    ci_low: float
    ci_high: float
    chance: float
    untrained: float
    blind: float | None
    blind_other: float | None
    blind_mean: float | None
    deaf: float | None
    reached_by: Sequence[str]
    decisions: int
    videos: int
    seeds: Sequence[int]


def accuracy(decisions: Sequence[Decision], chance: float) -> dict[str, object]:
    """Metrics of the decisions of one evaluation, and of their parts.

    Parameters
    ----------
    decisions : sequence of Decision
        At least one.
    chance : float
        Accuracy of guessing.

    Returns
    -------
    dict
        Fields of `Metrics`, and the same for parts of the decisions: `by_crops`, `by_validity`, and
        `by_objects` for matching, `by_yaw` for alignment; `errors` of directions.
    """
    metrics: dict[str, object] = asdict(_metrics(decisions, chance))
    parts = {
        "by_crops": {
            kind: [d for d in decisions if d.crops == kind] for kind in ("yolo", "random")
        },
        "by_validity": {
            "valid": [d for d in decisions if d.valid],
            "not valid": [d for d in decisions if not d.valid],
        },
    }
    if decisions[0].evaluation == "matching":
        parts["by_objects"] = {
            str(count): [d for d in decisions if d.objects == count] for count in (0, 1, 2)
        }
    if decisions[0].evaluation == "avsa_choice":
        parts["by_yaw"] = {
            f"{low} to {high}": [d for d in decisions if low <= _degrees(d.yaw_offset) < high]
            for low, high in YAW_BINS
        }
    if decisions[0].error is not None:
        metrics["errors"] = direction_errors(decisions)
    for name, by_kind in parts.items():
        metrics[name] = {
            kind: asdict(_metrics(part, chance)) for kind, part in by_kind.items() if part
        }
    return metrics


def direction_errors(decisions: Sequence[Decision]) -> dict[str, dict[str, float]]:
    """Mean angles, degrees, between directions and the nearest object, with 95 % intervals.

    `network` searches the sphere, `intensity` is the direction of the intensity vector, `random`
    stands for any direction; `gain` is by how much the network is nearer than the intensity vector.
    """
    columns = {
        name: np.degrees(_column(decisions, column))
        for name, column in (
            ("network", "error"),
            ("intensity", "intensity_error"),
            ("random", "random_error"),
        )
    }
    columns["gain"] = columns["intensity"] - columns["network"]
    videos = [decision.video_id for decision in decisions]
    errors = {}
    for name, values in columns.items():
        mean, interval = paired_interval(values, videos)
        if len(set(videos)) < 2:
            interval = Interval(-180.0, 180.0)
        errors[name] = {"mean": mean, "ci_low": interval.low, "ci_high": interval.high}
    return errors


def compare(
    first: Sequence[Decision], second: Sequence[Decision]
) -> tuple[float, float, float, int, int] | None:
    """Difference of two accuracies over the lines that both have decided about.

    Outcomes of several seeds are averaged for each line.

    Returns
    -------
    difference, low, high : float
        Of the second from the first, with a 95 % interval over videos.
    decisions, videos : int
        What they are of. None where there is no line that both have decided about.
    """
    outcomes = [_by_line(decisions) for decisions in (first, second)]
    common = sorted(set(outcomes[0]) & set(outcomes[1]))
    if not common:
        return None
    videos = {decision.number: decision.video_id for decision in first}
    clusters = [videos[number] for number in common]
    differences = [outcomes[0][number] - outcomes[1][number] for number in common]
    mean, interval = paired_interval(differences, clusters)
    return mean, interval.low, interval.high, len(common), len(set(clusters))


def _by_line(decisions: Sequence[Decision]) -> dict[int, float]:
    outcomes: dict[int, list[float]] = {}
    for decision in decisions:
        outcomes.setdefault(decision.number, []).append(decision.outcome)
    return {number: float(np.mean(values)) for number, values in outcomes.items()}


def _metrics(decisions: Sequence[Decision], chance: float) -> Metrics:
    share = float(_column(decisions, "outcome").mean())
    controls = {name: _share(decisions, name) for name in CONTROLS}
    videos = [decision.video_id for decision in decisions]
    seeds = [decision.seed for decision in decisions]
    interval = cluster_interval(_column(decisions, "outcome"), videos, seeds)
    blind = [controls[name] for name in ("blind_other", "blind_mean")]
    known = [value for value in blind if value is not None]
    return Metrics(
        accuracy=share,
        ci_low=interval.low,
        ci_high=interval.high,
        chance=chance,
        untrained=controls["untrained"] or 0.0,
        blind=max(known) if known else None,
        blind_other=controls["blind_other"],
        blind_mean=controls["blind_mean"],
        deaf=controls["deaf"],
        reached_by=_reached_by(interval.low, {"chance": chance} | controls),
        decisions=len(decisions),
        videos=len(set(videos)),
        seeds=sorted(set(seeds)),
    )


def _reached_by(low: float, others: Mapping[str, float | None]) -> list[str]:
    """Names of the accuracies that reach the lower bound of an interval."""
    return [name for name, value in others.items() if value is not None and value >= low]


def _share(decisions: Sequence[Decision], name: str) -> float | None:
    """Mean of a column of outcomes, where the decisions have it."""
    if getattr(decisions[0], name) is None:
        return None
    return float(_column(decisions, name).mean())


def _column(decisions: Sequence[Decision], name: str) -> NDArray[np.float64]:
    return np.array([getattr(decision, name) for decision in decisions], float)


def _degrees(yaw_offset: float) -> float:
    """Absolute angle of a yaw offset, 0 to 180°."""
    return float(abs((np.degrees(yaw_offset) + 180) % 360 - 180))
