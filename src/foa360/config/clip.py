"""Section `clip` of the configuration: the cutting of source videos into clips."""

from pydantic import Field

from foa360.config.section import Seconds, Section


class Clip(Section):
    """How source videos are cut into clips if the source does not define them."""

    duration: Seconds = Field(10.0, description="Duration of a clip, s")
