"""Confusion matrix of conventions and defects of ambisonic audio, on simulated scenes.

`python benchmarks/conventions.py --scenes 3000` prints the matrix of docs/curation.md. Each scene
(`simulation`) is used for some of the cases; successive scenes cycle through all of them.
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
from foa360.stages.judge.convention import decide
from foa360.stages.judge.convention_types import Convention

RATE = 24000
OUTCOMES = ("right", "undecided", "wrong")
#: Cases that audio alone cannot distinguish in general, and what they resemble.
RESEMBLES = {
    "FuMa order, SN3D": "the scene rotated",
    "5.1 to 4.0": "a scene with less height",
    "quad to 4.0": "a scene without height",
    "FuMa weight, ACN order": "FuMa, with the height elsewhere",
}


def decided_name(found: Convention) -> str:
    """Return the name used in the matrix: the first defect, or the convention if there is none."""
    defects = [reason for reason in found.reasons if not reason.startswith("rescaled")]
    return defects[0] if defects else found.name


def outcome(case: str, found: Convention) -> str:
    """Return `right`, `undecided` or `wrong`."""
    expected, name = CASES[case].expected, decided_name(found)
    if name == expected or (expected == "FuMa" and name == "ACN/FuMa"):
        return "right"
    if name == "undecided" or (expected.startswith("stereo") and name == "stereo"):
        return "undecided"
    ambisonic = ("ACN", "FuMa")
    if name.startswith(ambisonic):
        if "w" in found.undecided:
            return "undecided"
        if "gains" in found.undecided and expected.startswith(ambisonic):
            return "undecided"
    return "wrong"


def scene_evidence(seed: int, seconds: float, each: int) -> dict[str, Evidence]:
    """Make `each` of the cases from one scene, and measure their evidence."""
    scene = simulate(seed, seconds, RATE)
    names = list(CASES)
    measured = {}
    for k in range(each):
        name = names[(seed * each + k) % len(names)]
        signal = CASES[name].make(np.random.default_rng([seed, 7]), scene, RATE)
        measured[name] = evidence(block_spectra(signal, RATE))
    return measured


def matrix(found: dict[str, list[Evidence]], clips: int) -> None:
    """Print the confusion matrix for videos of some clips each."""
    print(f"\n{clips} clip(s) of 10 s per decision\n")
    print("| case | decisions | right | undecided | wrong | named |")
    print("| --- | --- | --- | --- | --- | --- |")
    for case, evidences in found.items():
        groups = [evidences[i : i + clips] for i in range(0, len(evidences) - clips + 1, clips)]
        decisions = [decide(reduce(add, group)) for group in groups]
        names = Counter(decided_name(d) for d in decisions)
        results = Counter(outcome(case, d) for d in decisions)
        n = max(len(decisions), 1)
        shares = " | ".join(
            f"{100 * results[k] / n:.1f} %" for k in ("right", "undecided", "wrong")
        )
        common = ", ".join(f"`{name}` {k}" for name, k in names.most_common(4))
        alike = f" ({RESEMBLES[case]})" if case in RESEMBLES else ""
        print(f"| {case}{alike} | {len(decisions)} | {shares} | {common} |")


def main() -> None:
    """Print per case the shares of right, undecided and wrong decisions, and the names given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, help="seed of the first scene")
    parser.add_argument("--each", type=int, default=6, help="cases made from each scene")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    work = partial(scene_evidence, seconds=chosen.seconds, each=chosen.each)
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
