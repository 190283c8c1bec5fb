"""Join the figures of an experiment over its seeds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from foa360.core import tables
from foa360.core.files import atomic
from foa360.core.records import Decision
from foa360.learning.accuracy import accuracy


def pool_seeds(
    decisions: Sequence[Path], metrics: Mapping[str, Sequence[Path]], outputs: Mapping[str, Path]
) -> None:
    """Write the metrics of an experiment over all its seeds, with an interval over seeds too.

    Parameters
    ----------
    decisions : sequence of Path
        A table of each seed, Decision.
    metrics : dict of sequences of Path
        Metrics of each seed by the name of their evaluation.
    outputs : dict of Path
        JSON file that is written, by the name of its evaluation.
    """
    rows = [row for path in decisions for row in tables.read(path, Decision)]
    for name, output in outputs.items():
        of_seeds = [json.loads(path.read_text()) for path in metrics[name]]
        measured = [result for result in of_seeds if result["accuracy"] is not None]
        joined = of_seeds[0]
        if measured:
            own = [row for row in rows if row.evaluation == name]
            joined = measured[0] | accuracy(own, measured[0]["chance"])
        if "variants" in joined:
            joined["variants"] = _mean([result["variants"] for result in measured])
        with atomic(output) as temporary:
            temporary.write_text(json.dumps(joined, indent=1) + "\n")


def _mean(variants: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: sum(v[name] for v in variants) / len(variants) for name in variants[0]}
