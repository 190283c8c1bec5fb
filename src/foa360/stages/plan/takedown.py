"""Videos that must not be there any more: out of the plan, the tables, the shards and the cache."""

import shutil
from pathlib import Path

import pandas as pd

from foa360.config.root import Config
from foa360.config.section import ConfigError
from foa360.core.video_ids import safe_name
from foa360.stages.plan.clip_table import is_address


def taken_down(config: Config) -> set[str]:
    """Ids in the file that `takedown` names: one a line, `#` begins a comment."""
    if config.takedown is None:
        return set()
    try:
        text = Path(config.takedown).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"takedown: {config.takedown} cannot be read: {error}") from None
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return {line for line in lines if line}


def erase(gone: pd.DataFrame, left: set[str], results: Path, cache: Path) -> None:
    """Delete what was made of videos that are gone from the plan.

    Their downloads, and the files of shards that none is left in; other shards, whose rows in the
    plan have changed, are made again by the workflow. Local media are never touched.
    """
    for place in sorted({*gone["video"], *gone["audio"]}):
        if is_address(place):
            shutil.rmtree(cache / "media" / safe_name(place), ignore_errors=True)
    for shard in sorted(set(gone["shard"]) - left):
        for path in results.rglob(f"{shard}.*"):
            path.unlink()
