"""A decision on the convention, and the trace of the rules that led to it."""

from dataclasses import dataclass
from typing import NamedTuple


class Comparison(NamedTuple):
    """A number that a rule compared, and with what."""

    quantity: str
    value: float
    threshold: str | None = None  # name of a field of `Thresholds`


class Step(NamedTuple):
    """A rule that was applied, whether it decided, and the numbers that it compared."""

    rule: str
    decided: bool
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class Convention:
    """A decision on channel order and normalisation.

    Attributes
    ----------
    name : str
        Order and normalisation, such as ACN/SN3D, or undecided.
    planes, gains : list
        Planes that hold W, Y, Z, X, and their factors to SN3D.
    reasons : list of str
        Codes of `foa360.core.reasons`.
    confidence : float
        Probability of the whole name, 0 to 1.
    undecided : tuple of str
        What the signal does not determine: w, gains, height, horizontal (left and front).
    parts : tuple of float
        Probabilities of W, of the gains given W, and of the height given W; empty without a name.
    trace : tuple of Step
        Rules in the order of their application; the last one decided. Empty if not requested.
    """

    name: str
    planes: list[int]
    gains: list[float]
    reasons: list[str]
    confidence: float = 0.0
    undecided: tuple[str, ...] = ("w", "gains", "height", "horizontal")
    parts: tuple[float, ...] = ()
    trace: tuple[Step, ...] = ()


#: Fields of a `Comparison`, which is made where it is part of a trace.
Compared = tuple[str, float, str | None]
#: Result of one rule: a convention if it decides, and the numbers that it compared.
Ruling = tuple[Convention | None, tuple[Compared, ...]]


def not_ambisonics(*reasons: str, confidence: float = 0.0) -> Convention:
    """Decision that the channels are no sound field that could be used."""
    return Convention("undecided", [0, 1, 2, 3], [1.0] * 4, list(reasons), confidence)
