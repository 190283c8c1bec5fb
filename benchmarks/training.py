"""Time of a training step: reading samples, forward, backward, optimiser; and what limits it.

`python benchmarks/training.py RESULTS --width 64 --batch 28` trains on the shards of a run for
a few steps, on the GPU where there is one. Each row is a way to compute: 32-bit floats, bfloat16,
and bfloat16 compiled; reading is timed apart, in one thread and with workers. On a CPU the
times are those that it worked, whatever else runs.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from foa360.data.batches import batches, training_keys
from foa360.data.dataset import ShardDataset
from foa360.data.loader import ShardLoader
from foa360.data.samples import Batch
from foa360.data.statistics import feature_statistics
from foa360.learning.checkpoint import device, make_deterministic
from foa360.learning.losses import symmetric_info_nce
from foa360.learning.models.audiovisual import AudioVisual
from foa360.learning.scores import same_video_pairs
from foa360.tasks.avc import Correspondence

#: Steps that are not timed: compilation, choice of kernels, caches.
WARM_UP = 3
#: Epochs of the measurement of loaders.
EPOCHS = 6


def synchronised() -> float:
    """Time, s, when all work on the device is done; on a CPU that of its work."""
    if device().type == "cpu":
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def step_times(
    model: Callable[..., tuple[Tensor, Tensor]],
    parameters: list[Tensor],
    samples: list[Batch],
    bfloat16: bool,
) -> tuple[float, float, float]:
    """Mean time of transfer and forward, of backward, and of the optimiser, s."""
    optimiser = torch.optim.Adam(parameters, 1e-4)
    parts = torch.zeros(3)
    task = Correspondence()
    for number, batch in enumerate(samples):
        begin = synchronised()
        video, audio = batch["video"].to(device()), batch["audio"].to(device())
        with torch.autocast(device().type, torch.bfloat16, enabled=bfloat16):
            video_rows, audio_rows = (task.rows(rows) for rows in model(video, audio))
            excluded = same_video_pairs(torch.arange(len(video)), 1).to(device())
            loss = symmetric_info_nce(video_rows.float(), audio_rows.float(), 0.07, excluded)
        forward = synchronised()
        optimiser.zero_grad()
        loss.backward()
        backward = synchronised()
        optimiser.step()
        end = synchronised()
        if number >= WARM_UP:
            parts += torch.tensor([forward - begin, backward - forward, end - backward])
    return tuple((parts / max(1, len(samples) - WARM_UP)).tolist())


def loader_speed(data: ShardDataset, batch: int, workers: int) -> float:
    """Clips per second of a loader, without its first batch."""
    loader = ShardLoader(data, batch, workers=workers)
    clips, begin = 0, 0.0
    for _ in range(EPOCHS):
        for found in loader:
            if begin:
                clips += len(found["index"])
            begin = begin or time.perf_counter()
    return clips / (time.perf_counter() - begin)


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batch", type=int, default=28)
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--crop", type=int, default=112)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--workers", type=int, nargs="*", default=[], help="of loaders to measure")
    chosen = parser.parse_args()
    make_deterministic(0)
    shards = sorted((chosen.results / "features").glob("s*.h5"))
    statistics = feature_statistics(ShardDataset(shards, "train"))
    data = ShardDataset(
        shards,
        "train",
        frames=chosen.frames,
        crop=chosen.crop,
        augment=True,
        statistics=statistics,
    )
    steps = WARM_UP + chosen.steps
    begin = synchronised()
    keys = training_keys(data.clips, chosen.batch, 0, 0, steps)
    samples = [batch for batch in batches(data, keys) if batch is not None]
    seconds = (synchronised() - begin) / steps
    clips = len(samples[0]["video"])
    print(f"{clips} clips per step of {len(data)}, width {chosen.width}, on {device()}")
    print(f"reading in one thread: {clips / seconds:.0f} clips/s")
    for workers in chosen.workers:
        speed = loader_speed(data, clips, workers)
        print(f"reading with {workers} workers: {speed:.0f} clips/s", flush=True)
    print("| numbers | forward, ms | backward, ms | optimiser, ms | clips/s | peak memory, GB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, bfloat16, compiled in (
        ("float32", False, False),
        ("bfloat16", True, False),
        ("bfloat16, compiled", True, True),
    ):
        if device().type == "cpu" and bfloat16:
            continue
        torch.manual_seed(0)
        model = AudioVisual(chosen.width).to(device())
        if device().type == "cuda":
            torch.cuda.reset_peak_memory_stats()
        run = torch.compile(model) if compiled else model
        times = step_times(run, list(model.parameters()), samples, bfloat16)
        memory = torch.cuda.max_memory_allocated() / 1e9 if device().type == "cuda" else 0.0
        cells = " | ".join(f"{1000 * part:.1f}" for part in times)
        print(f"| {name} | {cells} | {clips / sum(times):.0f} | {memory:.1f} |", flush=True)
        print(f"the network takes {sum(times) / (sum(times) + seconds):.0%} of a step")
        del model, run


if __name__ == "__main__":
    main()
