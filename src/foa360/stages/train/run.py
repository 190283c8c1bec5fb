"""A training run: model, optimiser, position and curves, which a checkpoint holds."""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from foa360.config.train import Train
from foa360.core.files import atomic
from foa360.learning.checkpoint import device
from foa360.learning.losses import info_nce
from foa360.learning.models.audiovisual import AudioVisual
from foa360.learning.scores import same_video_pairs
from foa360.tasks.task import Task

#: Steps between two checkpoints.
CHECKPOINT_INTERVAL = 50
#: Steps between two points of the curves, each a mean over them.
CURVE_INTERVAL = 10
WARM_UP_STEPS = 10


class CurvePoint(NamedTuple):
    """Mean loss (nats) and share of matches found within the batch, up to a step."""

    step: int
    loss: float
    accuracy: float


class TrainingRun:
    """A model on its way through the steps of its training."""

    def __init__(
        self, model: AudioVisual, task: Task, settings: Train, steps: int, checkpoint: Path
    ) -> None:
        """Start at step 0.

        Parameters
        ----------
        model : AudioVisual
            On its device.
        task : Task
            Selects the rows that are contrasted.
        settings : Train
            Section `train` of the configuration.
        steps : int
            Length of the schedule.
        checkpoint : Path
            File that an interrupted run resumes from.
        """
        self.model = model
        self.task = task
        self.temperature = settings.temperature
        self.checkpoint = checkpoint
        self.fingerprint = ""
        self.optimiser = torch.optim.AdamW(
            model.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimiser, lambda step: _learning_rate_factor(step, steps)
        )
        self.step = 0
        self.curves: list[CurvePoint] = []
        #: Number of steps, sum of losses and of accuracies since the last point of the curves.
        self.sums = np.zeros(3)

    def advance(self, video: Tensor, audio: Tensor, videos: Tensor) -> None:
        """Take one step of the optimiser. Raises FloatingPointError if the loss is not finite.

        Parameters
        ----------
        video : (B, K, 3, T, H, W)
            Crops.
        audio : (B, K, C, frames, bands)
            Spectra.
        videos : (B,)
            Number of each clip's video.
        """
        target = device()
        self.model.train()
        with torch.autocast("cuda", torch.bfloat16, enabled=target.type == "cuda"):
            video_embeddings, audio_embeddings = self.model(video.to(target), audio.to(target))
            video_rows = self.task.rows(video_embeddings)
            audio_rows = self.task.rows(audio_embeddings)
            excluded = same_video_pairs(videos, len(video_rows) // len(videos)).to(target)
            loss = info_nce(video_rows.float(), audio_rows.float(), self.temperature, excluded)
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss is {float(loss.detach())} at step {self.step}")
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.schedule.step()
        self.step += 1
        self._record(float(loss.detach()), _matching_accuracy(video_rows, audio_rows))
        if self.step % CHECKPOINT_INTERVAL == 0:
            self._write_checkpoint()

    def resume(self, fingerprint: str) -> None:
        """Continue from the checkpoint, if it is one of the same inputs and settings."""
        self.fingerprint = fingerprint
        if not self.checkpoint.is_file():
            return
        state = torch.load(self.checkpoint, map_location=device(), weights_only=True)
        if state["fingerprint"] != fingerprint:
            return
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.step = state["step"]
        self.curves = [CurvePoint(*point) for point in state["curves"]]
        self.sums = np.array(state["sums"])

    def remove_checkpoint(self) -> None:
        """Delete the checkpoint of a finished run."""
        self.checkpoint.unlink(missing_ok=True)

    def _record(self, loss: float, accuracy: float) -> None:
        self.sums += [1, loss, accuracy]
        if self.step % CURVE_INTERVAL == 0:
            mean_loss, mean_accuracy = (self.sums[1:] / self.sums[0]).tolist()
            self.curves.append(CurvePoint(self.step, mean_loss, mean_accuracy))
            self.sums = np.zeros(3)

    def _write_checkpoint(self) -> None:
        state = {
            "fingerprint": self.fingerprint,
            "step": self.step,
            "curves": [tuple(point) for point in self.curves],
            "sums": self.sums.tolist(),
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
        }
        with atomic(self.checkpoint) as temporary:
            torch.save(state, temporary)


def _learning_rate_factor(step: int, steps: int) -> float:
    """Linear warm-up, then half a cosine down to zero."""
    warm_up = min(1, (step + 1) / WARM_UP_STEPS)
    return warm_up * 0.5 * (1 + math.cos(math.pi * step / max(steps, 1)))


def _matching_accuracy(video: Tensor, audio: Tensor) -> float:
    """Share of rows whose own audio scores highest within the batch."""
    found = (video @ audio.T).argmax(1).cpu()
    return float((found == torch.arange(len(video))).float().mean())
