"""How a video holds the sphere: the evidence of its frames, weighed with what it claims.

The weights are those of a logistic regression, fitted by `benchmarks/fit_projections.py` on real
frames laid out anew. They give a probability to each layout; a label is one more witness.
"""

import csv
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.media.layout_evidence import EVIDENCE, SHAPE_TOLERANCE, STEREO_CORRELATION
from foa360.media.projection import CONVERTIBLE, CUBEMAPS, STEREO_LAYOUTS, FrameLayout

Floats = NDArray[np.float64]

#: Table of the weights: a row for each of `inputs`, and the first for none; a column per layout.
MODEL = "layout_model.csv"
#: Ratios of width to height that layouts usually have, and width of the peaks around them, octaves.
SHAPES = (2, 16 / 9, 1, 1.5, 4 / 3, 1.25, 6, 1 / 6, 3, 4)
SHAPE_WIDTH = 0.06
#: Evidence beyond this counts no more.
LARGEST = 4.0
#: Evidence that decides on eyes and bars, not on the projection.
UNWEIGHTED = ("vertical", "horizontal", "bar_rows", "bar_columns")
#: Odds of ERP before any evidence, in comparison with each other layout. Without it, 1.9 % of real
#: ERP frames whose sources were left out of the fit are lost; with it 1.2 %, and 1.2 % of others
#: are kept.
ERP_ODDS = 4.0
#: Odds that a label gives to the layouts that it names.
LABEL_ODDS = 3.0
#: Layouts that a label can mean.
LABELS = {
    "erp": {"erp"},
    "cubemap": {"cubemap", "cubemap_6x1", "cubemap_1x6", "eac", "eac_rows"},
    "eac": {"eac", "eac_rows"},
    "flat": {"flat"},
}
#: Parts of the sphere and meshes: a label of them is believed, since no frame contradicts it.
CLAIMED_ONLY = {"mesh", "erp_part", "erp_half", "fisheye"}
#: Stereo layout that is told by a label only: eyes in a pattern, which cannot be taken apart.
INTERLEAVED = "interleaved"
#: Layouts that joined streams of a kind usually have.
JOINED = {"rows": "eac", "lenses": "dual_fisheye"}
#: Continuity of the edges of a cubemap above which its faces are in another order; see
#: `foa360.media.cube_edges`. Known orders have less than -0.9, others more than -0.7.
OTHER_ORDER = -0.8
#: Ratios of width to height in which one sphere is stored: 2, or 16:9 and the like. Without a label
#: of ERP or of two eyes, a frame of one eye in another shape, such as a band of 4:1, is no sphere.
ERP_SHAPES = 1.4, 2.6
#: Numbers of the evidence.
INDEX = {name: number for number, name in enumerate(EVIDENCE)}


class DecidedLayout(NamedTuple):
    """How a video holds the sphere, and the probability of that, 0 to 1."""

    layout: FrameLayout
    probability: float


class Witnesses(NamedTuple):
    """What a container says about the layout; None where it says nothing.

    projection, stereo : as claimed by labels.
    joined : kind of two streams whose frames are joined, see `foa360.media.joined_video`.
    """

    projection: str | None = None
    stereo: str | None = None
    joined: str | None = None


NO_WITNESS = Witnesses()


def frame_layout(evidence: Floats | None, witnesses: Witnesses = NO_WITNESS) -> DecidedLayout:
    """Decide how a whole video holds the sphere; see `frame_layouts`."""
    (decided,) = frame_layouts([evidence], [witnesses])
    return decided


def frame_layouts(
    evidence: Sequence[Floats | None], witnesses: Sequence[Witnesses]
) -> list[DecidedLayout]:
    """Decide how each of n videos holds the sphere, from the median evidence and its container.

    Parameters
    ----------
    evidence : n times (len(EVIDENCE),) or None
        Median of several frames, see `layout_evidence`; None without a frame that shows one.
    witnesses : n times Witnesses
        What the container says.
    """
    shown = [n for n, of_video in enumerate(evidence) if of_video is not None]
    rows = np.array([evidence[n] for n in shown], float).reshape(-1, len(EVIDENCE))
    chances = dict(zip(shown, _chances(rows, [witnesses[n] for n in shown]), strict=True))
    return [_decided(evidence[n], chances.get(n), said) for n, said in enumerate(witnesses)]


def _decided(evidence: Floats | None, chances: Floats | None, said: Witnesses) -> DecidedLayout:
    claimed_projection, claimed_stereo, joined = said
    stereo = "mono" if evidence is None else stereo_of(evidence)
    if stereo == "mono" and claimed_stereo in {*STEREO_LAYOUTS, INTERLEAVED}:
        stereo = str(claimed_stereo)
    if joined is not None:
        return _decided_joined(evidence, chances, joined)
    if claimed_projection in CLAIMED_ONLY:
        return DecidedLayout(FrameLayout(str(claimed_projection), stereo), 1.0)
    if evidence is None or chances is None:
        # Only a label can tell.
        known = claimed_projection in {"erp", *CONVERTIBLE}
        projection = str(claimed_projection) if known else "erp"
        return DecidedLayout(FrameLayout(projection, stereo), float(known))
    likeliest = int(chances.argmax())
    projection, probability = _model().names[likeliest], float(chances[likeliest])
    if projection in CUBEMAPS and evidence[INDEX[f"edges_{projection}"]] > OTHER_ORDER:
        projection = "cubemap_other"
    bars = _erp_bars(evidence, stereo) if projection == "erp" else (0.0, 0.0)
    return DecidedLayout(FrameLayout(projection, stereo, *bars), probability)


def _decided_joined(evidence: Floats | None, chances: Floats | None, joined: str) -> DecidedLayout:
    """Decide on joined frames: what their shape promises, or `divided` in an unknown way."""
    expected = JOINED[joined]
    if evidence is None or chances is None:
        return DecidedLayout(FrameLayout("divided"), 0.0)
    shown = {expected, "fisheye"} if joined == "lenses" else {expected}
    probability = sum(
        float(chance) for name, chance in zip(_model().names, chances, strict=True) if name in shown
    )
    if probability < 0.5 or (
        expected in CUBEMAPS and evidence[INDEX[f"edges_{expected}"]] > OTHER_ORDER
    ):
        return DecidedLayout(FrameLayout("divided"), 1 - probability)
    return DecidedLayout(FrameLayout("eac_rows" if expected == "eac" else expected), probability)


def projection_chances(evidence: Floats, claimed: str | None = None) -> dict[str, float]:
    """Return the probability of each projection, by evidence and label."""
    (chances,) = _chances(np.asarray(evidence)[None], [Witnesses(claimed)])
    return dict(zip(_model().names, chances.tolist(), strict=True))


def _chances(evidence: Floats, witnesses: Sequence[Witnesses]) -> Floats:
    """Probabilities `(n, layouts)` by evidence `(n, len(EVIDENCE))` and what containers say."""
    inputs = np.c_[np.ones(len(evidence)), model_inputs(evidence)]
    # Not a product of matrices: its rounding depends on the number of rows.
    scores = np.einsum("ni,il->nl", inputs, _model().weights)
    if len(scores):
        labels = [said.projection or JOINED.get(said.joined or "") for said in witnesses]
        scores += np.array([_prior(label) for label in labels])
        unlabelled = [said.projection != "erp" and said.stereo is None for said in witnesses]
        scores[_other_shape(evidence) & unlabelled, _model().names.index("erp")] = -np.inf
    chances = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(chances / chances.sum(1, keepdims=True))


def _other_shape(evidence: Floats) -> NDArray[np.bool_]:
    """Return which frames `(n, len(EVIDENCE))` are of one eye, and of no shape of a sphere."""
    two = evidence[:, [INDEX["vertical"], INDEX["horizontal"]]].max(1) > STEREO_CORRELATION
    aspect = 2 ** evidence[:, INDEX["aspect"]]
    return np.asarray(~two & ((aspect < ERP_SHAPES[0]) | (aspect > ERP_SHAPES[1])))


@lru_cache
def _prior(claimed: str | None) -> Floats:
    """Logarithms `(layouts,)` of the odds before any evidence, with a label or none."""
    named = LABELS.get(claimed or "", set())
    names = _model().names
    odds = [
        (LABEL_ODDS if name in named else 1) * (ERP_ODDS if name == "erp" else 1) for name in names
    ]
    return np.log(odds)


def model_inputs(evidence: Floats) -> Floats:
    """Return what is weighed, `(n, inputs)`, of evidence `(n, len(EVIDENCE))`."""
    weighed = [INDEX[name] for name in EVIDENCE if name not in UNWEIGHTED]
    aspect = evidence[:, INDEX["aspect"]]
    shapes = [np.exp(-(((aspect - np.log2(s)) / SHAPE_WIDTH) ** 2)) for s in SHAPES]
    return np.c_[np.clip(evidence[:, weighed], -LARGEST, LARGEST), np.transpose(shapes)]


def input_names() -> list[str]:
    """Names of the columns of `model_inputs`."""
    names = [name for name in EVIDENCE if name not in UNWEIGHTED]
    return names + [f"shape {shape:.3g}" for shape in SHAPES]


def median_evidence(frames: Sequence[NDArray[np.float32]]) -> Floats | None:
    """Median of the evidence of several frames; None for none."""
    return np.asarray(np.median(frames, axis=0), float) if len(frames) else None


def stereo_of(evidence: Floats) -> str:
    """Stereo layout by evidence: `mono`, `top_bottom` or `left_right`."""
    vertical, horizontal = evidence[INDEX["vertical"]], evidence[INDEX["horizontal"]]
    if max(vertical, horizontal) <= STEREO_CORRELATION:
        return "mono"
    return "top_bottom" if vertical >= horizontal else "left_right"


def _erp_bars(evidence: Floats, stereo: str) -> tuple[float, float]:
    """Shares of a frame in bars, if what is within them has the shape of ERP; else none.

    Black sky and a black floor are no bars: there, the frame itself has the shape. Bars are
    measured in a small frame, the shape states them exactly.
    """
    rows, columns = float(evidence[INDEX["bar_rows"]]), float(evidence[INDEX["bar_columns"]])
    inside = float(evidence[INDEX["aspect"]])
    whole = inside + float(np.log2((1 - rows) / (1 - columns)))
    shapes = (1.0,) if stereo == "mono" else (0.0, 1.0, 2.0)
    if (not rows and not columns) or min(abs(whole - s) for s in shapes) < SHAPE_TOLERANCE:
        return 0.0, 0.0
    shape = min(shapes, key=lambda s: abs(inside - s))
    if abs(inside - shape) > SHAPE_TOLERANCE:
        return 0.0, 0.0
    excess = 2.0 ** (whole - shape)
    if rows and not columns and excess < 1:
        return 1 - excess, 0.0
    if columns and not rows and excess > 1:
        return 0.0, 1 - 1 / excess
    return rows, columns


class _Model(NamedTuple):
    """Names of the layouts, and weights `(1 + inputs, layouts)`."""

    names: list[str]
    weights: Floats


@lru_cache
def _model() -> _Model:
    """Read the table of the weights."""
    text = files("foa360.media").joinpath(MODEL).read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    return _Model(header[1:], np.array([[float(value) for value in row[1:]] for row in rows]))
