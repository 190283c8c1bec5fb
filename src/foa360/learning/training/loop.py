"""The loop over the steps of a training, and the curves that it leaves."""

import csv
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from foa360.core.files import atomic
from foa360.learning.training.log import TrainingLog
from foa360.learning.training.pace import Stopwatch
from foa360.learning.training.run import CurvePoint, Examples, Optimisation, TrainingRun

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


class LoopSettings(Optimisation, Protocol):
    """Settings of the loop, as in section `train` of the configuration."""

    @property
    def batch(self) -> int:
        """Clips per step."""

    @property
    def accumulate(self) -> int:
        """Parts that a batch is divided into."""

    @property
    def validation_interval(self) -> int:
        """Steps between two looks at the validation videos."""


def take_steps(
    run: TrainingRun,
    settings: LoopSettings,
    examples: Iterable[Examples | None],
    validation: Callable[[], Iterable[Examples | None]],
    logs: Path | None,
    progress: "Progress",
) -> None:
    """Take all steps from that of the run on, with validations, checkpoints and curves.

    Parameters
    ----------
    run : TrainingRun
        At its start, or resumed.
    settings : LoopSettings
        Numbers of steps and clips.
    examples : iterable
        This process's share of each part of each batch from there on; as many as there are steps.
    validation : function
        Returns the same examples of the validation videos each time; none without such videos.
    logs : Path, optional
        Receives curves for TensorBoard.
    progress : Progress
        Reports steps, by the first process.
    """
    run.require_same_step()
    first = run.fabric.is_global_zero
    log = TrainingLog(logs if first else None, run.step)
    stopwatch = Stopwatch()
    parts = _grouped(stopwatch.timed(examples), settings.accumulate)
    if first:
        parts = progress(parts, settings.steps - run.step, "steps")
    for batch in parts:
        run.advance(batch)
        stopwatch.clips += settings.batch
        if run.step % settings.validation_interval == 0 or run.step == settings.steps:
            run.validate(validation())
        run.keep()
        log.write(run, stopwatch.pace())
    log.close()
    if first:
        progress.say(str(stopwatch.pace()))


def _grouped(examples: Iterator[Examples | None], count: int) -> Iterator[list[Examples | None]]:
    """Yield lists of so many examples."""
    while batch := list(islice(examples, count)):
        yield batch


def write_curves(path: Path, run: TrainingRun) -> None:
    """Write a row for each step that has a mean of the training or a loss of the validation."""
    points = {point.step: point for point in run.curves}
    losses = {point.step: point.loss for point in run.validations}
    with atomic(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*CurvePoint._fields, "validation_loss"])
        for step in sorted(points.keys() | losses.keys()):
            point = points.get(step)
            means = [f"{point.loss:.5f}", f"{point.accuracy:.4f}"] if point else ["", ""]
            validation = f"{losses[step]:.5f}" if step in losses else ""
            writer.writerow([step, *means, validation])
