"""Fit the weights by which the evidence of frames decides on the layout of the sphere.

`python benchmarks/fit_projections.py` writes `src/foa360/media/layout_model.csv`: a logistic
regression over the real clips and photos in the folder FOA360_REAL_DATA and over drawn scenes, each
laid out anew at random orientations, with random parameters. All is drawn from one seed. It prints
how often the layout is right for sources that were left out of the fit (six folds of whole
videos), from a single frame. Needs scikit-learn.
"""

import argparse
import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from spheres import LAYOUTS, Source, View, compressed, drawn, sources, test_patterns

from foa360.core.jobs import Progress
from foa360.media import frame_layout
from foa360.media.layout_evidence import layout_evidence

SEED = 15
#: Orientations of each layout; of those that have no edges of faces or circles, more.
VIEWS, MORE_VIEWS = 12, 24
MORE = {"ERP", "flat", "half ERP", "ERP of the front", "ERP without poles"}
MAX_PITCH, MAX_ROLL = 40, 10
#: JPEG qualities that stand for compression.
QUALITIES = 40, 95
#: Strength of the regularisation, and significant digits of the weights.
REGULARISATION = 0.3
DIGITS = 5
FOLDS = 6
DRAWN, PATTERNS = 8, 4


class Samples(NamedTuple):
    """Evidence `(n, numbers)`, layouts, and the groups of the sources, `(n,)` each."""

    evidence: np.ndarray
    layouts: np.ndarray
    groups: np.ndarray


def samples(found: list[Source]) -> Samples:
    """Measure one frame of each source in all layouts and orientations."""
    evidence, layouts, groups = [], [], []
    for number, name in enumerate(Progress("fit")(LAYOUTS, len(LAYOUTS), "layouts")):
        rng = np.random.default_rng([SEED, number])
        for view_number in range(MORE_VIEWS if name in MORE else VIEWS):
            yaw, pitch, roll = rng.uniform(-1, 1, 3) * (180, MAX_PITCH, MAX_ROLL)
            if view_number % 2:
                # As most cameras stand: the horizon is level, at both edges of half a sphere, too.
                roll = 0.0
            view = View(yaw, pitch, roll, random=rng)
            frames = [source.frames[view_number % len(source.frames)] for source in found]
            quality = int(rng.integers(*QUALITIES))
            for source, frame in zip(found, LAYOUTS[name].make(frames, view), strict=True):
                evidence.append(layout_evidence(compressed(frame, quality)))
                layouts.append(LAYOUTS[name].projection)
                groups.append(source.group)
    return Samples(np.array(evidence), np.array(layouts), np.array(groups))


def fitted(inputs: np.ndarray, layouts: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Fit layouts `(n,)` to inputs `(n, m)`; their names, and weights `(1 + m, names)`."""
    scaler = StandardScaler().fit(inputs)
    model = LogisticRegression(C=REGULARISATION, max_iter=500, tol=1e-4)
    model.fit(scaler.transform(inputs), layouts)
    weights = model.coef_.T / scaler.scale_[:, None]
    offset = model.intercept_ - scaler.mean_ @ weights
    return model.classes_.tolist(), np.vstack([offset, weights])


def decided(names: list[str], weights: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    """Return the most probable layout of each input."""
    return np.array(names)[(weights[0] + inputs @ weights[1:]).argmax(1)]


def left_out(inputs: np.ndarray, data: Samples) -> np.ndarray:
    """Decide on the sources of each fold by the others."""
    groups = np.random.default_rng(SEED).permutation(np.unique(data.groups))
    found = np.empty(len(inputs), data.layouts.dtype)
    for fold in np.array_split(groups, FOLDS):
        inside = np.isin(data.groups, fold)
        names, weights = fitted(inputs[~inside], data.layouts[~inside])
        found[inside] = decided(names, weights, inputs[inside])
    return found


def main() -> None:
    """Fit, write the weights, and print what they decide on sources left out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=Path, help="keep or reuse the measured evidence here")
    chosen = parser.parse_args()
    if chosen.samples and chosen.samples.exists():
        stored = np.load(chosen.samples)
        data = Samples(*(stored[name] for name in Samples._fields))
    else:
        data = samples(sources() + drawn(DRAWN) + test_patterns(PATTERNS))
        if chosen.samples:
            np.savez(chosen.samples, **data._asdict())
    inputs = frame_layout.model_inputs(data.evidence)
    names, weights = fitted(inputs, data.layouts)
    path = Path(frame_layout.__file__).parent / frame_layout.MODEL
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["input", *names])
        for name, row in zip(["", *frame_layout.input_names()], weights, strict=True):
            writer.writerow([name, *(f"{value:.{DIGITS}g}" for value in row)])
    found = left_out(inputs, data)
    print("| layout | frames | right | kept as ERP |")
    print("| --- | --- | --- | --- |")
    for name in sorted(set(data.layouts.tolist())):
        of_layout = found[data.layouts == name]
        right, erp = np.mean(of_layout == name), np.mean(of_layout == "erp")
        print(f"| {name} | {len(of_layout)} | {100 * right:.1f} % | {100 * erp:.1f} % |")


if __name__ == "__main__":
    main()
