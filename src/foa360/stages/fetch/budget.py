"""With a budget for the cache, media are in it while a stage needs them, and no longer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foa360.config.cache import Cache
from foa360.config.fetch import Fetch
from foa360.stages.fetch.stage import bring_back, drop_shard


@contextmanager
def borrowed(
    shard: str,
    plan: Path,
    fetch: Path,
    cache: Cache,
    settings: Fetch,
    last: bool = False,
) -> Iterator[None]:
    """Provide the media of a shard; after the `last` stage that reads them, delete the downloads.

    Does nothing without `cache.max_gb`.

    Parameters
    ----------
    shard
        Name of the shard.
    plan
        Table of planned clips.
    fetch
        Fetch table of the shard.
    cache
        Section `cache` of the configuration.
    settings
        Section `fetch` of the configuration.
    last
        Whether no other stage reads the media afterwards.
    """
    folder = Path(cache.path)
    if cache.max_gb:
        bring_back(fetch, plan, shard, folder, settings)
    yield
    if cache.max_gb and last:
        drop_shard(plan, shard, folder)
