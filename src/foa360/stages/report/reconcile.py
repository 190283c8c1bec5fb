"""Clips add up at every stage: listed = kept + rejected + failed, and every kept clip is stored."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foa360.core import tables
from foa360.core.records import FetchedVideo, PlannedClip, column
from foa360.shards.read import open_shard


class CountError(OSError):
    """Results of two stages do not belong together; names the file and what differs."""

    def __init__(self, path: Path, difference: str) -> None:
        """Name the file."""
        super().__init__(0, f"does not fit the results it was made from: {difference}", str(path))


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Columns of the curation table that are counted."""

    clip_id: str = column("clip")
    verdict: str = column("kept, rejected or failed")


def reconcile(
    plan: Path, fetch: Sequence[Path], curation: Sequence[Path], features: Sequence[Path]
) -> None:
    """Compare the clips and videos of all stages.

    Parameters
    ----------
    plan
        Table of planned clips.
    fetch, curation
        Tables, one per shard.
    features
        Feature shards.

    Raises
    ------
    CountError
        If a stage lacks a clip or a video of the stage before it, or has another.
    """
    planned = tables.grouped(tables.read(plan, PlannedClip), lambda clip: clip.shard)
    for path in fetch:
        videos = {clip.video_id for clip in planned.get(path.stem, [])}
        found = [video.video_id for video in tables.read(path, FetchedVideo)]
        _compare(path, "videos", Counter(videos), Counter(found))
    kept: dict[str, Counter[str]] = {}
    for path in curation:
        rows = tables.read(path, Verdict)
        listed = Counter(clip.clip_id for clip in planned.get(path.stem, []))
        _compare(path, "clips", listed, Counter(row.clip_id for row in rows))
        kept[path.stem] = Counter(row.clip_id for row in rows if row.verdict == "kept")
    for path in features:
        with open_shard(path) as shard:
            stored = Counter(shard.texts("clip_id").tolist())
            # An entry is an id and a reason code.
            stored.update(entry.rpartition(": ")[0] for entry in shard.skipped)
        _compare(path, "kept clips", kept.get(path.stem, Counter()), stored)


def _compare(path: Path, unit: str, expected: Counter[str], found: Counter[str]) -> None:
    missing = sorted((expected - found).elements())
    surplus = sorted((found - expected).elements())
    if missing:
        raise CountError(path, f"{len(missing)} {unit} are missing, {missing[0]!r} first")
    if surplus:
        raise CountError(path, f"{len(surplus)} {unit} are unknown, {surplus[0]!r} first")
