"""Evaluation on held-out videos."""

from foa360.evaluate.stage import evaluate

__all__ = ["evaluate"]
