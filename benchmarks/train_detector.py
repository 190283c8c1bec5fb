"""Train the bundled demo detector on rendered scenes, and measure it on others.

    python benchmarks/train_detector.py                trains, then measures (minutes on a CPU)
    python benchmarks/train_detector.py --evaluate     measures the bundled file

docs/demo-detector.md has the figures.
"""

import argparse
import io
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml
from sphere_detector import SphereDetector

from foa360.demo.scenes import CLASSES, Scene, random_scene, seeded
from foa360.sphere import angular_distance, spherical_iou
from foa360.stages.detect.ultralytics_offline import yolo_class
from foa360.stages.detect.weights import demo_weights
from foa360.stages.detect.yolo import Detector
from foa360.stages.track.boxes import sphere_to_erp

#: Size of the rendered frames, pixels.
WIDTH, HEIGHT = 640, 320
#: Width of the network's input, pixels; the demo's `detect.image_size`.
IMAGE_SIZE = 416
#: Depth, width and most channels of the YOLO11 that is trained: 0.6 M parameters.
SCALE = [0.33, 0.125, 512]
#: A part of a box beyond the seam is labelled from this share of the frame's width on.
MIN_LABEL_WIDTH = 0.012
#: Detections nearer to the seam than this share of the frame's width are not evaluated.
SEAM_MARGIN = 0.01
#: A detection matches an object from this spherical IoU on.
MATCH_IOU = 0.5
#: Options of Ultralytics' training besides data, epochs and folders.
TRAINING = {
    "imgsz": IMAGE_SIZE,
    "rect": True,
    "batch": 16,
    "workers": 0,
    "device": "cpu",
    "optimizer": "AdamW",
    "lr0": 0.003,
    "warmup_epochs": 1,
    "mosaic": 0.0,
    "scale": 0.3,
    "translate": 0.1,
    "degrees": 0,
    "fliplr": 0.5,
    "flipud": 0,
    "hsv_v": 0.3,
    "erasing": 0.0,
    "amp": False,
    "plots": False,
    "val": True,
    "seed": 0,
    "deterministic": True,
    "verbose": True,
}


def training_scene(key: str) -> tuple[Scene, float]:
    """Render a scene with up to four objects, and choose the time of its frame."""
    random = seeded(key, "training")
    labels = [str(c) for c in random.permutation(CLASSES)[: int(random.integers(0, 5))]]
    return random_scene(key, 10.0, labels), float(random.uniform(0, 10))


def label_lines(scene: Scene, time: float) -> list[str]:
    """Describe the boxes of a frame in the format of Ultralytics."""
    lines = []
    for drawn in scene.objects(time):
        # A box across the seam is two boxes for a detector that processes an ordinary image.
        for shift in (0.0, 1.0):
            left = max(drawn.left - shift, 0)
            right = min(drawn.right - shift, 1)
            if right - left > MIN_LABEL_WIDTH:
                centre = [(left + right) / 2, (drawn.top + drawn.bottom) / 2]
                size = [right - left, drawn.bottom - drawn.top]
                numbers = " ".join(f"{x:.6f}" for x in centre + size)
                lines.append(f"{CLASSES.index(drawn.label)} {numbers}")
    return lines


def write_images(folder: Path, split: str, count: int) -> None:
    """Write frames and labels in the layout that Ultralytics trains on."""
    images, labels = folder / "images" / split, folder / "labels" / split
    images.mkdir(parents=True)
    labels.mkdir(parents=True)
    for i in range(count):
        scene, time = training_scene(f"detector {split} {i}")
        frame = scene.frame(time, WIDTH, HEIGHT)
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(60 + i % 36)]
        cv2.imwrite(str(images / f"{i:05}.jpg"), frame[..., ::-1], quality)
        (labels / f"{i:05}.txt").write_text("\n".join(label_lines(scene, time)))


def train(output: Path, images: int, epochs: int) -> None:
    """Train, and store the weights in half precision."""
    YOLO = yolo_class()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_images(folder, "train", images)
        write_images(folder, "val", 100)
        data = {
            "path": str(folder),
            "train": "images/train",
            "val": "images/val",
            "names": dict(enumerate(CLASSES)),
        }
        (folder / "data.yaml").write_text(yaml.safe_dump(data))
        (folder / "yolo11demo.yaml").write_text(yaml.safe_dump(architecture()))
        yolo = YOLO(str(folder / "yolo11demo.yaml"), task="detect")
        yolo.train(
            data=str(folder / "data.yaml"),
            epochs=epochs,
            project=str(folder),
            name="run",
            **TRAINING,
        )
        publish(folder / "run" / "weights" / "best.pt", output)


def publish(trained: Path, output: Path) -> None:
    """Copy weights without the date and paths of the machine that trained them."""
    import torch

    state = torch.load(trained, map_location="cpu", weights_only=False)
    network = state["model"]
    network.yaml["yaml_file"] = "yolo11demo.yaml"
    network.args = {k: v for k, v in network.args.items() if k in {"task", "imgsz"}}
    kept = {"version", "license", "docs", "epoch", "model"}
    buffer = io.BytesIO()
    torch.save({k: state[k] for k in kept} | {"train_args": network.args}, buffer)
    output.write_bytes(buffer.getvalue())


def architecture() -> dict[str, Any]:
    """Return the architecture of YOLO11 as Ultralytics ships it, narrowed."""
    from ultralytics.utils import ROOT

    path = ROOT / "cfg" / "models" / "11" / "yolo11.yaml"
    narrowed = {"nc": len(CLASSES), "scales": {"n": SCALE}, "scale": "n"}
    return yaml.safe_load(path.read_text()) | narrowed


@dataclass
class ClassCounts:
    """Detections and objects of one class."""

    objects: int = 0
    detections: int = 0
    matches: int = 0
    errors: list[float] = field(default_factory=list)  # of direction, degrees

    @property
    def precision(self) -> float:
        """Share of the detections that match an object."""
        return self.matches / max(self.detections, 1)

    @property
    def recall(self) -> float:
        """Share of the objects that a detection matches."""
        return self.matches / max(self.objects, 1)

    @property
    def median_error(self) -> float:
        """Median error of direction, degrees."""
        return float(np.median(self.errors or [np.nan]))


def evaluate(weights: str, frames: int = 400) -> dict[str, ClassCounts]:
    """Count detections (score at least 0.25) and objects by class, in scenes not trained on."""
    detector = SphereDetector(Detector(weights), image_size=IMAGE_SIZE)
    counts = {label: ClassCounts() for label in CLASSES}
    for i in range(frames):
        scene, time = training_scene(f"detector test {i}")
        objects = [drawn for drawn in scene.objects(time) if drawn.right <= 1]
        ((_, found),) = detector([(i, scene.frame(time, WIDTH, HEIGHT))])
        margins = sphere_to_erp(found.boxes)[:, [0, 2]] * [1, -1] + [0, 1]
        whole = margins.min(-1) > SEAM_MARGIN
        for drawn in objects:
            counts[drawn.label].objects += 1
        for box, label in zip(found.boxes[whole], np.array(found.labels)[whole], strict=True):
            of_class = counts[label]
            of_class.detections += 1
            same_class = [drawn for drawn in objects if drawn.label == label]
            match = next((o for o in same_class if spherical_iou(box, o.box) >= MATCH_IOU), None)
            if match is not None:
                of_class.matches += 1
                objects.remove(match)
                distance = angular_distance(box[0], box[1], match.azimuth, match.elevation)
                of_class.errors.append(float(np.degrees(distance)))
    return counts


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--evaluate", action="store_true", help="only measure the bundled weights")
    parser.add_argument("--images", type=int, default=800)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--output", type=Path, default=demo_weights())
    options = parser.parse_args()
    if not options.evaluate:
        train(options.output, options.images, options.epochs)
    print("| class | boxes | precision | recall | direction error, median |")
    print("| --- | --- | --- | --- | --- |")
    for label, counts in evaluate(str(options.output)).items():
        print(
            f"| {label} | {counts.objects} | {counts.precision:.3f} | {counts.recall:.3f} "
            f"| {counts.median_error:.1f}° |"
        )


if __name__ == "__main__":
    main()
