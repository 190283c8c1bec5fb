"""Simulated sound fields whose truth is known, and what goes wrong with them on the way."""

from simulation.cases import CASES, Case
from simulation.scenes import simulate

__all__ = ["CASES", "Case", "simulate"]
