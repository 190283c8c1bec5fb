"""Quality and cost of the modes of detection.

    python benchmarks/detection.py rotation FILE… --weights yolo11n.pt   same after a rotation?
    python benchmarks/detection.py rendered                              scenes with known truth
    python benchmarks/detection.py cost FILE… --weights yolo11n.pt       compared with ffmpeg

Files are equirectangular videos or images. `--backend onnx` is faster on a CPU.
"""

import argparse
import resource
import subprocess
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import NamedTuple

import cv2
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from sphere_detector import SphereDetector

from foa360.ambisonics import rotation
from foa360.demo.scenes import random_scene
from foa360.media.detector_images import MODES
from foa360.media.video import FrameConverter, FrameFormat, SpanSchedule, frames_at, span_frames
from foa360.sphere import (
    angular_distance,
    direction_to_pixel,
    pixel_to_direction,
    spherical_iou,
    to_direction,
    to_vector,
)
from foa360.stages.detect.yolo import Detector
from foa360.stages.plan.durations import media_duration
from foa360.stages.track.merge import FrameDetections

Floats = NDArray[np.float64]
Image = NDArray[np.uint8]

#: Width of the frames of `rotation`, pixels.
WIDTH = 1920
#: Times of the frames of a video longer than the last of them, and of a shorter one, s.
LONG_VIDEO_TIMES = [2.0, 10.0, 20.0, 30.0]
SHORT_VIDEO_TIMES = [5.0]
#: After a rotation, a detection is the same from this spherical IoU on.
SAME_IOU = 0.5
#: A direction is right within half of the object's smaller side, or within this, rad.
DIRECTION_TOLERANCE = np.radians(3)
#: In rendered scenes, a detection matches an object from this spherical IoU on.
MATCH_IOU = 0.4
#: Bands of latitude, degrees.
BANDS = [(0, 20), (20, 45), (45, 90)]
#: Length of video whose cost is measured, s.
MAX_COST_S = 40.0
#: Width of the network's input for the bundled weights, which expect objects as large as in a frame
#: 416 pixels wide.
DEMO_SIZES = {"erp": 416, "erp_wrap": 416, "tangent": 128}


def rotate_frame(frame: Image, matrix: Floats) -> Image:
    """Rotate the scene of an ERP frame by a matrix (3, 3)."""
    height, width = frame.shape[:2]
    pixels = np.meshgrid(np.arange(width), np.arange(height))
    source = to_vector(*pixel_to_direction(*pixels, width, height)) @ matrix
    u, v = direction_to_pixel(*to_direction(source), width, height)
    padded = cv2.copyMakeBorder(frame, 0, 0, 1, 1, cv2.BORDER_WRAP)
    maps = (u + 1).astype(np.float32), v.astype(np.float32)
    return cv2.remap(padded, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def rotate_boxes(boxes: Floats, matrix: Floats) -> Floats:
    """Rotate the directions of boxes (n, 4) by a matrix (3, 3)."""
    azimuth, elevation = to_direction(to_vector(*boxes[:, :2].T) @ matrix.T)
    return np.column_stack([azimuth, elevation, boxes[:, 2:]])


def count_repeated(first: FrameDetections, again: FrameDetections) -> tuple[int, int]:
    """Count the detections that are there again: by spherical IoU, and by direction alone."""
    overlap = direction = 0
    for box, label in zip(first.boxes, first.labels, strict=True):
        others = again.boxes[[name == label for name in again.labels]]
        if len(others):
            overlap += spherical_iou(box, others).max() >= SAME_IOU
            distance = angular_distance(box[0], box[1], others[:, 0], others[:, 1]).min()
            direction += distance <= max(box[2:].min() / 2, DIRECTION_TOLERANCE)
    return overlap, direction


def read_frames(files: Sequence[Path]) -> list[Image]:
    """Read one frame of each file; several of a long video."""
    frames = []
    for path in files:
        if path.suffix in {".jpg", ".png"}:
            read = cv2.imread(str(path))
            if read is None:
                raise OSError(f"{path} is no image")
            image = read[..., ::-1]
            if image.shape[0] == image.shape[1]:  # stereoscopic
                image = image[: image.shape[0] // 2]
            frames.append(cv2.resize(image, (WIDTH, WIDTH // 2), interpolation=cv2.INTER_AREA))
        else:
            is_long = (media_duration(path) or 0) > LONG_VIDEO_TIMES[-1] + 1
            times = LONG_VIDEO_TIMES if is_long else SHORT_VIDEO_TIMES
            found = frames_at(path, times, (WIDTH, WIDTH // 2))
            frames += [frame for frame in found if frame is not None]
    return frames


def measure_rotation(options: argparse.Namespace) -> None:
    """Rotate, detect, rotate back: share of the detections that are the same."""
    frames = read_frames(options.files)
    yaws = np.arange(0, 360, 360 / options.yaws)
    rotations = [(pitch, yaw) for pitch in options.pitches for yaw in yaws if pitch or yaw]
    matrices = [rotation(np.radians(yaw), np.radians(pitch), 0.0) for pitch, yaw in rotations]
    print(f"{len(frames)} frames, {options.yaws} yaws, pitches {options.pitches}\n")
    print("| mode | pitch | detections | same by IoU | same by direction |")
    print("| --- | --- | --- | --- | --- |")
    for mode in options.modes:
        detector = make_detector(options, mode)
        counts = defaultdict[float, Floats](lambda: np.zeros(3))
        firsts = [first for _, first in detector((0, frame) for frame in frames)]
        for frame, first in zip(frames, firsts, strict=True):
            rotated = ((i, rotate_frame(frame, m)) for i, m in enumerate(matrices))
            for i, found in detector(rotated):
                boxes = rotate_boxes(found.boxes, matrices[i].T)
                again = count_repeated(first, found._replace(boxes=boxes))
                pitch, _ = rotations[i]
                counts[pitch] += [len(first.boxes), *again]
        number = sum(len(first.boxes) for first in firsts)
        for pitch, (total, overlap, direction) in counts.items():
            print(
                f"| {mode} | {pitch:g}° | {number} | {overlap / max(total, 1):.3f} "
                f"| {direction / max(total, 1):.3f} |",
                flush=True,
            )


class RenderedFrame(NamedTuple):
    """A frame of a scene, and what it contains."""

    frame: Image
    boxes: Floats  # (n, 4), radians
    labels: list[str]


@dataclass
class BandCounts:
    """Detections and objects in a band of latitude."""

    objects: int = 0
    detections: int = 0
    right: int = 0  # detections that match an object
    found: int = 0  # objects that a detection matches
    errors: list[float] = field(default_factory=list)  # of direction, degrees


def render_frames(options: argparse.Namespace) -> list[RenderedFrame]:
    """Render scenes of three objects, rotated by any yaw and by the pitches in turn."""
    random = np.random.default_rng(0)
    frames = []
    for i in range(options.scenes):
        scene = random_scene(f"bench {i}", 10.0, count=3)
        time_s = float(random.uniform(0, 10))
        pitch = np.radians(options.pitches[i % len(options.pitches)])
        matrix = rotation(random.uniform(-np.pi, np.pi), pitch, 0.0)
        frame = rotate_frame(scene.frame(time_s, 1280, 640), matrix)
        objects = scene.objects(time_s)
        boxes = rotate_boxes(np.array([o.box for o in objects]), matrix)
        frames.append(RenderedFrame(frame, boxes, [o.label for o in objects]))
    return frames


def band_of(elevation: float) -> tuple[int, int]:
    """Return the band of latitude of an elevation in radians."""
    latitude = abs(np.degrees(elevation))
    return next((band for band in BANDS if latitude < band[1]), BANDS[-1])


def count_matches(
    truth: RenderedFrame, found: FrameDetections, counts: dict[tuple[int, int], BandCounts]
) -> None:
    """Match detections with objects, and add them to the counts."""
    free = list(range(len(truth.labels)))
    for box in truth.boxes:
        counts[band_of(box[1])].objects += 1
    for box, label in zip(found.boxes, found.labels, strict=True):
        band = counts[band_of(box[1])]
        band.detections += 1
        matches = [
            (angular_distance(*box[:2], *truth.boxes[i][:2]), i)
            for i in free
            if truth.labels[i] == label and spherical_iou(box, truth.boxes[i]) >= MATCH_IOU
        ]
        if matches:
            distance, best = min(matches)
            free.remove(best)
            band.right += 1
            band_of_object = counts[band_of(truth.boxes[best][1])]
            band_of_object.found += 1
            band_of_object.errors.append(float(np.degrees(distance)))


def measure_rendered(options: argparse.Namespace) -> None:
    """Measure precision, recall and error of direction by latitude, in rotated scenes."""
    frames = render_frames(options)
    print("| mode | latitude | objects | detections | precision | recall | error, median |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for mode in options.modes:
        detector = make_detector(options, mode)
        counts: dict[tuple[int, int], BandCounts] = defaultdict(BandCounts)
        for truth, found in detector((rendered, rendered.frame) for rendered in frames):
            count_matches(truth, found, counts)
        for (low, high), band in sorted(counts.items()):
            print(
                f"| {mode} | {low} to {high}° | {band.objects} | {band.detections} "
                f"| {band.right / max(band.detections, 1):.2f} "
                f"| {band.found / max(band.objects, 1):.2f} "
                f"| {median(band.errors or [float('nan')]):.1f}° |"
            )


def measure_cost(options: argparse.Namespace) -> None:
    """Measure CPU time per 10 s of video: reading frames, detection, and decoding with ffmpeg."""
    heads = " | ".join(f"{mode}: read + detect, s" for mode in options.modes)
    print(f"| file | ffmpeg -f null, s | read / ffmpeg | {heads} |")
    print("| --- | --- | --- |" + " --- |" * len(options.modes))
    for path in options.files:
        seconds = min(media_duration(path) or 10.0, MAX_COST_S)
        share = 10 / seconds
        ratios, cells = [], []
        for mode in options.modes:
            detector = make_detector(options, mode)
            size = detector.images_of.frame_size
            read_s, detect_s = [], []
            for _ in range(options.repeats):
                ffmpeg_s = ffmpeg_time(path)
                begin = time.process_time()
                schedule = SpanSchedule([(0.0, seconds)], 1.0, prefer_key_frames=True)
                (frames,) = span_frames(path, schedule, FrameConverter(FrameFormat(size)))
                read_s.append(time.process_time() - begin)
                ratios.append(read_s[-1] / ffmpeg_s)
                begin = time.process_time()
                list(detector((0, image) for _, image in frames if image is not None))
                detect_s.append(time.process_time() - begin)
            cells.append(f"{median(read_s) * share:.2f} + {median(detect_s) * share:.2f}")
        print(
            f"| {path.name} | {ffmpeg_s * share:.2f} | {median(ratios):.2f} "
            f"| {' | '.join(cells)} |",
            flush=True,
        )


def ffmpeg_time(path: Path) -> float:
    """Measure the CPU seconds of FFmpeg decoding the video and discarding it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path)]
    command += ["-an", "-t", f"{MAX_COST_S:g}", "-f", "null", "-"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def make_detector(options: argparse.Namespace, mode: str) -> SphereDetector:
    """Load the detector in a mode."""
    detector = Detector(options.weights, backend=options.backend)
    sizes = DEMO_SIZES if options.weights == "demo" else {}
    return SphereDetector(detector, mode, options.image_size or sizes.get(mode, 640))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("measure", choices=["rotation", "rendered", "cost"])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--weights", default="demo")
    parser.add_argument("--backend", default="torch", choices=["torch", "onnx"])
    parser.add_argument("--image-size", type=int)
    parser.add_argument("--modes", nargs="+", default=list(MODES), choices=list(MODES))
    parser.add_argument("--yaws", type=int, default=12)
    parser.add_argument("--pitches", type=float, nargs="+", default=[0.0, 30.0, -30.0, 60.0])
    parser.add_argument("--scenes", type=int, default=120)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    measures = {"rotation": measure_rotation, "rendered": measure_rendered, "cost": measure_cost}
    measures[options.measure](options)


if __name__ == "__main__":
    main()
