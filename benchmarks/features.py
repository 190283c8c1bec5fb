"""Cost of the features, compared with the bare real FFTs of the same frames and with librosa.

Run `OPENBLAS_NUM_THREADS=1 python benchmarks/features.py` on an idle machine. The rounds are
interleaved, and each method is compared with the bare FFT of its own round, so that a disturbance
affects both; the table has medians. Optional: a feature shard, whose samples are timed as training
reads them.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import librosa
import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from foa360 import ambisonics
from foa360.shards.packing import pack_covariance, unpack_covariance

RATE, N_FFT, HOP, N_MELS, SECONDS = 24000, 1024, 480, 64, 10
SETTINGS = (RATE, N_FFT, HOP, N_MELS)
#: Crop sizes of the timed samples, pixels.
CROPS = (64, 112)
#: Samples that are timed, and the first ones that do not count.
SAMPLES, WARM_UP = 60, 10

Floats = NDArray[np.floating]
Call = Callable[[], object]


def methods(views: int = 4) -> dict[str, Call]:
    """Name each method, with a call of it on one clip."""
    random = np.random.default_rng(0)
    x = (0.1 * random.normal(size=(4, SECONDS * RATE))).astype(np.float32)
    padded = np.pad(x, ((0, 0), (N_FFT // 2, N_FFT // 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, N_FFT, -1)
    frames = np.ascontiguousarray(windows[:, ::HOP])
    matrices = ambisonics.look_at(random.uniform(-3, 3, views), random.uniform(-1, 1, views))
    stored = pack_covariance(ambisonics.spatial_covariance(x, *SETTINGS))

    def all_from_covariance() -> None:
        s = ambisonics.spatial_covariance(x, *SETTINGS)
        ambisonics.covariance_to_log_mel(s)
        ambisonics.covariance_to_intensity(s)

    def views_from(s: Floats) -> None:
        rotated = ambisonics.rotate_covariance(s[None], matrices)
        ambisonics.covariance_to_log_mel(rotated)
        ambisonics.covariance_to_intensity(rotated)

    def views_from_audio() -> None:
        rotated = ambisonics.rotate(x, matrices)
        ambisonics.log_mel(rotated, *SETTINGS)
        ambisonics.intensity_vector(rotated, *SETTINGS)

    def librosa_log_mel(audio: Floats) -> None:
        power = librosa.feature.melspectrogram(
            y=audio, sr=RATE, n_fft=N_FFT, hop_length=HOP, n_mels=N_MELS
        )
        librosa.power_to_db(power)

    return {
        "bare real FFT of the four channels": lambda: rfft(frames, axis=-1),
        "log_mel": lambda: ambisonics.log_mel(x, *SETTINGS),
        "spatial_covariance (ten channels)": lambda: ambisonics.spatial_covariance(x, *SETTINGS),
        "covariance, log-mel and intensity": all_from_covariance,
        f"covariance, {views} views of log-mel and intensity": lambda: views_from(
            ambisonics.spatial_covariance(x, *SETTINGS)
        ),
        f"the {views} views from rotated audio": views_from_audio,
        "librosa, four log-mels": lambda: librosa_log_mel(x),
        f"librosa, {views} rotated views of four log-mels": lambda: librosa_log_mel(
            ambisonics.rotate(x, matrices)
        ),
        "pack_covariance": lambda: pack_covariance(unpack_covariance(stored)),
        "unpack_covariance": lambda: unpack_covariance(stored),
        f"stored covariance to {views} views": lambda: views_from(unpack_covariance(stored)),
    }


def measure(calls: dict[str, Call], rounds: int) -> dict[str, list[float]]:
    """Time each method in each round, interleaved, in s; the first round does not count."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            begin = time.perf_counter()
            call()
            if number:
                times[name].append(time.perf_counter() - begin)
    return times


def table(times: dict[str, list[float]]) -> str:
    """Format median and quartile distance in ms, and the median paired ratio to the first row."""
    bare = next(iter(times.values()))
    lines = [f"{'':50} {'ms':>8} {'± IQR':>7} {'× bare':>7}"]
    for name, seconds in times.items():
        low, _, high = statistics.quantiles(seconds, n=4)
        ratio = statistics.median(t / b for t, b in zip(seconds, bare, strict=True))
        lines.append(
            f"{name:50} {1e3 * statistics.median(seconds):8.2f} "
            f"{1e3 * (high - low):7.2f} {ratio:7.2f}"
        )
    return "\n".join(lines)


def time_samples(shard: Path, crop: int) -> str:
    """Time training samples, with a new span and new viewpoints each time."""
    import cv2
    import torch

    from foa360.data import ShardDataset

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    lines = []
    for augment in (False, True):
        data = ShardDataset([shard], "train", crop=crop, augment=augment)
        times = []
        for key in range(SAMPLES):
            begin = time.perf_counter()
            data.sample(key % len(data), key)
            times.append(time.perf_counter() - begin)
        name = "augmented" if augment else "as stored"
        median = statistics.median(times[WARM_UP:])
        lines.append(f"sample {crop}×{crop}, {name}: {1e3 * median:.1f} ms")
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
        print()
        for crop in CROPS:
            print(time_samples(arguments.shard, crop))


if __name__ == "__main__":
    main()
