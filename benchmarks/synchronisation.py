"""Does the fused network tell aligned from shifted audio? Two discs flash, and one of them clicks.

python benchmarks/synchronisation.py FOLDER [--seeds 3] [--steps 150]

Writes a shard of rendered clips, trains the network of size `tiny` from each seed, and prints the
accuracy on held-out clips with its controls, and how often the peak of the map of a crop is on the
clicking disc. An interrupted call goes on where it was.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from support.flashing_discs import SCENES_PER_SPLIT, located_discs, write_discs

from foa360.config.synchronisation import Synchronisation
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import SubsetClip
from foa360.stages.synchronise.stage import SynchroniseFiles, train_synchronisation
from foa360.stages.synchronise_decide.stage import DecideFiles, decide_synchronisation
from foa360.stages.synchronise_pool.stage import pool_synchronisation


def main() -> None:
    """Train and evaluate, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=150)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    shard = given.folder / "s0000.h5"
    discs = write_discs(shard, SCENES_PER_SPLIT)
    tables.write(given.folder / "subsets.parquet", [], SubsetClip)
    for seed in range(given.seeds):
        folder = given.folder / f"{given.steps}" / str(seed)
        begin = time.process_time()
        progress = Progress(f"seed {seed}")
        if not (folder / "model.pt").exists():
            experiment = Synchronisation(
                name="discs", task="synchronisation", size="tiny", steps=given.steps
            )
            files = SynchroniseFiles(shards=[shard], init=None, folder=folder)
            train_synchronisation(experiment, files, seed, progress)
        decided = DecideFiles(
            shards=[shard],
            subsets=given.folder / "subsets.parquet",
            model=folder / "model.pt",
            decisions=folder / "decisions.parquet",
            maps=folder / "maps.png",
        )
        decide_synchronisation(decided, 96, 0, progress)
        outputs = {name: folder / f"{name}.json" for name in ("synchronisation", "localisation")}
        pool_synchronisation([decided.decisions], outputs)
        found = json.loads(outputs["synchronisation"].read_text())
        errors = located_discs(shard, folder / "model.pt", discs)
        clicking, silent = np.degrees(errors).T
        print(
            f"seed {seed}: accuracy {found['accuracy']:.3f} ({found['ci_low']:.3f} to"
            f" {found['ci_high']:.3f}), untrained {found['untrained']:.3f}, blind"
            f" {found['blind']:.3f}, deaf {found['deaf']:.3f}; peak nearer to the clicking disc"
            f" {(clicking < silent).mean():.3f}, within 13° of it {(clicking < 13).mean():.3f};"
            f" {time.process_time() - begin:.0f} s of CPU",
            flush=True,
        )


if __name__ == "__main__":
    main()
