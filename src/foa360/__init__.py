"""Curation and feature extraction for 360° video with first-order ambisonics.

Axes everywhere: x front, y left, z up; azimuth counter-clockwise seen from above (left is +90°),
elevation up. Audio arrays are channels first, in WYZX order with SN3D weights (ambiX) unless said
otherwise. Angles are radians in code and degrees in tables.
"""

__version__ = "0.1.0"
