"""Section `shard` of the configuration: the size of a job."""

from pydantic import Field

from foa360.config.section import Count, Section


class Shard(Section):
    """How clips are grouped into shards, the unit of every job."""

    clips: Count = Field(
        256,
        description="Approximate number of clips per shard; the clips of a video stay together",
    )
