"""Section `cache` of the configuration: the folder of downloaded and rendered media."""

from pydantic import Field

from foa360.config.section import PathText, Section


class Cache(Section):
    """Where downloaded and rendered media are stored.

    A path alone in place of the section sets `path`.
    """

    path: PathText = Field("cache", min_length=1, description="Folder of the cache")
    max_gb: float | None = Field(
        None,
        gt=0,
        description="Maximum size of one shard's downloads, GB. If set, downloads are fetched for"
        " one shard at a time and deleted after use; by default all are kept",
    )
    shared: bool = Field(
        False,
        description="Whether other users may own the folder or write to it. By default it is made"
        " for its owner alone, and that of another user is refused",
    )


def expand_path(value: object) -> object:
    """Return the section that a path alone stands for; anything else is returned as it is."""
    if isinstance(value, str):
        return {"path": value}
    return value
