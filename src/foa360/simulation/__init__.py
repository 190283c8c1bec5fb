"""Simulated sound fields whose truth is known, and what goes wrong with them on the way."""

from foa360.simulation.cases import CASES, Case
from foa360.simulation.scenes import simulate

__all__ = ["CASES", "Case", "simulate"]
