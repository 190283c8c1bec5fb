"""How well the modes of detection find things, and what they cost.

    python benchmarks/detection.py rotation FILE… --weights yolo11n.pt   found again after a turn
    python benchmarks/detection.py rendered                              scenes whose truth is known
    python benchmarks/detection.py cost FILE… --weights yolo11n.pt       beside `ffmpeg -f null`

Files are videos or pictures, equirectangular. Give `--backend onnx` to run it faster on a CPU.
"""

import argparse
import resource
import subprocess
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import cv2
import imageio_ffmpeg
import numpy as np

from foa360.ambisonics import rotation
from foa360.demo.scenes import random_scene
from foa360.media.video import frames_at, sampled_frames
from foa360.sphere import (
    angular_distance,
    direction_to_pixel,
    pixel_to_direction,
    spherical_iou,
    to_direction,
    to_vector,
)
from foa360.stages.detect.merge import Objects
from foa360.stages.detect.modes import MODES
from foa360.stages.detect.search import Searcher
from foa360.stages.detect.yolo import Detector
from foa360.stages.plan.durations import media_duration

WIDTH = 1920


def turned(frame: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """ERP frame whose scene is turned by a rotation (3, 3)."""
    height, width = frame.shape[:2]
    u, v = np.meshgrid(np.arange(width), np.arange(height))
    there = to_vector(*pixel_to_direction(u, v, width, height)) @ matrix
    u, v = direction_to_pixel(*to_direction(there), width, height)
    padded = cv2.copyMakeBorder(frame, 0, 0, 1, 1, cv2.BORDER_WRAP)
    maps = (u + 1).astype(np.float32), v.astype(np.float32)
    return cv2.remap(padded, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def turned_back(found: Objects, matrix: np.ndarray) -> Objects:
    """Objects of a turned frame, where they are in the frame before."""
    azimuth, elevation = to_direction(to_vector(*found.boxes[:, :2].T) @ matrix)
    return found._replace(boxes=np.column_stack([azimuth, elevation, found.boxes[:, 2:]]))


def found_again(first: Objects, again: Objects) -> tuple[int, int]:
    """How many objects are there again: by a spherical IoU of 0.5, and by their direction alone.

    A direction is right within half of the object's smaller side, or 3°.
    """
    overlap = direction = 0
    for box, label in zip(first.boxes, first.labels, strict=True):
        others = again.boxes[[name == label for name in again.labels]]
        if len(others):
            overlap += spherical_iou(box, others).max() >= 0.5
            away = angular_distance(box[0], box[1], others[:, 0], others[:, 1]).min()
            direction += away <= max(box[2:].min() / 2, np.radians(3))
    return overlap, direction


def frames_of(files: list[Path]) -> list[np.ndarray]:
    """A picture of each file; four of a long video."""
    frames = []
    for path in files:
        if path.suffix in {".jpg", ".png"}:
            picture = cv2.imread(str(path))[..., ::-1]
            if picture.shape[0] == picture.shape[1]:  # two eyes
                picture = picture[: picture.shape[0] // 2]
            frames.append(cv2.resize(picture, (WIDTH, WIDTH // 2), interpolation=cv2.INTER_AREA))
        else:
            times = [2.0, 10.0, 20.0, 30.0] if (media_duration(path) or 0) > 31 else [5.0]
            found = frames_at(path, times, (WIDTH, WIDTH // 2))
            frames += [frame for frame in found if frame is not None]
    return frames


def rotate(chosen: argparse.Namespace) -> None:
    """Turn, detect, turn back: what is found again."""
    frames = frames_of(chosen.files)
    yaws = np.arange(0, 360, 360 / chosen.yaws)
    print(f"{len(frames)} pictures, {chosen.yaws} yaws, pitches {chosen.pitches}\n")
    print("| mode | pitch | objects | found again (IoU) | found again (direction) |")
    print("| --- | --- | --- | --- | --- |")
    for mode in chosen.modes:
        search = searcher(chosen, mode)
        counts = defaultdict(lambda: np.zeros(3))
        firsts = [first for _, first in search((0, frame) for frame in frames)]
        turns = [(p, y) for p in chosen.pitches for y in yaws if p or y]
        for frame, first in zip(frames, firsts, strict=True):
            matrices = [rotation(np.radians(y), np.radians(p), 0.0) for p, y in turns]
            views = ((i, turned(frame, m)) for i, m in enumerate(matrices))
            for i, found in search(views):
                again = found_again(first, turned_back(found, matrices[i]))
                counts[turns[i][0]] += [len(first.boxes), *again]
        number = sum(len(first.boxes) for first in firsts)
        for pitch, (there, overlap, direction) in counts.items():
            print(
                f"| {mode} | {pitch:g}° | {number} | {overlap / max(there, 1):.3f} "
                f"| {direction / max(there, 1):.3f} |",
                flush=True,
            )


def render(chosen: argparse.Namespace) -> None:
    """Precision, recall and error of direction by latitude, in scenes turned anyhow."""
    bands = [(0, 20), (20, 45), (45, 90)]
    random = np.random.default_rng(0)
    scenes = []
    for i in range(chosen.scenes):
        scene, time_ = random_scene(f"bench {i}", 10.0, count=3), float(random.uniform(0, 10))
        pitch = np.radians(chosen.pitches[i % len(chosen.pitches)])
        matrix = rotation(random.uniform(-np.pi, np.pi), pitch, 0.0)
        frame = turned(scene.frame(time_, 1280, 640), matrix)
        truth = scene.objects(time_)
        boxes = np.array([seen.box for seen in truth])
        azimuth, elevation = to_direction(to_vector(*boxes[:, :2].T) @ matrix.T)
        scenes.append((frame, np.column_stack([azimuth, elevation, boxes[:, 2:]]), truth))
    print("| mode | latitude | there | found | precision | recall | error, median |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for mode in chosen.modes:
        search = searcher(chosen, mode)
        rows = defaultdict(lambda: [0, 0, 0, 0, []])

        def band(elevation: float) -> tuple[int, int]:
            degrees = abs(np.degrees(elevation))
            return next((b for b in bands if degrees < b[1]), bands[-1])

        for (_, there, truth), (_, found) in zip(
            scenes, search((0, s[0]) for s in scenes), strict=True
        ):
            free = list(range(len(truth)))
            for box in there:
                rows[band(box[1])][0] += 1
            for box, label in zip(found.boxes, found.labels, strict=True):
                own = rows[band(box[1])]
                own[1] += 1
                hits = [
                    (angular_distance(*box[:2], *there[i][:2]), i)
                    for i in free
                    if truth[i].label == label and spherical_iou(box, there[i]) >= 0.4
                ]
                if hits:
                    away, best = min(hits)
                    free.remove(best)
                    own[2] += 1
                    rows[band(there[best][1])][3] += 1
                    rows[band(there[best][1])][4].append(np.degrees(away))
        for (low, high), (there_, found_, right, hit, errors) in sorted(rows.items()):
            print(
                f"| {mode} | {low} to {high}° | {there_} | {found_} "
                f"| {right / max(found_, 1):.2f} | {hit / max(there_, 1):.2f} "
                f"| {median(errors or [float('nan')]):.1f}° |"
            )


def cost(chosen: argparse.Namespace) -> None:
    """CPU time per 10 s of video: reading pictures, finding things, and decoding all of it."""
    heads = " | ".join(f"{mode}: read + find, s" for mode in chosen.modes)
    print(f"| file | ffmpeg -f null, s | read / ffmpeg | {heads} |")
    print("| --- | --- | --- |" + " --- |" * len(chosen.modes))
    for path in chosen.files:
        seconds = min(media_duration(path) or 10.0, 40.0)
        spans, share = [(0.0, seconds)], 10 / seconds
        ratios, parts = [], []
        for mode in chosen.modes:
            search, reads, finds = searcher(chosen, mode), [], []
            size = (search.width, search.width // 2)
            for _ in range(chosen.repeats):
                whole = theirs(path)
                begin = time.process_time()
                shown = [s for _, s in sampled_frames(path, spans, 1.0, size)]
                reads.append(time.process_time() - begin)
                ratios.append(reads[-1] / whole)
                begin = time.process_time()
                list(search((0, s.image) for s in shown))
                finds.append(time.process_time() - begin)
            parts.append(f"{median(reads) * share:.2f} + {median(finds) * share:.2f}")
        print(
            f"| {path.name} | {whole * share:.2f} | {median(ratios):.2f} | {' | '.join(parts)} |",
            flush=True,
        )


def theirs(path: Path) -> float:
    """CPU seconds of FFmpeg's program decoding the picture to nothing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path)]
    subprocess.run([*command, "-an", "-t", "40", "-f", "null", "-"], check=True, stdin=-3)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def searcher(chosen: argparse.Namespace, mode: str) -> Searcher:
    """The detector in a mode."""
    detector = Detector(chosen.weights, backend=chosen.backend)
    # The demo's network knows things as large as they are in a frame 416 pixels wide.
    sizes = {"erp": 416, "erp_wrap": 416, "tangent": 128} if chosen.weights == "demo" else {}
    return Searcher(detector, mode, chosen.image_size or sizes.get(mode, 640))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["rotation", "rendered", "cost"])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--weights", default="demo")
    parser.add_argument("--backend", default="torch", choices=["torch", "onnx"])
    parser.add_argument("--image-size", type=int)
    parser.add_argument("--modes", nargs="+", default=list(MODES), choices=list(MODES))
    parser.add_argument("--yaws", type=int, default=12)
    parser.add_argument("--pitches", type=float, nargs="+", default=[0.0, 30.0, -30.0, 60.0])
    parser.add_argument("--scenes", type=int, default=120)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    {"rotation": rotate, "rendered": render, "cost": cost}[chosen.what](chosen)


if __name__ == "__main__":
    main()
