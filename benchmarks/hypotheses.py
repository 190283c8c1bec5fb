"""Fit the weights of hypotheses on conventions, and compare probabilities with how often they hold.

    python benchmarks/hypotheses.py simulate fit.npz --scenes 580 --panned 150
    python benchmarks/hypotheses.py simulate test.npz --scenes 580 --panned 150 --first 100000
    python benchmarks/hypotheses.py fit fit.npz
    python benchmarks/hypotheses.py reliability test.npz --recordings DATA

The first two take some hours of one core, which `--jobs` divides; a seed makes the same scene.
`fit` writes the weights into the package, and `reliability` prints the tables of docs/curation.md.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain, pairwise, permutations
from pathlib import Path

import numpy as np
import torch
from simulation.hypotheses import Labelled, panned, recorded

from foa360.ambisonics.descriptors import block_spectra
from foa360.ambisonics.evidence import evidence
from foa360.ambisonics.field import CONVENTIONS
from foa360.core.jobs import Progress
from foa360.media.audio import clip_audio
from foa360.media.order import plane_order
from foa360.media.probe import probe
from foa360.stages.judge.channel_fits import NORMALISATION_DB
from foa360.stages.judge.convention import decide_each
from foa360.stages.judge.evidence_stack import EvidenceStack, stack
from foa360.stages.judge.hypotheses import (
    COLUMNS,
    GAINS,
    NAMES,
    PRIORS,
    TERMS,
    WEIGHTS,
    gains_of,
)
from foa360.stages.judge.hypothesis_features import (
    CANDIDATE,
    Features,
    features,
    level_deviation,
)

#: Hypothesis of each case: gains, or the kind of no field after those.
LABELS = {
    **{name: GAINS.index(name) for name in GAINS[:3]},
    **dict.fromkeys(("odd", "dead", "dead_capsule"), GAINS.index("other")),
    "a_format": len(GAINS),
    **dict.fromkeys(("quad", "unrelated", "front_and_centre"), len(GAINS) + 1),
    "head_locked": len(GAINS) + 2,
}
#: Penalty on the squares of weights; of the ones tried the best on scenes not used for fitting.
PENALTY = 3e-4
#: Weight of a dead X or Y in the fit of the heights, against a recording with all components.
DEAD_SHARE = 0.03
#: Mean level of the dipoles in SN3D is this much below 0 dB.
LEVEL_BIAS_DB = 0.2
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
#: Real recordings of which the convention is documented, by the start of their name.
DOCUMENTED = {
    "3oa": "ACN/SN3D",
    "HOA3": "ACN/N3D",
    "BF_": "FuMa",
    "calibration": "ACN/SN3D",
    "kqAZ": "ACN/SN3D",
}


def simulated(path: Path) -> tuple[list[str], EvidenceStack]:
    """Read the cases and the evidence that `simulate` wrote."""
    with np.load(path) as arrays:
        found = EvidenceStack(*(arrays[name].astype(float) for name in EvidenceStack._fields))
        return arrays["case"].tolist(), found


def simulate(path: Path, scenes: int, panned_scenes: int, first: int, jobs: int) -> None:
    """Write the evidence of scenes."""
    rows: list[Labelled] = []
    with ProcessPoolExecutor(jobs) as pool:
        rooms = pool.map(partial(_listed, recorded), range(first, first + scenes))
        dry = pool.map(partial(_listed, panned), range(2 * first, 2 * first + panned_scenes))
        for made in Progress("simulate")(chain(rooms, dry), scenes + panned_scenes, "scenes"):
            rows += made
    write(path, [row.case for row in rows], stack([row.evidence for row in rows]))


def write(path: Path, cases: list[str], found: EvidenceStack) -> None:
    """Write cases and evidence."""
    arrays = {name: values.astype(np.float32) for name, values in found._asdict().items()}
    np.savez_compressed(path, case=np.array(cases), **arrays)


def _listed(make: object, seed: int) -> list[Labelled]:
    return list(make(seed))  # type: ignore[operator]


def fit(path: Path) -> None:
    """Fit the weights by maximum likelihood, all hypotheses being as frequent; write the table."""
    torch.set_num_threads(1)
    cases, found = simulated(path)
    measured = features(found)
    table = _fitted(measured, cases)
    table["heights"] = _fitted_heights(measured, cases)
    with WEIGHTS.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("table", "term", "hypothesis", "weight"))
        for name, terms in TERMS.items():
            for term, weights in zip(terms, table[name].tolist(), strict=True):
                for hypothesis, weight in zip(COLUMNS[name], weights, strict=True):
                    rows.writerow((name, term, hypothesis, f"{weight:.4f}"))
    print(f"{len(cases)} recordings: {dict(Counter(cases))}")


def calibrated(measured: Features, cases: list[str]) -> np.ndarray:
    """Weights of recordings, so that the level of a microphone is that of `level_deviation`.

    Simulated microphones have an error of the level that hardly depends on how well bands agree.
    """
    level = 5 * measured.candidates[:, 0, CANDIDATE.index("level")]
    of_bands = 2 * measured.candidates[:, 0, CANDIDATE.index("deviation")]
    nominal = np.array([NORMALISATION_DB.get(case, np.nan) for case in cases])
    error = level + LEVEL_BIAS_DB - nominal
    drawn, wanted = 1.2 + 0.5 * np.minimum(of_bands, 2.5), level_deviation(of_bands)
    ratio = drawn / wanted * np.exp(error**2 / 2 * (drawn**-2 - wanted**-2))
    return np.where(np.isfinite(nominal), np.clip(ratio, 0, 4), 1.0)


def _fitted(measured: Features, cases: list[str]) -> dict[str, np.ndarray]:
    labels = np.array([LABELS[case] for case in cases])
    # The first channel is W; gains of other channels come between.
    truth = torch.tensor(np.where(labels < len(GAINS), labels, labels - len(GAINS) + 16))
    weight = calibrated(measured, cases)
    counts = np.bincount(labels, weight)
    share = torch.tensor(weight / counts[labels] / len(counts))
    count = len(cases)
    ones = np.ones((count, 4, 1))
    field = np.repeat(measured.field[:, None], 4, 1)
    of_w = torch.tensor(np.concatenate([ones, measured.candidates, field], 2))
    best = measured.candidates.max(1)
    of_kind = torch.tensor(np.column_stack([ones[:, 0], measured.field, measured.field**2, best]))
    sizes = {name: (len(TERMS[name]), len(COLUMNS[name])) for name in ("gains", "kinds")}
    weights = {n: torch.zeros(s, dtype=torch.double, requires_grad=True) for n, s in sizes.items()}
    optimizer = torch.optim.LBFGS(
        list(weights.values()), max_iter=400, line_search_fn="strong_wolfe"
    )

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        gains = (of_w @ weights["gains"]).reshape(count, 16)
        logits = torch.cat([gains, of_kind @ weights["kinds"]], 1)
        entropy = torch.nn.functional.cross_entropy(logits, truth, reduction="none")
        penalty = sum((values[1:] ** 2).sum() for values in weights.values())
        value = (share * entropy).sum() + PENALTY * penalty
        value.backward()
        return value

    optimizer.step(loss)
    return {name: values.detach().numpy() for name, values in weights.items()}


def _fitted_heights(measured: Features, cases: list[str]) -> np.ndarray:
    """Fit which of the others is the height, on recordings whose height is the second of them."""
    chosen = np.isin(cases, ["SN3D", "dead"])
    of_height = torch.tensor(measured.heights[chosen, 0])
    share = torch.tensor(np.where(np.array(cases)[chosen] == "dead", DEAD_SHARE, 1.0))
    weights = torch.zeros((of_height.shape[2], 1), dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=400, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        entropy = -(of_height @ weights)[..., 0].log_softmax(1)[:, 1]
        value = (share * entropy).sum() / share.sum() + PENALTY * (weights**2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    return weights.detach().numpy()


def reliability(path: Path, data: Path | None) -> None:
    """Print how often decisions hold, by their probability, and the Brier score."""
    cases, found = simulated(path)
    random = np.random.default_rng(15)
    rows, truths = [], []
    weight = calibrated(features(found), cases)
    by_case = {name: np.flatnonzero(np.array(cases) == name) for name in set(cases)}
    for _ in range(len(cases)):
        name, order, truth = _drawn(random)
        share = weight[by_case[name]]
        rows.append((random.choice(by_case[name], p=share / share.sum()), order))
        truths.append(truth)
    drawn = reordered(found.take(np.array([row for row, _ in rows])), [o for _, o in rows])
    _print("simulated microphones that were not used for fitting", drawn, truths)
    if data is not None:
        recordings, names = documented(data)
        _print("documented recordings", recordings, names)


def _drawn(random: np.random.Generator) -> tuple[str, list[int], str]:
    """Draw a case as frequent as the priors say: its name, the order of its channels, the truth."""
    if random.random() < 0.12:
        return str(random.choice(list(LABELS)[6:])), [0, 1, 2, 3], "no field"
    gains = [(name, position) for name, row in PRIORS.items() for position in row]
    shares = np.array([PRIORS[name][position] for name, position in gains])
    name, position = gains[random.choice(len(gains), p=shares / shares.sum())]
    # Channels of the recording, W Y Z X, that the file has first, second …
    order = {1: [0, 2, 1, 3], 2: [0, 1, 2, 3], 3: [0, 3, 1, 2]}[position]
    if name == "other":
        return str(random.choice(["odd", "dead"])), order, "other"
    return name, order, NAMES.get((name, position), "other")


def reordered(found: EvidenceStack, orders: Iterable[list[int]]) -> EvidenceStack:
    """Evidence of files whose first channel is the first of an order, and so on."""
    order = np.array(list(orders))
    rows = np.arange(len(order))[:, None]
    levels = found.levels.copy()
    levels[:, :4] = found.levels[rows, order]
    pairs = order[:, :, None], order[:, None, :]
    return found._replace(
        cov=found.cov[rows[:, None], pairs[0], pairs[1]],
        levels=levels,
        energies=np.take_along_axis(found.energies, order[:, None], 2),
        means=np.take_along_axis(found.means, order[:, None], 2),
        moments=np.stack([m[:, o[:, None], o] for m, o in zip(found.moments, order, strict=True)]),
    )


def documented(data: Path) -> tuple[EvidenceStack, list[str]]:
    """Evidence of documented recordings, a clip of 10 s each, in all orders with W first."""
    clips, names, orders = [], [], []
    for path in sorted([*data.glob("foa/*"), *data.glob("yt360/*.m4a")]):
        name = next((n for start, n in DOCUMENTED.items() if path.name.startswith(start)), None)
        order = plane_order(probe(path))
        if name is None or order is None:
            continue
        for clip in clip_audio(path, [(0, 10)]):
            x = clip.samples[list(order.planes)]
            found = evidence(block_spectra(x, clip.sample_rate))
            for others in permutations((1, 2, 3)):
                clips.append(found)
                orders.append([0, *others])
                # In W X Y Z the fourth channel is the height, in W Y Z X the third.
                height = others.index(3 if name == "FuMa" else 2) + 1
                names.append(NAMES.get((gains_of(name), height), "other"))
    return reordered(stack(clips), orders), names


def _print(title: str, found: EvidenceStack, truths: list[str]) -> None:
    unknown = np.zeros(len(truths), bool)
    decisions = decide_each(found, unknown, unknown)
    sure = np.array([decision.confidence for decision in decisions])
    named = np.array([d.name in CONVENTIONS for d in decisions])
    right = np.array([d.name == truth for d, truth in zip(decisions, truths, strict=True)])
    print(f"\n{title}: {len(truths)}, {named.sum()} of them named\n")
    print("| stated probability | decisions | mean | right |\n| --- | --- | --- | --- |")
    for low, high in pairwise(BINS):
        chosen = named & (sure >= low) & ((sure < high) | (high == 1))
        if chosen.any():
            mean, share = 100 * sure[chosen].mean(), 100 * right[chosen].mean()
            print(f"| {low:.2f} to {high:.2f} | {chosen.sum()} | {mean:.0f} % | {share:.0f} % |")
    brier = np.mean((sure[named] - right[named]) ** 2)
    base = right[named].mean()
    print(f"\nBrier score {brier:.3f}; of the share of right names alone {base * (1 - base):.3f}")


def main() -> None:
    """Simulate, fit, or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=("simulate", "fit", "reliability"))
    parser.add_argument("path", type=Path, help="evidence of simulated recordings")
    parser.add_argument("--scenes", type=int, default=580)
    parser.add_argument("--panned", type=int, default=150)
    parser.add_argument("--first", type=int, default=0, help="seed of the first scene")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--recordings", type=Path, help="folder of documented recordings")
    chosen = parser.parse_args()
    if chosen.action == "simulate":
        simulate(chosen.path, chosen.scenes, chosen.panned, chosen.first, chosen.jobs)
    elif chosen.action == "fit":
        fit(chosen.path)
    else:
        reliability(chosen.path, chosen.recordings)


if __name__ == "__main__":
    main()
