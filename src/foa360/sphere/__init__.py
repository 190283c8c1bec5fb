"""Directions on the sphere: ERP pixels, perspective crops, distances, boxes.

Conventions: azimuth φ counter-clockwise (left is +90°), elevation θ up, radians. The pixel centre
(u, v) of a W×H equirectangular (ERP) frame has the direction φ = π - 2π(u+½)/W, θ = π/2 - π(v+½)/H:
the middle column is the front, the left quarter the left, the seam lies at ±180°. Frames keep their
size: geometry follows the projection, not the aspect ratio of the pixels.
"""

from foa360.sphere.boxes import (
    box_area,
    box_outline,
    shared_area,
    spherical_iou,
    spherical_nms,
)
from foa360.sphere.directions import (
    angular_distance,
    direction_to_pixel,
    fibonacci_sphere,
    pixel_to_direction,
    to_direction,
    to_vector,
    wrap,
)
from foa360.sphere.separated import separated_directions
from foa360.sphere.views import perspective_crop, view_directions

__all__ = [
    "angular_distance",
    "box_area",
    "box_outline",
    "direction_to_pixel",
    "fibonacci_sphere",
    "perspective_crop",
    "pixel_to_direction",
    "separated_directions",
    "shared_area",
    "spherical_iou",
    "spherical_nms",
    "to_direction",
    "to_vector",
    "view_directions",
    "wrap",
]
