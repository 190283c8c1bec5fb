"""Section `cache` of the configuration: where downloaded and rendered media lie."""

from typing import Any

from pydantic import Field

from foa360.config.section import Section


class Cache(Section):
    """Downloaded and rendered media; a path alone may stand for the section."""

    path: str = Field("cache", min_length=1, description="folder")
    max_gb: float | None = Field(
        None,
        gt=0,
        description="with it, downloads are fetched, used and dropped shard by shard, and a"
        " shard's may take this much, GB",
    )


def cache_section(given: Any) -> Any:
    return {"path": given} if isinstance(given, str) else given
