"""Set published figures beside those of the experiments that repeat them."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from foa360.core.files import atomic

#: Columns that are added to those of `published.csv`.
OWN = ("own_value", "own_low", "own_high", "own_chance", "own_blind", "own_deaf", "own_data")


def published_rows() -> list[dict[str, str]]:
    """Read the published figures.

    Columns: system, data, split, metric, value (empty where it was not found), unit, source, place
    (or why there is no value), verified (whether the source itself was read), and the experiment,
    evaluation and part of ours that repeat it; empty where none does.
    """
    text = files("foa360.stages.published").joinpath("published.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def join_published(
    evaluations: Mapping[str, Sequence[Path]], sources: Sequence[str], output: Path
) -> None:
    """Write the published figures, and ours where an experiment of that name was run.

    Ours are in percent, as theirs, with their interval and controls. Nothing is filled in for what
    was not run. `own_data` has the kinds of the sources: figures of rendered scenes (`demo`) say
    nothing about real videos. For a data set that networks are transferred to it names that.

    Parameters
    ----------
    evaluations : dict of sequences of Path
        JSON files, called after their evaluation, by the name of the experiment.
    sources : sequence of str
        Kinds of the sources of clips.
    output : Path
        CSV file that is written.
    """
    rows = published_rows()
    with atomic(output) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*rows[0], *OWN], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(row | dict(_own(row, evaluations, sources)))


def _own(
    row: Mapping[str, str], evaluations: Mapping[str, Sequence[Path]], sources: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Columns of ours for a published figure; none where it was not run or not measured."""
    paths = evaluations.get(row["experiment"], [])
    path = next((path for path in paths if path.stem == row["evaluation"]), None)
    if path is None:
        return
    result = json.loads(path.read_text())
    if "figures" in result:
        yield from _of_figures(row, result)
        return
    if result["accuracy"] is None:
        return
    if row["part"]:  # a variant has no interval of its own
        values = {"own_value": result.get("variants", {}).get(row["part"])}
    else:
        names = ("accuracy", "ci_low", "ci_high", "chance", "blind", "deaf")
        values = dict(zip(OWN, (result[name] for name in names), strict=False))
    for name, value in values.items():
        if value is not None:
            yield name, f"{100 * value:.1f}"
    yield "own_data", " ".join(sources)


def _of_figures(row: Mapping[str, str], result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Columns of ours for a figure on a data set that networks are transferred to."""
    figure = result["figures"].get(row["part"])
    if figure is None:
        return
    scale = 100 if row["unit"] == "%" else 1
    names = {"own_deaf": "other"} | {
        f"own_{name}": name for name in ("value", "low", "high", "chance")
    }
    for column, name in names.items():
        if name in figure:
            yield column, f"{scale * figure[name]:.{1 if scale == 100 else 3}f}"
    data = result.get("data", result["task"])
    if result.get("classes") != result.get("classes_of_the_data_set"):
        data += f", {result['classes']} of {result['classes_of_the_data_set']} classes"
    yield "own_data", data
