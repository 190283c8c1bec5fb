"""Section `viewpoints` of the configuration: directions of crops and rotated audio."""

from typing import Literal

from pydantic import Field

from foa360.config.section import Count, Section


class Viewpoints(Section):
    """Directions a clip is looked at and listened to."""

    rule: Literal["spread", "wang2022", "random"] = Field(
        "spread",
        description="objects of the clip, then its sound, then random (spread); boxes of its middle"
        " picture, then random (wang2022); random alone (random)",
    )
    count: Count = Field(4, le=16, description="viewpoints per clip")
    fov: float = Field(60.0, gt=5, lt=150, description="field of view of a crop, degrees")
    min_distance: float = Field(36.0, ge=0, lt=90, description="between two viewpoints, degrees")
