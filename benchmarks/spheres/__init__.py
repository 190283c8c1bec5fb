"""Real 360° frames, and layouts of the sphere that they are converted to: the truth is known."""

from spheres.layouts import LAYOUTS, Layout, View, compressed
from spheres.sources import REAL_DATA, Source, drawn, sources, test_patterns

__all__ = [
    "LAYOUTS",
    "REAL_DATA",
    "Layout",
    "Source",
    "View",
    "compressed",
    "drawn",
    "sources",
    "test_patterns",
]
