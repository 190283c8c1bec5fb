"""With a budget for the cache, media are there while a stage needs them, and no longer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from foa360.config.load import load_config
from foa360.stages.fetch.stage import bring_back, drop_shard


@contextmanager
def borrowed(snakemake: Any, last: bool = False) -> Iterator[None]:
    """Have the media of a script's shard at hand; after the `last` stage that reads them, drop them.

    The rule has the inputs `plan` and `fetch`. Does nothing without `cache.max_gb`.
    """
    plan, fetch = Path(snakemake.input.plan), Path(snakemake.input.fetch)
    shard, checked = snakemake.wildcards.shard, load_config(snakemake.config)
    cache = Path(checked.cache.path)
    if checked.cache.max_gb:
        bring_back(fetch, plan, shard, cache, checked.fetch)
    yield
    if checked.cache.max_gb and last:
        drop_shard(plan, shard, cache)
