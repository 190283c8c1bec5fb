"""Curves of a training while it runs, for TensorBoard."""

import shutil
from pathlib import Path

from lightning_fabric.loggers.tensorboard import TensorBoardLogger

from foa360.learning.training.pace import Pace
from foa360.learning.training.run import TrainingRun


class TrainingLog:
    """Writes what is new after a step. Without a folder it writes nothing."""

    def __init__(self, folder: Path | None, first_step: int) -> None:
        """Continue the curves in a folder from a step; those of an earlier training are deleted."""
        self.logger: TensorBoardLogger | None = None
        if folder is not None:
            if first_step == 0:
                shutil.rmtree(folder, ignore_errors=True)
            self.logger = TensorBoardLogger(folder, name="", version="", purge_step=first_step)

    def write(self, run: TrainingRun, pace: Pace) -> None:
        """Write the points of the curves that the last step has added, with the pace until then."""
        if self.logger is None:
            return
        values: dict[str, float] = {}
        if run.curves and run.curves[-1].step == run.step:
            values = run.curves[-1]._asdict() | pace._asdict()
            values["learning_rate"] = float(run.schedule.get_last_lr()[0])
            del values["step"]
        if run.validations and run.validations[-1].step == run.step:
            values["validation_loss"] = run.validations[-1].loss
        if values:
            self.logger.log_metrics(values, run.step)

    def close(self) -> None:
        """Flush the file."""
        if self.logger is not None:
            self.logger.finalize("success")
