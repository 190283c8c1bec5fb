"""Section `viewpoints` of the configuration: directions of crops and rotated audio."""

from typing import Literal

from pydantic import Field

from foa360.config.section import Count, Section


class Viewpoints(Section):
    """How the viewpoints of a clip are chosen: directions of crops and of rotated audio."""

    rule: Literal["spread", "wang2022", "random"] = Field(
        "spread",
        description="Candidates in order of preference: objects of the clip, peaks of its audio,"
        " random directions (spread); detections in its middle frame, random directions"
        " (wang2022); random directions only (random)",
    )
    count: Count = Field(4, le=16, description="Number of viewpoints per clip")
    fov: float = Field(60.0, gt=5, lt=150, description="Field of view of a crop, degrees")
    min_distance: float = Field(
        36.0,
        ge=0,
        lt=90,
        description="Minimum angular distance between two viewpoints, degrees; relaxed step by"
        " step for random directions if the sphere has no room left",
    )
