"""Miniatures of AVSBench in its public layout: shapes that move, each with a sound of its own."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

from foa360.downstream.avsbench import VIDEO_FRAMES

RATE = 16000
#: Shapes, and the pitch of the pulses that each of them sounds.
SHAPES = {"circle": 400.0, "square": 1100.0, "triangle": 3000.0}
PULSES_PER_SECOND = 4
#: Videos of a miniature by split.
FEW = {"train": 4, "val": 3, "test": 3}


def write_s4(folder: Path, counts: Mapping[str, int] = FEW, size: int = 64, seed: int = 0) -> Path:
    """Write Single-source: all shapes are visible and one, the category, sounds."""
    base = folder / "Single-source"
    lines = ["name,start,category,split"]
    for split, count in counts.items():
        for number in range(count):
            category = list(SHAPES)[number % len(SHAPES)]
            name = f"{split}{number:04d}"
            lines.append(f"{name},{number},{category},{split}")
            frames, masks = draw(random(seed, split, number), size)
            below = Path(split, category)
            data = base / "s4_data"
            for frame in range(VIDEO_FRAMES):
                save(frames[frame], data / "visual_frames" / below / name, name, frame)
                if frame == 0 or split != "train":
                    mask = Image.fromarray(masks[category][frame])
                    save(mask, data / "gt_masks" / below / name, name, frame)
            write_wav(data / "audio_wav" / below / f"{name}.wav", [{category}] * VIDEO_FRAMES)
    (base / "s4_meta_data.csv").write_text("\n".join(lines) + "\n")
    return folder


def write_ms3(folder: Path, counts: Mapping[str, int] = FEW, size: int = 64, seed: int = 0) -> Path:
    """Write Multi-sources: in each second one or two of the shapes sound, or none."""
    base = folder / "Multi-sources"
    lines = ["name,split"]
    for split, count in counts.items():
        for number in range(count):
            name = f"{split}{number:04d}"
            lines.append(f"{name},{split}")
            generator = random(seed, split, number)
            frames, masks = draw(generator, size)
            sounding = [
                set(generator.choice(list(SHAPES), generator.integers(1, 3), replace=False))
                for _ in range(VIDEO_FRAMES)
            ]
            sounding[number % VIDEO_FRAMES] = set()
            data = base / "ms3_data"
            for frame in range(VIDEO_FRAMES):
                save(frames[frame], data / "visual_frames" / name, f"{name}.mp4", frame)
                numbers = np.zeros((size, size), np.uint8)
                for label, shape in enumerate(SHAPES, 1):
                    if shape in sounding[frame]:
                        numbers[masks[shape][frame]] = label
                mask = Image.fromarray(numbers).convert("P")
                mask.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0, 0, 0, 200])
                save(mask, data / "gt_masks" / split / name, name, frame)
            write_wav(data / "audio_wav" / split / f"{name}.wav", sounding)
    (base / "ms3_meta_data.csv").write_text("\n".join(lines) + "\n")
    return folder


def random(seed: int, split: str, number: int) -> np.random.Generator:
    return np.random.default_rng([seed, sum(split.encode()), number])


def draw(
    generator: np.random.Generator, size: int
) -> tuple[list[Image.Image], dict[str, NDArray[np.bool_]]]:
    """Draw five frames of all shapes, and the mask `(5, size, size)` of each shape."""
    down, across = np.mgrid[:size, :size] + 0.5
    radius = 0.16 * size
    # On a circle, so that no two of them touch, and moving round it.
    turn = generator.uniform(0, 2 * np.pi)
    places = generator.permutation(len(SHAPES))
    colours = {shape: generator.integers(60, 256, 3) for shape in SHAPES}
    background = generator.integers(0, 60, 3)
    noise = generator.integers(0, 12, (size, size, 3))
    frames = []
    masks = {shape: np.zeros((VIDEO_FRAMES, size, size), bool) for shape in SHAPES}
    for frame in range(VIDEO_FRAMES):
        image = background + noise
        for place, shape in zip(places, SHAPES, strict=True):
            angle = turn + 0.15 * frame + 2 * np.pi * place / len(SHAPES)
            x = across - size / 2 - 0.28 * size * np.cos(angle)
            y = down - size / 2 - 0.28 * size * np.sin(angle)
            inside = {
                "circle": np.hypot(x, y) < radius,
                "square": np.maximum(abs(x), abs(y)) < 0.85 * radius,
                "triangle": (y < 0.7 * radius) & (abs(x) < (y + 1.1 * radius) * 0.6),
            }[shape]
            masks[shape][frame] = inside
            image[inside] = colours[shape]
        frames.append(Image.fromarray(image.astype(np.uint8)))
    return frames, masks


def save(image: Image.Image, folder: Path, stem: str, frame: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    image.save(folder / f"{stem}_{frame + 1}.png")


def write_wav(path: Path, sounding: Sequence[set[str]]) -> None:
    """Write a second for each set of shapes: pulses of their pitches, and faint noise."""
    time = np.arange(RATE) / RATE
    pulse = np.exp(-12 * (time * PULSES_PER_SECOND % 1))
    seconds = [
        sum((0.3 * pulse * np.sin(2 * np.pi * SHAPES[shape] * time) for shape in shapes), 0 * time)
        for shapes in sounding
    ]
    samples = np.concatenate(seconds)
    samples += 0.001 * np.random.default_rng(len(samples)).standard_normal(len(samples))
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, RATE, "PCM_16")
