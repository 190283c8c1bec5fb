"""Section `clip` of the configuration: how source videos are cut into clips."""

from pydantic import Field

from foa360.config.section import Seconds, Section


class Clip(Section):
    """How source videos are cut into clips where a list does not say."""

    duration: Seconds = Field(10.0, description="length of a clip, s")
