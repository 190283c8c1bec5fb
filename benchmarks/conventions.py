"""How often each way in which ambisonics goes wrong is named rightly, on simulated scenes.

`python benchmarks/conventions.py --scenes 3000` prints the confusion matrix of docs/curation.md;
every scene (`foa360.simulation`) is used for some of the cases in turn.
"""

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial, reduce
from operator import add

import numpy as np
from simulation import CASES, simulate

from foa360.ambisonics.descriptors import block_spectra
from foa360.ambisonics.evidence import Evidence, evidence
from foa360.core.jobs import Progress
from foa360.stages.curate.convention import Convention, decide

RATE = 24000
OUTCOMES = ("right", "undecided", "wrong")
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
    w = name.startswith(("ACN", "FuMa")) and "w" in found.undecided
    if stereo or w or name == "undecided" or (gains and wanted.startswith(("ACN", "FuMa"))):
        return "undecided"
    return "wrong"


def made(seed: int, seconds: float, each: int) -> dict[str, Evidence]:
    """Evidence of some of the cases, made from one scene."""
    x = simulate(seed, seconds, RATE)
    names = list(CASES)
    chosen = [names[(seed * each + k) % len(names)] for k in range(each)]
    return {
        name: evidence(
            block_spectra(CASES[name].make(np.random.default_rng([seed, 7]), x, RATE), RATE)
        )
        for name in chosen
    }


def matrix(found: dict[str, list[Evidence]], clips: int) -> None:
    """Print the confusion matrix for videos of some clips each."""
    print(f"\n{clips} clip(s) of 10 s a decision\n")
    print("| case | decisions | right | undecided | wrong | called |")
    print("| --- | --- | --- | --- | --- | --- |")
    for case, evidences in found.items():
        groups = [evidences[i : i + clips] for i in range(0, len(evidences) - clips + 1, clips)]
        decisions = [decide(reduce(add, group)) for group in groups]
        names = Counter(called(d) for d in decisions)
        results = Counter(outcome(case, d) for d in decisions)
        n = max(len(decisions), 1)
        shares = " | ".join(
            f"{100 * results[k] / n:.1f} %" for k in ("right", "undecided", "wrong")
        )
        common = ", ".join(f"`{name}` {k}" for name, k in names.most_common(4))
        alike = f" ({ALIKE[case]})" if case in ALIKE else ""
        print(f"| {case}{alike} | {len(decisions)} | {shares} | {common} |")


def main() -> None:
    """Print how many of each case were right, undecided and wrong, and what they were called."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, help="seed of the first scene")
    parser.add_argument("--each", type=int, default=6, help="cases made from each scene")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    work = partial(made, seconds=chosen.seconds, each=chosen.each)
    seeds = range(chosen.first, chosen.first + chosen.scenes)
    found: dict[str, list[Evidence]] = {case: [] for case in CASES}
    with ProcessPoolExecutor(chosen.jobs) as pool:
        results = pool.map(work, seeds, chunksize=8)
        for parts in Progress("conventions")(results, len(seeds), "scenes"):
            for case, part in parts.items():
                found[case].append(part)
    matrix(found, 1)
    matrix(found, 4)


if __name__ == "__main__":
    main()
