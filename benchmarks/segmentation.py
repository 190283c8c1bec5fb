"""Does the segmentation network listen? Rendered shapes, each with a sound of its own.

python benchmarks/segmentation.py FOLDER [--seeds 3] [--epochs 6] [--crop-losses off shared]

Writes a data set in the layout of AVSBench S4 (all shapes are visible and one sounds), trains the
slim network from each seed, and prints M_J and M_F of test videos with the own sound, another
one's and none. An interrupted call goes on where it was.
"""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from support.avsbench import write_s4

from foa360.config.segmentation import Segmentation
from foa360.core.jobs import Progress
from foa360.stages.segment.stage import SegmentFiles, train_segmentation
from foa360.stages.segment_masks.stage import MaskFiles, evaluate_masks
from foa360.stages.segment_pool.stage import pool_masks

COUNTS = {"train": 300, "val": 30, "test": 60}


def main() -> None:
    """Train and evaluate, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--crop-losses", nargs="+", default=["off", "shared"])
    given = parser.parse_args()
    data = given.folder / "data"
    if not (data / "Single-source" / "s4_meta_data.csv").exists():
        write_s4(data, COUNTS)
    for kind in given.crop_losses:
        tables = []
        for seed in range(given.seeds):
            folder = given.folder / f"{kind}{given.epochs}" / str(seed)
            tables.append(folder / "masks.parquet")
            if tables[-1].exists():
                continue
            begin = time.process_time()
            experiment = Segmentation(
                name=kind,
                task="segmentation",
                folder=str(data),
                size="small",
                epochs=given.epochs,
                crop_losses=kind,
            )
            progress = Progress(f"{kind} {seed}")
            train_segmentation(experiment, SegmentFiles(init=None, folder=folder), seed, progress)
            files = MaskFiles(
                folder=data,
                model=folder / "model.pt",
                output=tables[-1],
                examples=folder / "masks.png",
            )
            evaluate_masks(files, 0, progress)
            print(f"{kind}, seed {seed}: {time.process_time() - begin:.0f} s of CPU", flush=True)
        output = given.folder / f"{kind}{given.epochs}" / "segmentation.json"
        pool_masks(kind, tables, output)
        for name, figure in json.loads(output.read_text())["figures"].items():
            seeds = ", ".join(f"{value:.3f}" for value in figure["by_seed"])
            print(
                f"{kind}, {name}: {figure['value']:.3f} ({figure['low']:.3f} to"
                f" {figure['high']:.3f}; seeds {seeds}), another's sound {figure['other']:.3f},"
                f" silence {figure['silence']:.3f}, whole frame {figure['chance']:.3f}, gain"
                f" {figure['gain']:.3f} ({figure['gain_low']:.3f} to {figure['gain_high']:.3f})",
                flush=True,
            )


if __name__ == "__main__":
    main()
