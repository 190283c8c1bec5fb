"""A training run of a segmentation network: position, curves and best weights, in a checkpoint."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from foa360.config.segmentation import Segmentation
from foa360.downstream.sounding_batches import SoundingBatch
from foa360.learning.checkpoint import device
from foa360.learning.segmentation.crops import CropHead
from foa360.learning.segmentation.losses import DIVERGENCE_WEIGHT, divergence, mask_loss
from foa360.learning.segmentation.network import SoundSegmenter
from foa360.learning.training.checkpoints import resume, write_checkpoint


class EpochPoint(NamedTuple):
    """Mean losses of an epoch (nats), and M_J on the validation videos after it.

    mask, divergence, crops : cross entropy of masks; divergence of masked features from audio, and
        sum of the losses of crops, both 0 where they are not used.
    """

    step: int
    loss: float
    mask: float
    divergence: float
    crops: float
    validation_jaccard: float


class SegmentationRun:
    """A network, and the head of its crops if there is one, on their way through the steps."""

    def __init__(
        self,
        network: SoundSegmenter,
        crops: CropHead | None,
        settings: Segmentation,
        checkpoint: Path,
    ) -> None:
        """Start at step 0, with networks on their device; `checkpoint` is resumed from."""
        self.network = network
        self.parts = nn.ModuleDict({"network": network} | ({"crops": crops} if crops else {}))
        self.crops = crops
        self.settings = settings
        self.checkpoint = checkpoint
        self.fingerprint = ""
        weights = [weight for weight in self.parts.parameters() if weight.requires_grad]
        self.optimiser = torch.optim.Adam(weights, settings.learning_rate)
        self.step = 0
        self.curves: list[EpochPoint] = []
        #: Sums of the losses since the epoch began: all, masks, divergence, crops.
        self.sums = [0.0] * 4
        self.best: dict[str, Tensor] = _copy(network)
        self.best_step = 0
        self.best_jaccard = -1.0

    def advance(self, batch: SoundingBatch) -> None:
        """Take one step. Raises FloatingPointError if the loss is not finite."""
        self.parts.train()
        with torch.autocast("cuda", torch.bfloat16, enabled=device().type == "cuda"):
            found = self.network(batch.frames, batch.patches)
        logits = found.logits.float()
        nothing = logits.new_zeros(())
        parts = [mask_loss(logits, batch.truth, batch.known), nothing, nothing]
        if self.settings.part == "ms3" and found.stages:
            stages, audio = ([part.float() for part in of] for of in (found.stages, found.audio))
            parts[1] = DIVERGENCE_WEIGHT * divergence(logits.sigmoid(), stages, audio)
        if self.crops is not None:
            encoded, vectors = found.encoded.float(), found.vectors.float()
            found = found._replace(encoded=encoded, vectors=vectors)
            parts[2] = self.crops(found, batch.frames, batch.boxes, batch.boxed, batch.labels).total
        loss = torch.stack(parts).sum()
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"the loss is {float(loss.detach())} at step {self.step}; videos of the batch:"
                f" {', '.join(batch.names)}"
            )
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        for number, part in enumerate([loss, *parts]):
            self.sums[number] += float(part.detach())
        self.step += 1

    def end_epoch(self, steps: int, validate: Callable[[], float]) -> None:
        """Validate after an epoch of so many steps, and keep the weights if they are the best."""
        jaccard = validate()
        loss, mask, divergent, crops = (total / steps for total in self.sums)
        self.curves.append(EpochPoint(self.step, loss, mask, divergent, crops, jaccard))
        self.sums = [0.0] * 4
        if jaccard > self.best_jaccard:
            self.best, self.best_step, self.best_jaccard = _copy(self.network), self.step, jaccard

    def resume(self, fingerprint: str) -> str:
        """Continue from the checkpoint, see `foa360.learning.training.checkpoints.resume`."""
        self.fingerprint = fingerprint
        return resume(self.checkpoint, self._state(), self._restore, torch.device("cpu"))

    def write_checkpoint(self) -> None:
        """Write everything that the rest of the run depends on."""
        write_checkpoint(self.checkpoint, self._state())

    def _state(self) -> dict[str, Any]:
        """Return what a checkpoint holds."""
        return {
            "fingerprint": self.fingerprint,
            "parts": self.parts.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "curves": [tuple(point) for point in self.curves],
            "step": self.step,
            "sums": self.sums,
            "best": self.best,
            "best_step": self.best_step,
            "best_jaccard": self.best_jaccard,
        }

    def _restore(self, state: dict[str, Any]) -> None:
        """Set what a checkpoint holds. Raises an error of any kind where it does not fit."""
        self.parts.load_state_dict(state["parts"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.curves = [EpochPoint(*point) for point in state["curves"]]
        for name in ("step", "sums", "best", "best_step", "best_jaccard"):
            setattr(self, name, state[name])


def _copy(network: nn.Module) -> dict[str, Tensor]:
    """Copy the weights to the memory of the CPU."""
    return {name: value.detach().cpu().clone() for name, value in network.state_dict().items()}
