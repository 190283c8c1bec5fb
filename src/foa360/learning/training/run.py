"""A training run: model, optimiser, position and curves, which a checkpoint holds."""

import math
import warnings
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from foa360.core.digest import value_digest
from foa360.learning.processes import sum_over_processes, synchronise_batch_norms
from foa360.learning.training.checkpoints import CHECKPOINT_INTERVAL, resume, write_checkpoint

#: Steps between two points of the curves, each a mean over them.
CURVE_INTERVAL = 10
WARM_UP_STEPS = 10


class CurvePoint(NamedTuple):
    """Mean loss (nats) and share of right decisions within the batch, up to a step."""

    step: int
    loss: float
    accuracy: float


class Validation(NamedTuple):
    """Mean loss (nats) on the validation videos after so many steps."""

    step: int
    loss: float


class Examples(NamedTuple):
    """Clips of one step, or of a part of it.

    tensors : arguments of the objective; the first axis of each is the clip.
    names : ids of the clips.
    """

    tensors: tuple[Tensor, ...]
    names: Sequence[str]


class Optimisation(Protocol):
    """Settings of the steps, as in section `train` of the configuration."""

    @property
    def steps(self) -> int:
        """Steps in total."""

    @property
    def learning_rate(self) -> float:
        """Learning rate of Adam."""

    @property
    def weight_decay(self) -> float:
        """Weight decay of Adam (L2)."""

    @property
    def schedule(self) -> Literal["cosine", "constant"]:
        """Course of the learning rate."""


class TrainingRun:
    """A model on its way through the steps of its training."""

    def __init__(
        self,
        fabric: Fabric,
        model: nn.Module,
        objective: nn.Module,
        settings: Optimisation,
        seed: int,
        checkpoint: Path,
    ) -> None:
        """Start at step 0.

        Parameters
        ----------
        fabric : Fabric
            Device, precision, and the other processes of this training.
        model : Module
            Moved to the device.
        objective : Module
            Holds the model. Of the tensors of `Examples` it computes the loss (nats), and the share
            of decisions that are right.
        settings : Optimisation
            Learning rate and number of steps.
        seed : int
            Random seed of what the network leaves out (dropout) in each step.
        checkpoint : Path
            File that an interrupted run resumes from.
        """
        self.fabric = fabric
        self.model = model
        self.settings = settings
        self.seed = seed
        self.checkpoint = checkpoint
        self.fingerprint = ""
        if fabric.world_size > 1:
            synchronise_batch_norms(model, fabric.device.type == "cuda")
        self.optimiser = torch.optim.Adam(
            model.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        )
        factor = _constant_factor if settings.schedule == "constant" else _cosine_factor
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimiser, lambda step: factor(step, settings.steps)
        )
        self.objective, self._stepper = fabric.setup(objective, self.optimiser)
        self.step = 0
        self.curves: list[CurvePoint] = []
        self.validations: list[Validation] = []
        #: Weights with the least loss on the validation videos.
        self.best_weights: dict[str, Tensor] | None = None
        #: Number of steps, sum of losses and of accuracies since the last point of the curves.
        self.sums = np.zeros(3)

    def advance(self, parts: Sequence[Examples | None]) -> None:
        """Take one step of the optimiser, along the mean gradient of the parts of a batch.

        A part is None where none of its clips can be read; one that is None in any process is left
        out in all. Raises FloatingPointError if a loss is not finite.
        """
        self.objective.train()
        # Of the number of the step alone, so that a run can continue from any step.
        torch.manual_seed(int(value_digest([self.seed, self.step])[:8], 16))
        present = [part for part in parts if self._is_everywhere(part)]
        self._stepper.zero_grad()
        means = np.zeros(2)
        for number, part in enumerate(present, 1):
            assert part is not None
            with self._without_exchange(number < len(present)):
                loss, accuracy = self._loss(part)
                value = float(loss.detach())
                if not math.isfinite(value):
                    names = ", ".join(part.names)
                    raise FloatingPointError(
                        f"the loss is {value} at step {self.step}; clips of the batch: {names}"
                    )
                self.fabric.backward(loss / len(present))
            means += np.array([value, accuracy]) / len(present)
        if present:
            self._stepper.step()
            self.sums += [1, *means]
        self._finish_step()

    def _loss(self, part: Examples) -> tuple[Tensor, float]:
        """Loss of examples of all processes, and the share of right decisions about them."""
        loss, accuracy = self.objective(*self.fabric.to_device(part.tensors))
        return loss, accuracy

    def _is_everywhere(self, part: Examples | None) -> bool:
        """Whether every process has its share of a part."""
        present = torch.tensor(int(part is not None), device=self.fabric.device)
        return int(sum_over_processes(present)) == self.fabric.world_size

    def _without_exchange(self, enabled: bool) -> AbstractContextManager[object]:
        """Keep the processes from adding up gradients that are not complete yet."""
        if enabled and self.fabric.world_size > 1:
            return self.fabric.no_backward_sync(self.objective)
        return nullcontext()

    @torch.no_grad()
    def validate(self, batches: Iterable[Examples | None]) -> None:
        """Measure the mean loss of batches, and keep the weights if it is the least so far.

        The first of equal weights stay, and a loss that is not finite chooses none.
        """
        self.objective.eval()
        losses = [
            float(self._loss(batch)[0])
            for batch in batches
            if self._is_everywhere(batch) and batch is not None
        ]
        if not losses:
            return
        loss = float(np.mean(losses))
        earlier = [point.loss for point in self.validations if math.isfinite(point.loss)]
        self.validations.append(Validation(self.step, loss))
        if math.isfinite(loss) and loss < min(earlier, default=math.inf):
            weights = self.model.state_dict()
            self.best_weights = {name: value.clone() for name, value in weights.items()}

    def choose_weights(self) -> int:
        """Load the weights with the least validation loss, if there are any; return their step."""
        if self.best_weights is None:
            return self.step
        self.model.load_state_dict(self.best_weights)
        finite = [point for point in self.validations if math.isfinite(point.loss)]
        return min(finite, key=lambda point: point.loss).step

    def _finish_step(self) -> None:
        with warnings.catch_warnings():
            # Of a schedule that goes on although the optimiser had nothing to do.
            warnings.filterwarnings("ignore", message="Detected call of `lr_scheduler.step")
            self.schedule.step()
        self.step += 1
        if self.step % CURVE_INTERVAL == 0 and self.sums[0]:
            mean_loss, mean_accuracy = (self.sums[1:] / self.sums[0]).tolist()
            self.curves.append(CurvePoint(self.step, mean_loss, mean_accuracy))
            self.sums = np.zeros(3)

    def keep(self) -> None:
        """Write a checkpoint, if one is due."""
        if self.step % CHECKPOINT_INTERVAL == 0 and self.fabric.is_global_zero:
            write_checkpoint(self.checkpoint, self._state())

    def resume(self, fingerprint: str) -> str:
        """Continue from the checkpoint, if it is one of the same inputs and settings.

        Returns why one that is there is not used; the run is then at its start. An empty text
        otherwise.
        """
        self.fingerprint = fingerprint
        return resume(self.checkpoint, self._state(), self._restore, self.fabric.device)

    def require_same_step(self) -> None:
        """Raise RuntimeError where the processes of a training have read different checkpoints.

        A file system that several nodes share may show them to one node later than to others.
        """
        steps = sum_over_processes(torch.tensor(self.step, device=self.fabric.device))
        if int(steps) != self.step * self.fabric.world_size:
            raise RuntimeError(
                f"{self.checkpoint}: other processes continue from another step than {self.step}"
            )

    def remove_checkpoint(self) -> None:
        """Delete the checkpoint of a finished run."""
        self.checkpoint.unlink(missing_ok=True)

    def _state(self) -> dict[str, Any]:
        """Return what a checkpoint holds."""
        return {
            "fingerprint": self.fingerprint,
            "step": self.step,
            "curves": [tuple(point) for point in self.curves],
            "sums": self.sums.tolist(),
            "validations": [tuple(point) for point in self.validations],
            "best_weights": self.best_weights,
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        """Set what a checkpoint holds. Raises an error of any kind where it does not fit."""
        if not 0 <= state["step"] <= self.settings.steps:
            raise ValueError(f"step {state['step']}")
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.step = state["step"]
        self.curves = [CurvePoint(*point) for point in state["curves"]]
        self.sums = np.array(state["sums"], float).reshape(3)
        self.validations = [Validation(*point) for point in state["validations"]]
        self.best_weights = state["best_weights"]


def _constant_factor(_step: int, _steps: int) -> float:
    """Keep the learning rate (Morgado et al. 2020)."""
    return 1.0


def _cosine_factor(step: int, steps: int) -> float:
    """Linear warm-up, then half a cosine down to zero."""
    warm_up = min(1, (step + 1) / WARM_UP_STEPS)
    return warm_up * 0.5 * (1 + math.cos(math.pi * step / max(steps, 1)))
