"""What the features cost, beside the bare real FFTs of the same frames and beside librosa.

Run `OPENBLAS_NUM_THREADS=1 python benchmarks/features.py` on a quiet machine. The rounds are
interleaved, and each method is compared with the bare FFT of its own round, so that a slow moment
hits both; the table has medians. Optional: a feature shard, whose samples are timed as training
reads them.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import librosa
import numpy as np
from scipy.fft import rfft

from foa360 import ambisonics as features
from foa360.ambisonics import look_at, rotate

RATE, N_FFT, HOP, N_MELS, SECONDS = 24000, 1024, 480, 64, 10
HOW = (RATE, N_FFT, HOP, N_MELS)


def methods(views: int = 4) -> dict[str, Callable[[], Any]]:
    """Name of each method and a call of it on one clip."""
    random = np.random.default_rng(0)
    x = (0.1 * random.normal(size=(4, SECONDS * RATE))).astype(np.float32)
    frames = np.ascontiguousarray(
        np.lib.stride_tricks.sliding_window_view(np.pad(x, ((0, 0), (512, 512))), N_FFT, -1)[
            :, ::HOP
        ]
    )
    matrices = look_at(random.uniform(-3, 3, views), random.uniform(-1, 1, views))
    stored = features.pack_covariance(features.spatial_covariance(x, *HOW))

    def turned(s: Any) -> Any:
        t = features.rotate_covariance(s[None], matrices)
        return features.covariance_to_log_mel(t), features.covariance_to_intensity(t)

    def again() -> Any:
        sound = rotate(x, matrices)
        return features.log_mel(sound, *HOW), features.intensity_vector(sound, *HOW)

    def by_librosa(sound: Any) -> Any:
        power = librosa.feature.melspectrogram(
            y=sound, sr=RATE, n_fft=N_FFT, hop_length=HOP, n_mels=N_MELS
        )
        return librosa.power_to_db(power)

    return {
        "bare real FFT of the four channels": lambda: rfft(frames, axis=-1),
        "log_mel": lambda: features.log_mel(x, *HOW),
        "spatial_covariance (ten channels)": lambda: features.spatial_covariance(x, *HOW),
        "covariance, log-mel and intensity": lambda: (
            (s := features.spatial_covariance(x, *HOW)),
            features.covariance_to_log_mel(s),
            features.covariance_to_intensity(s),
        ),
        f"covariance, {views} views of log-mel and intensity": lambda: turned(
            features.spatial_covariance(x, *HOW)
        ),
        f"the {views} views from rotated sound": again,
        "librosa, four log-mels": lambda: by_librosa(x),
        f"librosa, {views} rotated views of four log-mels": lambda: by_librosa(rotate(x, matrices)),
        "pack_covariance": lambda: features.pack_covariance(features.unpack_covariance(stored)),
        "unpack_covariance": lambda: features.unpack_covariance(stored),
        f"stored covariance to {views} views": lambda: turned(features.unpack_covariance(stored)),
    }


def measure(calls: dict[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each method in each round, interleaved; one round before does not count."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            begin = time.perf_counter()
            call()
            if number:
                taken[name].append(time.perf_counter() - begin)
    return taken


def table(taken: dict[str, list[float]]) -> str:
    """Median and quartile distance in ms, and the median of the paired ratios to the first row."""
    bare = next(iter(taken.values()))
    lines = [f"{'':50} {'ms':>8} {'± IQR':>7} {'× bare':>7}"]
    for name, times in taken.items():
        low, _, high = statistics.quantiles(times, n=4)
        ratio = statistics.median(t / b for t, b in zip(times, bare, strict=True))
        lines.append(
            f"{name:50} {1e3 * statistics.median(times):8.2f} "
            f"{1e3 * (high - low):7.2f} {ratio:7.2f}"
        )
    return "\n".join(lines)


def samples(shard: Path, crop: int) -> str:
    """Time of a training sample, new span and viewpoints each time."""
    import cv2
    import torch

    from foa360.data import ShardDataset

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    lines = []
    for augment in (False, True):
        data = ShardDataset([shard], "train", crop=crop, augment=augment)
        times = []
        for key in range(60):
            begin = time.perf_counter()
            data.sample(key % len(data), key)
            times.append(time.perf_counter() - begin)
        how = "augmented" if augment else "as stored"
        lines.append(f"sample {crop}×{crop}, {how}: {1e3 * statistics.median(times[10:]):.1f} ms")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shard", nargs="?", type=Path, help="a feature shard to draw samples from")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    print(f"{SECONDS} s of FOA at {RATE} Hz, n_fft {N_FFT}, hop {HOP}, {N_MELS} bands; ", end="")
    print(f"NumPy {np.__version__}, {arguments.rounds} rounds\n", flush=True)
    print(table(measure(methods(), arguments.rounds)))
    if arguments.shard:
        print("\n" + "\n".join(samples(arguments.shard, crop) for crop in (64, 112)))


if __name__ == "__main__":
    sys.exit(main())
