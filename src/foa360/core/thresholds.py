"""Declare a threshold with its unit, its meaning, and where its value comes from."""

from dataclasses import field
from typing import Any


def threshold(value: float, unit: str, meaning: str, source: str) -> Any:
    """Declare a threshold.

    Parameters
    ----------
    value : float
        In `unit`.
    unit : str
        Unit of the value.
    meaning : str
        Consequence of a quantity above or below the value.
    source : str
        Simulated cases, recordings or definition that the value comes from.
    """
    return field(
        default=value,
        metadata={"unit": unit, "meaning": meaning, "source": source},
    )
