"""Soak: many real clips from media to feature shards on one core. Do memory and speed stay flat?

    PYTHONPATH=src:tests python benchmarks/soak.py FOLDER FILE… --clips 1000 --weights yolo11n.pt

Copies of the files stand in FOLDER for a list of that length, each a video of its own. While
Snakemake runs, memory and open files of it and of each job are read every five seconds, and written
to FOLDER/samples.csv. Without FILE, the table of a soak that has ended is printed.
"""

import argparse
import csv
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psutil
import yaml
from support.runs import command

INTERVAL_S = 5.0
STAGES = ["measure", "detect", "track", "viewpoints", "features"]
MAIN = "snakemake"


class Sample(NamedTuple):
    """State of a process at a time."""

    seconds: float
    pid: int
    stage: str
    memory_mb: float
    open_files: int


def write_run(folder: Path, files: list[Path], clips: int, options: argparse.Namespace) -> None:
    """Write the media and the configuration of a run."""
    media = folder / "media"
    media.mkdir(parents=True)
    for number in range(clips):
        file = files[number % len(files)]
        shutil.copyfile(file, media / f"v{number:05}{file.suffix}")
    config = {
        "sources": [{"kind": "folder", "path": str(media)}],
        "shard": {"clips": options.shard},
        "curate": {"score_only": True},
        "detect": {
            "weights": options.weights,
            "backend": options.backend,
            "image_size": options.image_size,
        },
        "features": {"store": ["video", "covariance"]},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))


def stage_of(process: psutil.Process) -> str | None:
    """Return the stage whose script a process runs: `…/tmpab12.measure.py`."""
    for word in process.cmdline():
        parts = Path(word).name.split(".")
        if len(parts) == 3 and parts[0].startswith("tmp") and parts[2] == "py":
            return parts[1]
    return None


def samples(main: subprocess.Popen[bytes]) -> Iterator[Sample]:
    """Yield the states of a run and its jobs until it ends."""
    root, begin = psutil.Process(main.pid), time.monotonic()
    while main.poll() is None:
        now = time.monotonic() - begin
        for process in [root, *root.children(recursive=True)]:
            try:
                stage = MAIN if process.pid == root.pid else stage_of(process)
                if stage:
                    memory = process.memory_info().rss / 1e6
                    yield Sample(now, process.pid, stage, memory, process.num_fds())
            except psutil.Error:  # it has ended
                continue
        time.sleep(INTERVAL_S)


def soak(folder: Path) -> None:
    """Run to the shards, write what was seen."""
    with (folder / "run.log").open("w") as log, (folder / "samples.csv").open("w") as table:
        line = command(folder, "--cores", "1", "features")
        main = subprocess.Popen(line, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        rows = csv.writer(table)
        rows.writerow(Sample._fields)
        for sample in samples(main):
            rows.writerow(sample)
            table.flush()
    if main.returncode:
        sys.exit((folder / "run.log").read_text()[-3000:])


def read_samples(folder: Path) -> list[Sample]:
    """Read what was seen."""
    with (folder / "samples.csv").open() as table:
        return [
            Sample(float(s), int(pid), stage, float(mb), int(files))
            for s, pid, stage, mb, files in list(csv.reader(table))[1:]
        ]


def halves(values: list[float]) -> str:
    """Return the largest values of the second and the last quarter; the first one warms up."""
    quarters = np.array_split(np.array(values), 4)
    return f"{quarters[1].max():.0f} → {quarters[3].max():.0f}"


def cpu_seconds(path: Path) -> float:
    """Return the CPU time of a job from Snakemake's benchmark."""
    with path.open() as table:
        return float(next(csv.DictReader(table, delimiter="\t"))["cpu_time"])


def print_table(folder: Path) -> None:
    """Print for each job how memory and open files went, and the CPU time per clip."""
    seen = read_samples(folder)
    print("| process | memory, MB, second → last quarter | open files | CPU s per clip, by shard |")
    print("| --- | --- | --- | --- |")
    clips = yaml.safe_load((folder / "config.yaml").read_text())["shard"]["clips"]
    for stage in [MAIN, *STAGES]:
        jobs: dict[int, list[Sample]] = {}
        for sample in seen:
            if sample.stage == stage:
                jobs.setdefault(sample.pid, []).append(sample)
        long = [job for job in jobs.values() if len(job) >= 4]
        memory = ", ".join(halves([s.memory_mb for s in job]) for job in long)
        files = ", ".join(halves([s.open_files for s in job]) for job in long)
        costs = sorted((folder / "results" / "cost" / stage).glob("*.tsv"))
        speed = ", ".join(f"{cpu_seconds(path) / clips:.3f}" for path in costs)
        print(f"| {stage} | {memory} | {files} | {speed} |")


def main() -> None:
    """Soak, or print the table of one that has ended."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--shard", type=int, default=100)
    parser.add_argument("--weights", default="demo")
    parser.add_argument("--image-size", type=int, default=640)
    parser.add_argument("--backend", choices=["torch", "onnx"], default="onnx")
    options = parser.parse_args()
    if options.files:
        write_run(options.folder, options.files, options.clips, options)
        soak(options.folder)
    print_table(options.folder)


if __name__ == "__main__":
    main()
