"""Train the bundled demo detector on rendered scenes, and measure it on others.

    python -m foa360.demo.train_detector                trains, then measures (minutes on a CPU)
    python -m foa360.demo.train_detector --evaluate     measures the bundled file

docs/demo-detector.md has the figures.
"""

import argparse
import io
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

from foa360.demo.scenes import CLASSES, Scene, random_scene, seeded
from foa360.sphere import angular_distance, spherical_iou
from foa360.stages.detect.boxes import sphere_to_erp
from foa360.stages.detect.ultralytics_offline import yolo_class
from foa360.stages.detect.weights import demo_weights

WIDTH, HEIGHT = 640, 320
#: Width of the network's input; the demo's `detect.image_size`.
IMAGE_SIZE = 416
#: Depth, width and most channels of the YOLO11 that is trained: 0.6 M parameters.
SCALE = [0.33, 0.125, 512]


def training_scene(key: str) -> tuple[Scene, float]:
    """A scene that holds any number of objects up to four, and the time to look at it."""
    random = seeded(key, "training")
    labels = [str(c) for c in random.permutation(CLASSES)[: int(random.integers(0, 5))]]
    return random_scene(key, 10.0, labels), float(random.uniform(0, 10))


def write_images(folder: Path, split: str, count: int) -> None:
    """Frames and labels in the layout that Ultralytics trains on."""
    images, labels = folder / "images" / split, folder / "labels" / split
    images.mkdir(parents=True)
    labels.mkdir(parents=True)
    for i in range(count):
        scene, t = training_scene(f"detector {split} {i}")
        frame = scene.frame(t, WIDTH, HEIGHT)
        cv2.imwrite(
            str(images / f"{i:05}.jpg"),
            frame[..., ::-1],
            [cv2.IMWRITE_JPEG_QUALITY, int(60 + i % 36)],
        )
        lines = []
        for seen in scene.objects(t):
            # A box across the seam is two boxes for a detector that sees a plain picture.
            for shift in (0.0, 1.0):
                left, right = max(seen.left - shift, 0), min(seen.right - shift, 1)
                if right - left > 0.012:
                    box = [(left + right) / 2, (seen.top + seen.bottom) / 2]
                    box += [right - left, seen.bottom - seen.top]
                    lines.append(
                        f"{CLASSES.index(seen.label)} " + " ".join(f"{x:.6f}" for x in box)
                    )
        (labels / f"{i:05}.txt").write_text("\n".join(lines))


def train(output: Path, images: int, epochs: int) -> None:
    """Train and store the weights in half precision."""
    YOLO = yolo_class()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_images(folder, "train", images)
        write_images(folder, "val", 100)
        data = folder / "data.yaml"
        data.write_text(
            yaml.safe_dump(
                {"path": str(folder), "train": "images/train", "val": "images/val",
                 "names": dict(enumerate(CLASSES))}
            )
        )  # fmt: skip
        model = folder / "yolo11demo.yaml"
        model.write_text(yaml.safe_dump(architecture()))
        yolo = YOLO(str(model), task="detect")
        yolo.train(
            data=str(data), epochs=epochs, imgsz=IMAGE_SIZE, rect=True, batch=16, workers=0,
            device="cpu",
            optimizer="AdamW", lr0=0.003, warmup_epochs=1, mosaic=0.0, scale=0.3, translate=0.1,
            degrees=0, fliplr=0.5, flipud=0, hsv_v=0.3, erasing=0.0, amp=False, plots=False,
            val=True, seed=0, deterministic=True, project=str(folder), name="run", verbose=True,
        )  # fmt: skip
        publish(folder / "run" / "weights" / "best.pt", output)


def publish(trained: Path, output: Path) -> None:
    """Copy weights without the date and the paths of the machine that trained them."""
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
    """YOLO11 as Ultralytics ships it, narrowed."""
    from ultralytics.utils import ROOT

    path = ROOT / "cfg" / "models" / "11" / "yolo11.yaml"
    return {
        **yaml.safe_load(path.read_text()),
        "nc": len(CLASSES), "scales": {"n": SCALE}, "scale": "n",
    }  # fmt: skip


def evaluate(weights: str, frames: int = 400) -> dict[str, dict[str, float]]:
    """Precision, recall (IoU at least 0.5, score at least 0.25) and direction error by class."""
    from foa360.stages.detect.search import Searcher
    from foa360.stages.detect.yolo import Detector

    search = Searcher(Detector(weights), image_size=IMAGE_SIZE)
    counts = {label: np.zeros(3) for label in CLASSES}  # hits, found, there
    errors: dict[str, list[float]] = {label: [] for label in CLASSES}
    for i in range(frames):
        scene, t = training_scene(f"detector test {i}")
        there = [s for s in scene.objects(t) if s.right <= 1]
        ((_, found),) = search([(i, scene.frame(t, WIDTH, HEIGHT))])
        whole = (sphere_to_erp(found.boxes)[:, [0, 2]] * [1, -1] + [0, 1]).min(-1) > 0.01
        for seen in there:
            counts[seen.label][2] += 1
        for box, label, inside in zip(found.boxes, found.labels, whole, strict=True):
            if not inside:
                continue
            counts[label][1] += 1
            alike = [s for s in there if s.label == label]
            match = next((s for s in alike if spherical_iou(box, s.box) >= 0.5), None)
            if match is not None:
                counts[label][0] += 1
                there.remove(match)
                away = angular_distance(box[0], box[1], match.azimuth, match.elevation)
                errors[label].append(float(np.degrees(away)))
    return {
        label: {
            "precision": hits / max(found_, 1), "recall": hits / max(there_, 1), "boxes": there_,
            "error": float(np.median(errors[label] or [np.nan])),
        }
        for label, (hits, found_, there_) in counts.items()
    }  # fmt: skip


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--evaluate", action="store_true", help="only measure the bundled weights")
    parser.add_argument("--images", type=int, default=800)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--output", type=Path, default=demo_weights())
    chosen = parser.parse_args()
    if not chosen.evaluate:
        train(chosen.output, chosen.images, chosen.epochs)
    print(
        "| class | boxes | precision | recall | direction error, median |\n"
        "| --- | --- | --- | --- | --- |"
    )
    for label, row in evaluate(str(chosen.output)).items():
        print(
            f"| {label} | {row['boxes']:.0f} | {row['precision']:.3f} | {row['recall']:.3f} "
            f"| {row['error']:.1f}° |"
        )


if __name__ == "__main__":
    main()
