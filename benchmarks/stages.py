"""CPU time from media to feature shards: where it goes, against bare decoding of the same files.

`python benchmarks/stages.py FILE… --weights yolo11n.pt --backend onnx` runs the stages from
`measure` to `features` on the first ten seconds of each file, with all clips kept, twice: frames
are sampled once by `measure`, or decoded by each stage that needs them, as when a stage runs again
later. In the same run, FFmpeg's libraries decode the video to nothing, in one thread. Without
files, eight 640x360 H.264 videos of drawn scenes are made.
"""

import argparse
import cProfile
import pstats
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import av
import numpy as np
from threadpoolctl import threadpool_limits

from foa360.config.curate import Curate
from foa360.config.detect import Detect
from foa360.config.features import Features
from foa360.config.viewpoints import Viewpoints
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import FetchedVideo, PlannedClip
from foa360.demo.audio import sound_field
from foa360.demo.encode import write_media
from foa360.demo.scenes import random_scene
from foa360.media.sampling import Sampling, Use
from foa360.stages.detect.sampling import detection_sampling
from foa360.stages.detect.stage import DetectFiles, detect_shard
from foa360.stages.detect.yolo import Detector
from foa360.stages.features.stage import FeatureFiles, write_features
from foa360.stages.judge.stage import JudgeFiles, judge_shard
from foa360.stages.measure.stage import MeasureFiles, MeasureSettings, measure_shard
from foa360.stages.track.stage import TrackFiles, track_objects
from foa360.stages.viewpoints.stage import ViewpointFiles, choose_viewpoints

SHARD = "s0000"
SECONDS = 10.0
DRAWN_VIDEOS, DRAWN_SIZE, DRAWN_FPS = 8, (640, 360), 25
CURATE = Curate(score_only=True)
FEATURES = Features(store=["video", "covariance"])
#: What functions do: the own time of those whose file and name contain the texts.
PARTS = {
    "opening files": [("", "av.container.core.open")],
    "demultiplexing": [("", "_demux"), ("", "builtins.next")],
    "decoding": [("", "'decode' of 'av.packet")],
    "scaling": [("", "'reformat' of"), ("", "resize"), ("", "to_ndarray")],
    "JPEG": [("", "imencode"), ("", "imdecode")],
    "network": [("ultralytics", ""), ("torch", ""), ("onnxruntime", ""), ("", "torch.")],
    "HDF5 and Parquet": [("h5py", ""), ("pyarrow", ""), ("", "pyarrow")],
    "audio measures and features": [
        ("ambisonics", ""),
        ("scipy", ""),
        ("", "scipy."),
        ("media/audio", ""),
    ],
}


class Silent(Progress):
    """Says nothing."""

    def say(self, text: str) -> None:
        """Drop a line."""


class Run(NamedTuple):
    """CPU seconds per clip of each stage."""

    stages: dict[str, float]

    @property
    def total(self) -> float:
        """Sum over the stages."""
        return sum(self.stages.values())


class Round(NamedTuple):
    """Both ways, and bare decoding, CPU seconds per clip."""

    once: Run
    each: Run
    bare: float


def drawn_videos(folder: Path) -> list[Path]:
    """Write videos of drawn scenes with ambisonics."""
    paths = []
    for number in range(DRAWN_VIDEOS):
        scene = random_scene(f"stages {number}", SECONDS)
        count = round(SECONDS * DRAWN_FPS)
        frames = (scene.frame(i / DRAWN_FPS, *DRAWN_SIZE) for i in range(count))
        path = folder / f"drawn{number}.mp4"
        write_media(path, frames, sound_field(scene).astype(np.float32), video="h264", audio="aac")
        paths.append(path)
    return paths


def bare_decode(paths: list[Path]) -> float:
    """Return the CPU seconds per file of decoding the video alone, in one thread."""
    begin = time.process_time()
    for path in paths:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"
            for packet in container.demux(stream):
                packet.decode()
    return (time.process_time() - begin) / len(paths)


def write_tables(paths: list[Path], folder: Path) -> None:
    """Write the plan and the fetch table of local files with one clip each."""
    planned, fetched = [], []
    for path in paths:
        planned.append(
            PlannedClip(
                clip_id=f"{path.stem}_0",
                video_id=path.stem,
                start=0.0,
                duration=SECONDS,
                split="train",
                shard=SHARD,
                source="folder",
                source_number=0,
                video=str(path),
                audio=str(path),
            )
        )
        fetched.append(
            FetchedVideo(
                video_id=path.stem, state="fetched", video_path=str(path), audio_path=str(path)
            )
        )
    tables.write(folder / "plan.parquet", planned, PlannedClip)
    tables.write(folder / "fetch.parquet", fetched, FetchedVideo)


def run_stages(paths: list[Path], folder: Path, detect: Detect, decode_once: bool) -> Run:
    """Run the stages one after the other; files of the stages are in a folder."""
    write_tables(paths, folder)
    progress = Silent("stages")
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(stage: str) -> Iterator[None]:
        begin = time.process_time()
        yield
        seconds[stage] = (time.process_time() - begin) / len(paths)

    def table(name: str) -> Path:
        return folder / f"{name}.parquet"

    samplings: list[Sampling] = []
    frames = None
    if decode_once:
        frames = folder / "frames.h5"
        video = Sampling(Use.LOW_RESOLUTION, FEATURES.video_fps, FEATURES.video_width)
        samplings = [detection_sampling(detect), video]
    settings = MeasureSettings(cutoff_hz=4000.0, map_fps=detect.fps, samplings=samplings)
    with timed("measure"):
        measure_files = MeasureFiles(
            plan=table("plan"),
            fetch=table("fetch"),
            measures=table("measures"),
            frames=folder / "frames.h5",
        )
        measure_shard(SHARD, measure_files, settings, "", progress)
    with timed("judge"):
        judge_files = JudgeFiles(
            measures=table("measures"), curation=table("curation"), kept=table("kept")
        )
        judge_shard(judge_files, CURATE, "")
    with timed("detect"):
        detect_files = DetectFiles(
            fetch=table("fetch"), kept=table("kept"), frames=frames, boxes=table("boxes")
        )
        detect_shard(detect_files, detect, "", progress)
    with timed("track"):
        track_files = TrackFiles(
            kept=table("kept"),
            boxes=table("boxes"),
            detections=table("detections"),
            objects=table("objects"),
        )
        track_objects(track_files, detect)
    with timed("viewpoints"):
        viewpoint_files = ViewpointFiles(
            measures=table("measures"),
            kept=table("kept"),
            detections=table("detections"),
            objects=table("objects"),
            viewpoints=table("viewpoints"),
            agreement=table("agreement"),
        )
        choose_viewpoints(viewpoint_files, Viewpoints(), detect.fps, 0, progress)
    with timed("features"):
        feature_files = FeatureFiles(
            plan=table("plan"),
            fetch=table("fetch"),
            kept=table("kept"),
            viewpoints=table("viewpoints"),
            frames=frames,
            output=folder / "s0000.h5",
        )
        write_features(SHARD, feature_files, FEATURES, "", progress)
    return Run(seconds)


def parts_of(profile: cProfile.Profile, clips: int) -> dict[str, float]:
    """Own time of functions by what they do, CPU seconds per clip."""
    statistics: Any = pstats.Stats(profile)
    seconds = dict.fromkeys([*PARTS, "other"], 0.0)
    for (file, _, function), (_, _, own, _, _) in statistics.stats.items():
        seconds[_part(file, function)] += own / clips
    return seconds


def _part(file: str, function: str) -> str:
    for name, keys in PARTS.items():
        if any(in_file in file and in_name in function for in_file, in_name in keys):
            return name
    return "other"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--weights", default="demo")
    parser.add_argument("--backend", choices=["torch", "onnx"], default="torch")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    backend: Literal["torch", "onnx"] = options.backend
    detect = Detect(weights=options.weights, backend=backend)
    # Loading and exporting a network is not a cost per clip.
    loaded = Detector(detect.weights, detect.backend)
    blank = np.zeros((detect.image_size // 2, detect.image_size, 3), np.uint8)
    with tempfile.TemporaryDirectory() as name, threadpool_limits(1, "blas"):
        begin = time.process_time()
        Detector(detect.weights, detect.backend)([blank], 0.05)
        loading = time.process_time() - begin
        del loaded
        folder = Path(name)
        paths = [path.resolve() for path in options.files] or drawn_videos(folder)
        rounds = []
        for _ in range(options.repeats):
            runs = [run_stages(paths, folder, detect, decode_once=once) for once in (True, False)]
            for run in runs:
                run.stages["detect"] -= loading / len(paths)
            once, each = runs
            rounds.append(Round(once, each, bare_decode(paths)))
        profile = cProfile.Profile(time.process_time)
        profile.runcall(run_stages, paths, folder, detect, decode_once=True)
    print("CPU seconds per clip, medians; without loading the network")
    print("| stage | frames sampled once | frames decoded by each stage |\n| --- | --- | --- |")
    for stage in rounds[0].once.stages:
        cells = [
            np.median([run.stages[stage] for run in runs])
            for runs in ([r.once for r in rounds], [r.each for r in rounds])
        ]
        print(f"| {stage} | {cells[0]:.3f} | {cells[1]:.3f} |")
    totals = np.median([(r.once.total, r.each.total) for r in rounds], axis=0)
    bare = np.median([r.bare for r in rounds])
    print(f"| all | {totals[0]:.3f} | {totals[1]:.3f} |")
    print(f"| bare decoding of the video | {bare:.3f} | {bare:.3f} |")
    ratio = np.median([once.total / each.total for once, each, _ in rounds])
    over = np.median([once.total / alone for once, _, alone in rounds])
    print(f"\nonce / each: {ratio:.2f}; once / bare decoding: {over:.2f}")
    print("\n| part, frames sampled once | CPU seconds per clip |\n| --- | --- |")
    for part, seconds in parts_of(profile, len(paths)).items():
        print(f"| {part} | {seconds:.3f} |")


if __name__ == "__main__":
    main()
