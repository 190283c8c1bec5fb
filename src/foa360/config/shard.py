"""Section `shard` of the configuration: the unit of every job."""

from pydantic import Field

from foa360.config.section import Count, Section


class Shard(Section):
    """Shards are the unit of every job."""

    clips: Count = Field(
        256, description="clips a shard holds, about: whole videos are kept together"
    )
