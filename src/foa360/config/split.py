"""Section `split` of the configuration: training and test videos."""

from typing import Literal

from pydantic import Field

from foa360.config.section import Section, Share


class Split(Section):
    """How videos are divided into training and test split if the source does not define it."""

    test_share: Share = Field(
        0.2, description="Share of videos in the test split, drawn by a hash of their ids"
    )
    conflict: Literal["test", "error"] = Field(
        "test",
        description="Handling of videos listed in both splits (72 in the lists of Sphere360):"
        " assign all their clips to the test split, or stop with an error",
    )
