"""Section `split` of the configuration: training and test videos."""

from typing import Literal

from pydantic import Field

from foa360.config.section import Section, Share


class Split(Section):
    """Splits where a source does not say; by video, never by clip."""

    test_share: Share = Field(
        0.2, description="share of videos that go to the test split, drawn by their ids"
    )
    conflict: Literal["test", "error"] = Field(
        "test",
        description="what to do with videos listed in both splits (72 in Sphere360's lists): all"
        " their clips go to test, or the run refuses to begin",
    )
