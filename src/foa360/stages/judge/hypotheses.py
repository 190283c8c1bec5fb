"""Probabilities of named hypotheses on the convention of four channels.

A hypothesis says which channel is W, which gains the channels have, and which of the others is the
height; or that they are no sound field. What the evidence says for each is a sum of features with
weights of `tables/hypotheses.csv`, which `benchmarks/hypotheses.py` fits on simulated microphones,
all hypotheses being as frequent. What is known before any measurement is in `PRIORS`.
"""

import csv
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.stages.judge.evidence_stack import EvidenceStack
from foa360.stages.judge.hypothesis_features import (
    CANDIDATE,
    FIELD,
    HEIGHT,
    OTHERS,
    Features,
    features,
)

Floats = NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "tables" / "hypotheses.csv"
#: Gains that a hypothesis names; the last ones fit no convention.
GAINS = ("SN3D", "FuMa", "N3D", "other")
#: What four channels may be that are no sound field.
KINDS = ("a_format", "no_w", "head_locked")
#: Terms of the sums, by table.
TERMS = {
    "gains": ("1", *CANDIDATE, *FIELD),
    "kinds": (
        "1",
        *FIELD,
        *(f"{name}_squared" for name in FIELD),
        *(f"max_{n}" for n in CANDIDATE),
    ),
    "heights": HEIGHT,
}
#: Columns of the tables.
COLUMNS = {"gains": GAINS, "kinds": KINDS, "heights": ("height",)}
#: How frequent the gains are in files of unknown origin, by the position of the height in the
#: order of W and three others: 1, 2 (ACN) or 3 (FuMa).
PRIORS = {
    "SN3D": {1: 0.02, 2: 0.56, 3: 0.05},
    "FuMa": {1: 0.005, 2: 0.03, 3: 0.185},
    "N3D": {1: 0.003, 2: 0.05, 3: 0.007},
    "other": {1: 0.01, 2: 0.05, 3: 0.03},
}
#: How frequent it is that another channel than the first is W, and that there is no sound field.
W_ELSEWHERE, W_ELSEWHERE_PROVEN, NO_FIELD = 0.09, 0.03, 0.12
#: Weight of a container or codec that is made for ambiX, as a witness of it.
WITNESS_NATS = 1.0
#: Probability of the height, given W, at most: the weakest channel tells it, which is Z in most
#: scenes, but also a dead X, or an X in whose null all sources are.
HIGHEST_OF_HEIGHT = 0.95
#: Probabilities below this count as this in divisions.
MIN_PROBABILITY = 1e-12
#: Names of conventions with W first, by gains and position of the height.
NAMES = {
    ("SN3D", 2): "ACN/SN3D",
    ("SN3D", 3): "WXYZ/SN3D",
    ("FuMa", 2): "ACN/FuMa",
    ("FuMa", 3): "FuMa",
    ("N3D", 2): "ACN/N3D",
}


#: Gains of no convention.
OTHER = GAINS[-1]


def gains_of(name: str) -> str:
    """Return the gains of a convention."""
    return next(gains for (gains, _), known in NAMES.items() if known == name)


class Weighed(NamedTuple):
    """Probabilities of a clip or video.

    Attributes
    ----------
    w : [4]
        That each channel is W.
    joint : [4][4][4]
        That one channel is W, that it has these gains, and that another one is the height.
    kinds : [3]
        That the channels are no sound field but one of `KINDS`.
    """

    w: list[float]
    joint: list[list[list[float]]]
    kinds: list[float]

    def gains(self, w: int) -> dict[str, float]:
        """Probabilities of the gains, given W."""
        total = max(self.w[w], MIN_PROBABILITY)
        return {name: sum(row) / total for name, row in zip(GAINS, self.joint[w], strict=True)}

    def names(self) -> dict[str, float]:
        """Probabilities of the names with W first, and of gains that fit none."""
        found = {OTHER: sum(self.joint[0][-1])}
        for (gains, height), name in NAMES.items():
            found[name] = self.joint[0][GAINS.index(gains)][height]
        return found

    def heights(self, w: int) -> list[float]:
        """Probabilities that each channel is the height, given W; `[4]`."""
        total = max(self.w[w], MIN_PROBABILITY)
        return [sum(row[channel] for row in self.joint[w]) / total for channel in range(4)]


@lru_cache(maxsize=1)
def weights() -> dict[str, Floats]:
    """Weights of the terms, `(terms, hypotheses)` by table."""
    with WEIGHTS.open(encoding="utf-8", newline="") as file:
        rows = {(row["table"], row["term"], row["hypothesis"]): row for row in csv.DictReader(file)}
    found = {}
    for table, terms in TERMS.items():
        columns = COLUMNS[table]
        values = [[float(rows[table, term, name]["weight"]) for name in columns] for term in terms]
        found[table] = np.array(values)
    return found


def log_likelihoods(found: Features, table: dict[str, Floats]) -> tuple[Floats, Floats, Floats]:
    """Weigh the hypotheses, but for a constant of each clip.

    Returns
    -------
    gains : (n, 4, 4)
        Of each channel as W, and the gains.
    kinds : (n, 3)
        Of no sound field.
    heights : (n, 4, 3)
        Of each of the three other channels as the height, given W.
    """
    count = len(found.field)
    field = np.repeat(found.field[:, None], 4, 1)
    of_w = np.concatenate([np.ones((count, 4, 1)), found.candidates, field], 2)
    best = found.candidates.max(1)
    of_kind = np.column_stack([np.ones(count), found.field, found.field**2, best])
    heights = (found.heights @ table["heights"])[..., 0]
    heights = heights - np.log(np.exp(heights).sum(2, keepdims=True))
    return of_w @ table["gains"], of_kind @ table["kinds"], heights


def joint_probabilities(
    evidence: EvidenceStack, order_proven: NDArray[np.bool_], distributed: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Compute the probabilities of each clip or video, `(n, 4, 4, 4)` and `(n, 3)`, see `Weighed`.

    For `order_proven` and `distributed` see `convention.decide_each`.
    """
    gains, kinds, heights = log_likelihoods(features(evidence), weights())
    joint = np.full((*gains.shape, 4), -np.inf)
    elsewhere = np.where(order_proven, W_ELSEWHERE_PROVEN, W_ELSEWHERE)
    # The order of three others is that of the file.
    priors = np.array([[PRIORS[name][position] for position in (1, 2, 3)] for name in GAINS])
    for w, others in enumerate(OTHERS):
        share = elsewhere / 3 if w else 1 - elsewhere - NO_FIELD
        of_w = gains[:, w, :, None] + heights[:, w, None, :]
        joint[:, w, :, others] = np.moveaxis(of_w + np.log(priors * share[:, None, None]), 2, 0)
    joint[:, 0, GAINS.index("SN3D"), 2] += WITNESS_NATS * distributed
    kinds = kinds + np.log(NO_FIELD / len(KINDS) / len(OTHERS[0]))
    highest = np.maximum(joint.max((1, 2, 3)), kinds.max(1))
    joint = np.exp(joint - highest[:, None, None, None])
    kinds = np.exp(kinds - highest[:, None])
    total = joint.sum((1, 2, 3)) + kinds.sum(1)
    return joint / total[:, None, None, None], kinds / total[:, None]


def weigh(
    evidence: EvidenceStack, order_proven: NDArray[np.bool_], distributed: NDArray[np.bool_]
) -> list[Weighed]:
    """Compute the probabilities of each clip or video, see `joint_probabilities`."""
    joint, kinds = joint_probabilities(evidence, order_proven, distributed)
    joint = _capped(joint)
    parts = zip(joint.sum((2, 3)).tolist(), joint.tolist(), kinds.tolist(), strict=True)
    return [Weighed(*part) for part in parts]


def _capped(joint: Floats) -> Floats:
    """Mix probabilities `(n, 4, 4, 4)` with those of no knowledge, where the height is too sure.

    Those of W and of the gains stay as they are.
    """
    capped = joint.copy()
    for w, others in enumerate(OTHERS):
        of_w = joint[:, w][..., others]
        heights = of_w.sum(1)
        highest = heights.max(1) / np.maximum(heights.sum(1), MIN_PROBABILITY)
        excess = np.maximum(highest - HIGHEST_OF_HEIGHT, 0)
        share = (excess / (np.maximum(highest, HIGHEST_OF_HEIGHT) - 1 / len(others)))[:, None, None]
        mixed = (1 - share) * of_w + share * of_w.mean(2, keepdims=True)
        capped[:, w][..., others] = mixed
    return capped
