"""Protocol of audio-visual scene classification: heads on audio, video, or both (early fusion).

After Wang et al. (2021): a network of four layers on the features of each second, frozen or learnt
with the network; the epoch with the lowest loss on the validation part is kept.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from foa360.config.downstream import Downstream
from foa360.data.batches import read_ahead
from foa360.downstream.audio_windows import AudioWindows
from foa360.downstream.tau2021 import SceneClip, read_binaural
from foa360.downstream.video_clips import Clip, ClipShape, clips_at
from foa360.learning.checkpoint import device
from foa360.learning.models.audiovisual import AudioVisual

HIDDEN = (512, 128, 64)
DROPOUT = 0.2
BATCH, LEARNING_RATE, WEIGHT_DECAY = 64, 1e-4, 1e-4
#: Modalities of each system, in the order in which features are joined.
SYSTEMS = {"audio": ("audio",), "video": ("video",), "early fusion": ("audio", "video")}

#: Features `(seconds, F)` by modality.
Features = dict[str, Tensor]


class Seconds(NamedTuple):
    """Inputs of the seconds of a clip: audio `(n, C, frames, bands)` and crops of the video."""

    audio: NDArray[np.float32]
    video: Clip


@dataclass(frozen=True, kw_only=True)
class SceneProtocol:
    """Settings that all systems share.

    windows : inputs of the audio network.
    shape : of the clips of the video network.
    classes : number of classes.
    settings : section `downstream` of the configuration.
    seed : of heads and order.
    """

    windows: AudioWindows
    shape: ClipShape
    classes: int
    settings: Downstream
    seed: int

    def read(self, clip: SceneClip, second: int | None = None) -> Seconds:
        """Read all seconds of a clip, or one of them. Raises MediaError."""
        foa, rate = read_binaural(clip.audio)
        length = self.windows.seconds
        count = max(1, round(foa.shape[1] / rate))
        seconds = range(count) if second is None else [second % count]
        audio = [
            self.windows(foa[:, round(s * rate) : round((s + length) * rate)], rate)[0]
            for s in seconds
        ]
        starts = np.array(seconds, float) + max(0.0, (1 - self.shape.seconds) / 2)
        return Seconds(np.stack(audio), clips_at(clip.video, self.shape, starts))

    def frozen(
        self, train: list[Features], labels: list[int], valid: list[int], modalities: Sequence[str]
    ) -> Callable[[Features], Tensor]:
        """Fit a head to features, and return what maps those of a clip to scores `(n, classes)`.

        `valid` are the positions of the clips that choose the epoch.
        """
        chosen = set(valid)
        inputs = [torch.cat([features[m] for m in modalities], 1) for features in train]
        parts = []
        for is_valid in (False, True):
            rows = [n for n in range(len(inputs)) if (n in chosen) == is_valid]
            found = [inputs[n] for n in rows]
            of_rows = [torch.full((len(inputs[n]),), labels[n]) for n in rows]
            parts.append((torch.cat(found), torch.cat(of_rows)))
        (seen, seen_labels), (held, held_labels) = parts
        mean, std = seen.mean(0), seen.std(0).clamp_min(1e-6)
        torch.manual_seed(self.seed)
        head = scene_head(seen.shape[1], self.classes)
        optimiser = torch.optim.Adam(head.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        best = _Best(head)
        for _ in range(self.settings.scene_epochs):
            head.train()
            for rows in batches_of_two(torch.randperm(len(seen)).tolist(), BATCH):
                logits = head((seen[rows] - mean) / std)
                _step(optimiser, logits, seen_labels[rows])
            head.eval()
            with torch.no_grad():
                loss = nn.functional.cross_entropy(head((held - mean) / std), held_labels)
            best.offer(float(loss))
        best.restore()

        def scores(features: Features) -> Tensor:
            joined = torch.cat([features[m] for m in modalities], 1)
            with torch.no_grad():
                return head((joined - mean) / std).log_softmax(1)

        return scores

    def fine_tuned(
        self,
        network: AudioVisual,
        train: Sequence[SceneClip],
        valid: Sequence[SceneClip],
        modalities: Sequence[str],
    ) -> Callable[[Seconds], Tensor]:
        """Train a copy of the network with a head; one second of each clip in an epoch.

        All clips must be readable. Raises FloatingPointError where a loss is not finite.
        """
        torch.manual_seed(self.seed)
        model = copy.deepcopy(network)
        size = len(modalities) * network.video_head.in_features
        head = scene_head(size, self.classes).to(device())
        learnt = nn.ModuleList([getattr(model, m) for m in modalities] + [head])
        optimiser = torch.optim.Adam(learnt.parameters(), self.settings.learning_rate)
        best = _Best(learnt)

        def logits(inputs: Seconds) -> Tensor:
            return head(torch.cat([features_of(model, inputs, m) for m in modalities], 1))

        for epoch in range(self.settings.epochs):
            learnt.train()
            random = np.random.default_rng([self.seed, epoch])
            order, offsets = random.permutation(len(train)), random.integers(0, 1000, len(train))
            parts = [
                [(train[n], int(offsets[n])) for n in numbers]
                for numbers in batches_of_two(order.tolist(), self.settings.batch)
            ]
            for part, inputs in zip(parts, read_ahead(self._batch, parts), strict=True):
                labels = torch.tensor([clip.label for clip, _ in part], device=device())
                try:
                    _step(optimiser, logits(inputs), labels)
                except FloatingPointError as error:
                    names = ", ".join(clip.name for clip, _ in part)
                    raise FloatingPointError(f"{error} in epoch {epoch}; clips: {names}") from None
            learnt.eval()
            best.offer(self._loss(valid, logits))
        best.restore()
        learnt.eval()

        def scores(inputs: Seconds) -> Tensor:
            with torch.no_grad():
                return logits(inputs).float().log_softmax(1).cpu()

        return scores

    def _batch(self, part: Sequence[tuple[SceneClip, int]]) -> Seconds:
        read = [self.read(clip, second) for clip, second in part]
        return Seconds(
            np.concatenate([one.audio for one in read]), np.concatenate([one.video for one in read])
        )

    def _loss(self, clips: Sequence[SceneClip], logits: Callable[[Seconds], Tensor]) -> float:
        """Mean loss of the fifth second of clips."""
        losses = []
        for clip in clips:
            with torch.no_grad():
                found = logits(self.read(clip, 5))
            label = torch.tensor([clip.label], device=found.device)
            losses.append(float(nn.functional.cross_entropy(found, label)))
        return float(np.mean(losses))


def batches_of_two(numbers: Sequence[int], size: int) -> list[list[int]]:
    """Divide numbers into batches of a size, none of them of one alone; each number is in one.

    Normalisation over a batch needs two: a batch has two or more, whatever the size, and one that
    would be left alone joins the batch before. Raises ValueError for a single number.
    """
    if len(numbers) == 1:
        raise ValueError("only one sample to train with: normalisation over a batch needs two")
    size = max(size, 2)
    batches = [list(numbers[first : first + size]) for first in range(0, len(numbers), size)]
    if batches and len(batches[-1]) == 1:
        alone = batches.pop()
        batches[-1] += alone
    return batches


def scene_head(features: int, classes: int) -> nn.Sequential:
    """Layers 512, 128 and 64 with normalisation, ReLU and dropout, and the classes."""
    layers: list[nn.Module] = []
    for size in HIDDEN:
        layers += [
            nn.Linear(features, size), nn.BatchNorm1d(size), nn.ReLU(), nn.Dropout(DROPOUT)
        ]  # fmt: skip
        features = size
    return nn.Sequential(*layers, nn.Linear(features, classes))


def features_of(network: AudioVisual, inputs: Seconds, modality: str) -> Tensor:
    """Compute features `(n, F)` of one modality."""
    values = torch.from_numpy(getattr(inputs, modality))[:, None].to(device())
    compute = network.audio_features if modality == "audio" else network.video_features
    return compute(values)[:, 0].float()


def _step(optimiser: torch.optim.Optimizer, logits: Tensor, labels: Tensor) -> None:
    loss = nn.functional.cross_entropy(logits, labels)
    if not torch.isfinite(loss):
        raise FloatingPointError(f"the loss is {float(loss.detach())}")
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


class _Best:
    """The weights of the epoch with the lowest validation loss."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._loss = float("inf")
        self._weights = copy.deepcopy(module.state_dict())

    def offer(self, loss: float) -> None:
        """Keep the present weights if their loss is the lowest."""
        if loss < self._loss:
            self._loss = loss
            self._weights = copy.deepcopy(self._module.state_dict())

    def restore(self) -> None:
        """Load them. Raises FloatingPointError where the loss of no epoch was finite."""
        if self._loss == float("inf"):
            raise FloatingPointError("the validation loss of no epoch is finite")
        self._module.load_state_dict(self._weights)
