"""Where clips come from: what each kind of source lists, and how its media get here."""

from foa360.sources.fetch import fetch_shard
from foa360.sources.listing import clips_of

__all__ = ["clips_of", "fetch_shard"]
