"""How often each way in which ambisonics goes wrong is named rightly, on simulated scenes.

`python benchmarks/conventions.py --scenes 3000` prints the confusion matrix of docs/curation.md;
every scene (`foa360.simulation`) is used for some of the cases in turn.
"""

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from tqdm import tqdm

from foa360.convention import Convention, identify_convention
from foa360.simulation import CASES, simulate

RATE = 24000
#: Cases that sound alone cannot tell from a true scene, or from another case, in general.
ALIKE = {
    "FuMa order, SN3D": "the scene turned",
    "5.1 to 4.0": "a scene with less height",
    "quad to 4.0": "a scene without height",
    "FuMa weight, ACN order": "FuMa, with the height elsewhere",
}


def called(found: Convention) -> str:
    """The name for the matrix: the defect if there is one, else the convention."""
    telling = [r for r in found.reasons if not r.startswith("rescaled")]
    return telling[0] if telling else found.name


def outcome(case: str, found: Convention) -> str:
    """`right`, `undecided` or `wrong`."""
    wanted, name = CASES[case].called, called(found)
    if name == wanted or (wanted == "FuMa" and name == "ACN/FuMa"):
        return "right"
    stereo = wanted.startswith("stereo") and name == "stereo"
    gains = name.startswith(("ACN", "FuMa")) and "gains" in found.undecided
    w = wanted == "reordered" and "w" in found.undecided and not found.reasons
    if stereo or name == "undecided" or w or (gains and wanted.startswith(("ACN", "FuMa"))):
        return "undecided"
    return "wrong"


def scene(seed: int, seconds: float, each: int) -> list[tuple[str, str, str]]:
    """(case, name, outcome) of some cases made from one scene."""
    x = simulate(seed, seconds, RATE)
    names = list(CASES)
    chosen = [names[(seed * each + k) % len(names)] for k in range(each)]
    rows = []
    for name in chosen:
        made = CASES[name].make(np.random.default_rng([seed, 7]), x, RATE)
        found = identify_convention(made, RATE)
        rows.append((name, called(found), outcome(name, found)))
    return rows


def main() -> None:
    """Print how many of each case were right, undecided and wrong, and what they were called."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, help="seed of the first scene")
    parser.add_argument("--each", type=int, default=6, help="cases made from each scene")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    work = partial(scene, seconds=chosen.seconds, each=chosen.each)
    seeds = range(chosen.first, chosen.first + chosen.scenes)
    names: dict[str, Counter[str]] = {case: Counter() for case in CASES}
    outcomes: dict[str, Counter[str]] = {case: Counter() for case in CASES}
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for rows in tqdm(pool.map(work, seeds, chunksize=8), total=len(seeds), unit="scene"):
            for case, name, result in rows:
                names[case][name] += 1
                outcomes[case][result] += 1
    print("| case | scenes | right | undecided | wrong | called |\n| --- | --- | --- | --- | --- | --- |")
    for case, counts in outcomes.items():
        n = max(counts.total(), 1)
        shares = " | ".join(f"{100 * counts[k] / n:.1f} %" for k in ("right", "undecided", "wrong"))
        common = ", ".join(f"`{name}` {k}" for name, k in names[case].most_common(5))
        alike = f" ({ALIKE[case]})" if case in ALIKE else ""
        print(f"| {case}{alike} | {n} | {shares} | {common} |")


if __name__ == "__main__":
    main()
