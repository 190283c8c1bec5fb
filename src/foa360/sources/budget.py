"""With a budget for the cache, media are there while a stage needs them, and no longer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from foa360.config_check import load_config
from foa360.sources.fetch import bring_back, drop_shard


@contextmanager
def borrowed(
    config: Mapping[str, Any], plan: Path, shard: str, fetch: Path, last: bool = False
) -> Iterator[None]:
    """Have the media of a shard at hand; after the `last` stage that reads them, drop them.

    Does nothing without `cache.max_gb`.
    """
    checked = load_config(config)
    cache = Path(checked.cache.path)
    if checked.cache.max_gb:
        bring_back(fetch, plan, shard, cache, checked.fetch)
    yield
    if checked.cache.max_gb and last:
        drop_shard(plan, shard, cache)
