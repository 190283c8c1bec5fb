"""CPU time and memory of curating audio, against `ffmpeg -f null` on the same files.

`python benchmarks/curate.py --minutes 10` writes a simulated recording in each codec and prints
the CPU time of curation as a multiple of that of decoding alone, pair by pair. Files given as
arguments are measured instead.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import imageio_ffmpeg
import numpy as np
from simulation import simulate

from foa360.commands.check import curate_video
from foa360.config.curate import Curate
from foa360.core.records import Clip, FetchedVideo
from foa360.demo.encode import foa_in_51, write_media
from foa360.stages.plan.durations import clip_spans, media_duration

CODECS = {
    "opus": ".webm",
    "aac51": ".m4a",
    "aac": ".m4a",
    "vorbis": ".ogg",
    "flac": ".flac",
    "pcm16": ".wav",
}


def ours(path: Path) -> float:
    """Return the CPU seconds of curating the audio of a file in clips of 10 s."""
    begin = time.process_time()
    clips = []
    for start, duration in clip_spans(media_duration(path), 10.0):
        clip_id = f"x_{start:g}"
        clips.append(
            Clip(clip_id=clip_id, video_id="x", start=start, duration=duration, split=None)
        )
    fetched = FetchedVideo(video_id="x", state="fetched", video_path=None, audio_path=str(path))
    curate_video(clips, fetched, Curate())
    return time.process_time() - begin


def theirs(path: Path) -> float:
    """Return the CPU seconds of the `ffmpeg` program that decodes the file to nothing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        str(path),
        *["-vn", "-f", "null", "-"],
    ]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def recordings(folder: Path, minutes: float) -> list[Path]:
    """Write a recording in each codec, made of simulated scenes."""
    scenes = [simulate(seed, 10.0, 48000) for seed in range(3)]
    count = max(1, round(minutes * 6))
    x = np.concatenate([scenes[i % 3] for i in range(count)], axis=1)
    x = (x / np.abs(x).max() * 0.7).astype(np.float32)
    paths = []
    for codec, suffix in CODECS.items():
        path = folder / f"{codec}{suffix}"
        write_media(path, None, foa_in_51(x) if codec == "aac51" else x, audio=codec)
        paths.append(path)
    return paths


def peak_memory(path: Path) -> float:
    """Return the peak memory of a fresh process that curates a file, MiB (Linux).

    Not `ru_maxrss`, which starts at the value of the parent.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pool.submit(ours, path).result()
        status = pool.submit(Path("/proc/self/status").read_text).result()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    """Print a table of paired ratios, and the peak memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="duration of each written recording"
    )
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        files = chosen.files or recordings(Path(name), chosen.minutes)
        print(
            "| file | duration, s | ours, ms per 10 s | ffmpeg, ms per 10 s | ratio | memory, MiB |"
        )
        print("| --- | --- | --- | --- | --- | --- |")
        for path in files:
            seconds = media_duration(path) or 0.0
            ours(path)
            pairs = [(ours(path), theirs(path)) for _ in range(chosen.repeats)]
            mine, their = (median(p[k] for p in pairs) * 1e4 / seconds for k in (0, 1))
            ratio = median(a / b for a, b in pairs)
            print(
                f"| {path.name} | {seconds:.0f} | {mine:.1f} | {their:.1f} | {ratio:.2f} "
                f"| {peak_memory(path):.0f} |"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
