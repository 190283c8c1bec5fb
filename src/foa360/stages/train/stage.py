"""The training loop: AVC first, AVSA from its weights (Morgado et al. 2020)."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from foa360.config.train import Train
from foa360.core.digest import value_digest
from foa360.core.files import atomic, sha256
from foa360.core.jobs import Progress
from foa360.data import ShardDataset, feature_statistics
from foa360.data.batches import batches, training_requests
from foa360.learning.checkpoint import device, load, prepare, save
from foa360.learning.losses import info_nce
from foa360.learning.models.audiovisual import AudioVisual

#: Steps between two checkpoints, and between two rows of the curves.
KEEP_EVERY, LOG_EVERY = 50, 10


def train(
    shards: Sequence[Path],
    experiment: str,
    init: Path | None,
    folder: Path,
    settings: Train,
    seed: int,
    progress: Progress,
) -> None:
    """Train and write `model.pt` and `curves.csv` into `folder`.

    `experiment` is avc (one embedding a clip) or avsa (one a viewpoint, with context); `init` is a
    model to begin with. An interrupted run goes on from its last checkpoint to the same weights.
    With fewer than two videos there is nothing to contrast: the untrained model is written.
    """
    prepare(seed)
    mean, spread = feature_statistics(shards)
    data = ShardDataset(
        shards, "train", frames=settings.frames, crop=settings.crop,
        audio_seconds=settings.audio_seconds, seed=seed, augment=True,
        statistics=(mean, spread), viewpoints=settings.viewpoints,
    )  # fmt: skip
    model = AudioVisual(settings.width, context=experiment == "avsa").to(device())
    if init is not None:
        model.load_state_dict(load(init)[0].state_dict(), strict=False)
    wanted = settings.avc_steps if experiment == "avc" else settings.avsa_steps
    steps = wanted if len(set(data.videos)) >= 2 else 0
    if steps < wanted:
        progress.say("fewer than two videos to train on: the model stays untrained")
    run = _Run(
        model, settings, steps, folder, _fingerprint(shards, init, settings, experiment, seed)
    )
    requests = training_requests(len(data), settings.batch, seed, run.step, steps)
    numbers = torch.from_numpy(np.unique(np.array(data.videos, str), return_inverse=True)[1])
    for batch in progress(batches(data, requests), steps - run.step, "steps"):
        run.advance(batch, experiment, numbers[batch["index"]])
    about = {
        "experiment": experiment, "width": settings.width, "context": experiment == "avsa",
        "steps": steps, "mean": torch.from_numpy(mean), "spread": torch.from_numpy(spread),
        "settings": settings.model_dump_json(), "clips": len(data), "videos": len(set(data.videos)),
    }  # fmt: skip
    save(folder / "model.pt", model, about)
    with atomic(folder / "curves.csv") as temporary, temporary.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["step", "loss", "accuracy"])
        writer.writerows([step, f"{loss:.5f}", f"{right:.4f}"] for step, loss, right in run.curves)
    run.path.unlink(missing_ok=True)


def scores(video: Tensor, audio: Tensor) -> Tensor:
    """Agreement of each clip's own picture and sound, `(B,)`, from embeddings `(B, K, D)`."""
    return (video * audio).sum(-1).mean(1)


def clip_embedding(x: Tensor) -> Tensor:
    """One embedding of length 1 for a clip, `(B, D)`, from those of its viewpoints `(B, K, D)`."""
    return normalize(x.mean(1), dim=-1)


def siblings(videos: Tensor, views: int) -> Tensor:
    """Pairs of rows that are of one video but not of one clip, `(B · views, B · views)`.

    `videos` has the number of the video of each of the B clips, whose rows follow each other.
    """
    same = (videos[:, None] == videos) & ~torch.eye(len(videos), dtype=torch.bool)
    return same.repeat_interleave(views, 0).repeat_interleave(views, 1)


class _Run:
    """Model, optimiser, position and curves: what a checkpoint holds."""

    def __init__(
        self, model: AudioVisual, settings: Train, steps: int, folder: Path, fingerprint: str
    ) -> None:
        self.model, self.settings, self.fingerprint = model, settings, fingerprint
        self.path = folder / "checkpoint.pt"
        self.optimiser = torch.optim.AdamW(
            model.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimiser,
            lambda s: min(1, (s + 1) / 10) * 0.5 * (1 + math.cos(math.pi * s / max(steps, 1))),
        )
        self.step, self.curves, self.sums = 0, list[tuple[int, float, float]](), np.zeros(3)
        self._resume()

    def advance(self, batch: dict[str, Tensor], experiment: str, videos: Tensor) -> None:
        """One step of the optimiser; `videos` has the number of each clip's video."""
        where = device()
        self.model.train()
        with torch.autocast("cuda", torch.bfloat16, enabled=where.type == "cuda"):
            video, audio = self.model(batch["video"].to(where), batch["audio"].to(where))
            if experiment == "avc":
                video, audio = clip_embedding(video), clip_embedding(audio)
            else:
                video, audio = video.flatten(0, 1), audio.flatten(0, 1)
            excluded = siblings(videos, len(video) // len(videos)).to(where)
            loss = info_nce(video.float(), audio.float(), self.settings.temperature, excluded)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.schedule.step()
        hits = ((video @ audio.T).argmax(1).cpu() == torch.arange(len(video))).float().mean()
        self.sums += [1, float(loss.detach()), float(hits)]
        self.step += 1
        if self.step % LOG_EVERY == 0:
            self.curves.append((self.step, *(self.sums[1:] / self.sums[0]).tolist()))
            self.sums = np.zeros(3)
        if self.step % KEEP_EVERY == 0:
            self._keep()

    def _keep(self) -> None:
        state = {
            "fingerprint": self.fingerprint, "step": self.step, "curves": self.curves,
            "sums": self.sums.tolist(), "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(), "schedule": self.schedule.state_dict(),
        }  # fmt: skip
        with atomic(self.path) as temporary:
            torch.save(state, temporary)

    def _resume(self) -> None:
        """Go on from a checkpoint of the same run."""
        if not self.path.is_file():
            return
        state: dict[str, Any] = torch.load(self.path, map_location=device(), weights_only=True)
        if state["fingerprint"] != self.fingerprint:
            return
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.step, self.curves = state["step"], [tuple(c) for c in state["curves"]]
        self.sums = np.array(state["sums"])


def _fingerprint(
    shards: Sequence[Path], init: Path | None, settings: Train, experiment: str, seed: int
) -> str:
    """What decides the weights."""
    files = [sha256(path) for path in [*shards, *([init] if init else [])]]
    return value_digest([files, settings.model_dump(mode="json"), experiment, seed])
