"""Compare experiments by their decisions about the same lines."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from foa360.core import tables
from foa360.core.records import Comparison, Decision
from foa360.learning.accuracy import compare


def compare_experiments(decisions: Mapping[str, Sequence[Path]], output: Path) -> None:
    """Write the paired differences between all experiments, Comparison.

    Parameters
    ----------
    decisions : dict of sequences of Path
        Tables of each seed, Decision, by the name of the experiment.
    output : Path
        Table that is written.
    """
    by_experiment = {
        name: tables.grouped(
            [row for path in paths for row in tables.read(path, Decision)],
            lambda row: row.evaluation,
        )
        for name, paths in decisions.items()
    }
    rows = []
    for first, second in combinations(by_experiment, 2):
        for evaluation, own in by_experiment[first].items():
            found = compare(own, by_experiment[second].get(evaluation, []))
            if found is None:
                continue
            difference, low, high, count, videos = found
            rows.append(
                Comparison(
                    evaluation=evaluation,
                    first=first,
                    second=second,
                    difference=difference,
                    ci_low=low,
                    ci_high=high,
                    decisions=count,
                    videos=videos,
                )
            )
    tables.write(output, rows, Comparison)
