"""Evaluate one model on the test list, by all evaluations, into JSON files and rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from foa360.config.evaluate import Evaluate
from foa360.core import tables
from foa360.core.files import atomic
from foa360.core.records import Decision, TestLine
from foa360.learning.accuracy import accuracy
from foa360.learning.checkpoint import ModelInfo, load_with_untrained
from foa360.learning.model_data import model_dataset
from foa360.learning.models.audiovisual import AudioVisual
from foa360.stages.evaluate.choices import CHOICES, WITHOUT, Embedded, embed
from foa360.stages.evaluate.classifiers import FALSE_AUDIO, Classification, Variant
from foa360.stages.evaluate.direction import DIRECTION, search_directions
from foa360.stages.evaluate.lines import ReadLines, read_lines
from foa360.stages.evaluate.probe import PROBE, probe_classes, probe_outcomes
from foa360.stages.evaluate.retrieval import RANKS, found, one_line_per_video

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Names of all evaluations, and of their files.
EVALUATIONS = [*CHOICES, *FALSE_AUDIO, *RANKS, DIRECTION, PROBE]
#: Numbers of the trained and of the untrained network.
TRAINED, UNTRAINED = 0, 1

#: Metrics of an evaluation, or `accuracy: None` and the reason.
Result = dict[str, object]
#: Outcomes by column.
Outcomes = dict[str, Tensor]


@dataclass(frozen=True, kw_only=True)
class EvaluateFiles:
    """Paths of the stage.

    shards : feature shards.
    test_list : TestLine.
    model : weights, as the stage `train` writes them.
    metrics : a JSON file for each evaluation, by its name.
    decisions : output, Decision.
    """

    shards: Sequence[Path]
    test_list: Path
    model: Path
    metrics: dict[str, Path]
    decisions: Path


def evaluate_model(files: EvaluateFiles, settings: Evaluate, progress: "Progress") -> None:
    """Write the metrics of a model in all evaluations, and every decision.

    The JSON files have the fields of `Metrics`. Where an evaluation cannot be measured, `accuracy`
    is null and `note` gives the reason. Clips that cannot be read are left out for all networks and
    controls, and named.

    Parameters
    ----------
    files : EvaluateFiles
        Input and output paths.
    settings : Evaluate
        Section `evaluate` of the configuration.
    progress : Progress
        Reports batches.
    """
    networks, info = load_with_untrained(files.model)
    evaluation = _Evaluation(files, settings, networks, info, progress)
    results = evaluation.results()
    facts = {
        "experiment": info.experiment,
        "trained_for": info.task,
        "steps": info.steps,
        "train_videos": info.videos,
        "damaged_clips": tables.read_metadata(files.test_list)
        .get("damaged_clips", "")
        .splitlines(),
        "unreadable_clips": evaluation.test.unreadable,
    }
    for name, path in files.metrics.items():
        result = {"task": name} | facts | results[name]
        with atomic(path) as temporary:
            temporary.write_text(json.dumps(result, indent=1) + "\n")
    tables.write(files.decisions, evaluation.decisions, Decision)


class _Evaluation:
    """Results of one model, and the decisions that they come from."""

    def __init__(
        self,
        files: EvaluateFiles,
        settings: Evaluate,
        networks: list[AudioVisual],
        info: ModelInfo,
        progress: "Progress",
    ) -> None:
        self.settings = settings
        self.networks = networks
        self.info = info
        self.decisions: list[Decision] = []
        lines = tables.read(files.test_list, TestLine)
        self.progress = progress
        self.data = {split: model_dataset(files.shards, split, info) for split in ("train", "test")}
        self.train, self.test = (
            read_lines(networks, data, [line for line in lines if line.split == split], progress)
            for split, data in self.data.items()
        )

    def results(self) -> dict[str, Result]:
        """Return the metrics of each evaluation."""
        if not self.test.decidable.any():
            return dict.fromkeys(EVALUATIONS, _not_measured("needs clips of two test videos"))
        embedded = [
            embed(network, number, self.test) for number, network in enumerate(self.networks)
        ]
        results = {name: self._choice(name, embedded) for name in CHOICES}
        results |= {name: self._classification(name) for name in FALSE_AUDIO}
        results |= {name: self._retrieval(name, count, embedded) for name, count in RANKS.items()}
        results[DIRECTION] = self._direction()
        results[PROBE] = self._probe()
        return results

    def _choice(self, name: str, embedded: list[Embedded]) -> Result:
        if name == "matching" and embedded[TRAINED].video.shape[1] < 2:
            return _not_measured("needs two viewpoints per clip")
        rows = np.flatnonzero(self.test.decidable)
        if name == "avts_choice":
            rows = np.flatnonzero(self.test.decidable & self.test.shiftable)
        if not len(rows):
            return _not_measured("the clips are too short for audio at another time")
        choose = CHOICES[name]
        outcomes = {"outcome": choose(embedded[TRAINED]), "untrained": choose(embedded[UNTRAINED])}
        for control, without in WITHOUT.items():
            outcomes[control] = choose(without(embedded[TRAINED]))
        return self._result(name, rows.tolist(), {n: o[rows] for n, o in outcomes.items()}, 0.5)

    def _classification(self, name: str) -> Result:
        if not self.train.decidable.any():
            return _not_measured("needs clips of two training videos")
        rows = np.flatnonzero(self.test.decidable).tolist()
        fitted = [
            Classification(network=network, number=number, train=self.train, test=self.test)
            for number, network in enumerate(self.networks)
        ]

        def outcomes(number: int, variant: Variant) -> Tensor:
            return fitted[number].outcomes(name, variant, self.settings, self.info.seed)

        columns = {
            "outcome": outcomes(TRAINED, Variant()),
            "untrained": outcomes(UNTRAINED, Variant()),
            "blind_mean": outcomes(TRAINED, Variant(blind=True)),
            "deaf": outcomes(TRAINED, Variant(deaf=True)),
        }
        result = self._result(name, rows, columns, 0.5)
        variants = {"1 viewpoint": Variant(views=1)}
        if self.info.context:
            variants["with transformer"] = Variant(translated=True)
        result["variants"] = {
            title: float(outcomes(TRAINED, variant).mean()) for title, variant in variants.items()
        }
        return result

    def _retrieval(self, name: str, count: int, embedded: list[Embedded]) -> Result:
        rows = one_line_per_video(self.test)
        if len(rows) <= count:
            return _not_measured(f"needs more than {count} test videos")
        columns = {
            "outcome": found(embedded[TRAINED], rows, count),
            "untrained": found(embedded[UNTRAINED], rows, count),
        }
        for control, without in WITHOUT.items():
            columns[control] = found(without(embedded[TRAINED]), rows, count)
        return self._result(name, rows, columns, count / len(rows))

    def _direction(self) -> Result:
        search = search_directions(self.networks, self.data["test"], self.test, self.progress)
        if not search.rows:
            return _not_measured("needs test clips with detected objects")
        return self._result(DIRECTION, search.rows, search.columns, search.chance)

    def _probe(self) -> Result:
        labelled = probe_classes(self.train, self.test)
        if labelled is None:
            return _not_measured("needs detected objects of two classes in each split")
        classes, rows, chance = labelled
        splits = self.train, self.test
        columns = {
            name: probe_outcomes(number, splits, classes, self.settings, self.info.seed)
            for name, number in (("outcome", TRAINED), ("untrained", UNTRAINED))
        }
        return self._result(PROBE, rows, columns, chance) | {"classes": classes}

    def _result(self, name: str, rows: list[int], outcomes: Outcomes, chance: float) -> Result:
        """Keep the decisions about rows, and return their metrics."""
        decisions = _decisions(name, self.info.seed, self.test, rows, outcomes)
        self.decisions += decisions
        return accuracy(decisions, chance)


def _decisions(
    name: str, seed: int, read: ReadLines, rows: list[int], outcomes: Outcomes
) -> list[Decision]:
    columns = {column: values.tolist() for column, values in outcomes.items()}
    decisions = []
    for place, row in enumerate(rows):
        line = read.lines[row]
        views = {line.view_a, line.view_b}
        decisions.append(
            Decision(
                evaluation=name,
                seed=seed,
                number=line.number,
                clip_id=line.clip_id,
                video_id=line.video_id,
                crops=line.crops,
                valid=line.valid,
                objects=sum(line.on_object[view] for view in views),
                yaw_offset=line.yaw_offset,
                **{column: values[place] for column, values in columns.items()},
            )
        )
    return decisions


def _not_measured(reason: str) -> Result:
    return {"accuracy": None, "note": reason}
