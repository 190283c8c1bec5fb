"""Time of judging measured clips: from tables of measures to tables of verdicts.

`python benchmarks/judge.py --rows 100000` repeats measured rows, or simulated ones, with small
random changes, in tables of 256 rows of a folder that is deleted afterwards. It judges them for the
first time, with another tau, and once more without a change. The direction maps, which judging does
not read, are left out.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from simulation import CASES, simulate
from simulation.measured import simulated_row
from threadpoolctl import threadpool_limits

from foa360.config.curate import Curate
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.measured import MeasuredClip
from foa360.core.records import Clip
from foa360.stages.judge.stage import JudgedShards, JudgeFiles, judge_shards

Random = np.random.Generator

RATE = 24000
SECONDS = 10.0
SHARD_CLIPS = 256
#: Cases of simulated clips; four of nine have an empty channel, as half of the clips on YouTube.
SIMULATED = ("ambiX", "no Z", "ambiX", "no Z", "N3D", "ambiX", "no Z", "FuMa", "stereo in two")


def simulated_clips(count: int) -> list[MeasuredClip]:
    """Measure simulated scenes, with the frames of an ordinary video."""
    random = np.random.default_rng(0)
    clips = []
    for seed in range(count):
        case = CASES[SIMULATED[seed % len(SIMULATED)]]
        x = case.make(random, simulate(seed, SECONDS, RATE), RATE)
        span = Clip(clip_id="", video_id="", start=0.0, duration=SECONDS)
        clip = replace(simulated_row(span, x, RATE, random), direction_map=None)
        clips.append(clip)
    return clips


def varied(
    clips: Sequence[MeasuredClip], rows: int, clips_per_video: int, random: Random
) -> Iterator[MeasuredClip]:
    """Repeat clips; all clips of a video are alike, and each differs by 1 % in all its measures."""
    for row in range(rows):
        video = row // clips_per_video
        clip = clips[video % len(clips)]
        start = SECONDS * (row % clips_per_video)
        changes: dict[str, Any] = {
            "clip_id": f"v{video:06}_{start:g}",
            "video_id": f"v{video:06}",
            "start": start,
        }
        for field in fields(clip):
            value = getattr(clip, field.name)
            if isinstance(value, np.ndarray):
                factor = 1 + 0.01 * random.standard_normal(value.shape)
                changes[field.name] = (value * factor).astype(value.dtype)
        yield replace(clip, **changes)


def write_measures(folder: Path, clips: Iterator[MeasuredClip], rows: int) -> list[JudgeFiles]:
    """Write tables of measures, each of 256 rows."""
    shards = []
    for number in range(-(-rows // SHARD_CLIPS)):
        name = f"s{number:04}.parquet"
        files = JudgeFiles(
            measures=folder / "measures" / name,
            curation=folder / "curation" / name,
            kept=folder / "kept" / name,
        )
        part = [clip for _, clip in zip(range(SHARD_CLIPS), clips, strict=False)]
        tables.write(files.measures, part, MeasuredClip)
        shards.append(files)
    return shards


def timed(shards: Sequence[JudgeFiles], settings: Curate, version: str, processes: int) -> str:
    """Judge shards; return the cells of a row of the table."""
    begin, cpu = time.perf_counter(), sum(os.times()[:4])
    with threadpool_limits(1):
        progress = Progress("judge")
        judged: JudgedShards = judge_shards(shards, settings, version, progress, processes)
    seconds = time.perf_counter() - begin
    cpu = sum(os.times()[:4]) - cpu
    return (
        f"{judged.clips} | {seconds:.1f} | {cpu:.1f} | {judged.clips / seconds:.0f}"
        f" | {judged.new_verdicts} | {len(judged.kept_changed)}"
    )


def main() -> None:
    """Print a table of times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("measures", nargs="*", type=Path, help="measured tables to repeat")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--clips-per-video", type=int, nargs="*", default=[16, 1])
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    clips = []
    for path in chosen.measures:
        clips += tables.read(path, MeasuredClip)
    clips = clips or simulated_clips(45)
    print(
        "| clips per video | judged | rows | s | CPU s | rows/s | new verdicts | shards changed |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for clips_per_video in chosen.clips_per_video:
        rows = varied(clips, chosen.rows, clips_per_video, np.random.default_rng(1))
        with tempfile.TemporaryDirectory() as name:
            shards = write_measures(Path(name), rows, chosen.rows)
            for label, tau in (("first", 0.1), ("new tau", 0.2), ("no change", 0.2)):
                settings = Curate(tau=tau, strict=True)
                cells = timed(shards, settings, f"tau {tau}", chosen.processes)
                print(f"| {clips_per_video} | {label} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
