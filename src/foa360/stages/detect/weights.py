"""Weights of detectors: the bundled file, or one that the configuration names."""

from pathlib import Path


def demo_weights() -> Path:
    """File of the bundled detector, which knows the demo's drawn objects."""
    return Path(__file__).parent / "demo_detector.pt"
