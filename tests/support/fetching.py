"""Plans of URLs and files, and the fetch tables of their shards."""

from pathlib import Path

from support.media_server import QUICK

from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import PlannedClip
from foa360.stages.fetch.stage import FetchFiles, fetch_shard


def planned(folder: Path, sources: dict[str, str], starts=(0.0,), elsewhere: str = "") -> Path:
    """Write a plan of one shard, video id → path or URL; return its path.

    `elsewhere` is the URL of a video in another shard.
    """
    shards = {video_id: "s0000" for video_id in sources}
    if elsewhere:
        sources = sources | {"elsewhere": elsewhere}
        shards["elsewhere"] = "s0001"
    clips = [
        PlannedClip(
            clip_id=f"{video_id}_{start:g}",
            video_id=video_id,
            start=start,
            duration=1.0,
            split="train",
            shard=shards[video_id],
            source="list",
            source_number=0,
            video=location,
            audio=location,
        )
        for video_id, location in sources.items()
        for start in starts
    ]
    tables.write(folder / "plan.parquet", clips, PlannedClip)
    return folder / "plan.parquet"


def fetch(plan: Path, folder: Path, max_gb: float | None = None) -> Path:
    """Fetch the first shard of a plan; return its table."""
    files = FetchFiles(plan=plan, cache=folder / "cache", output=folder / "fetch.parquet")
    fetch_shard("s0000", files, QUICK, Progress("test"), max_gb)
    return files.output
