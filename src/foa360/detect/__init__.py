"""Objects in equirectangular frames, and the viewpoints that follow from them."""

from pathlib import Path


def demo_weights() -> Path:
    """File of the bundled detector, which knows the demo's drawn objects."""
    return Path(__file__).parent / "demo_detector.pt"
