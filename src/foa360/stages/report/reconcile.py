"""Clips add up at every stage: listed = kept + rejected + failed, and every kept clip is stored."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from foa360.core import tables
from foa360.shards.read import open_shard


class CountError(OSError):
    """Results of two stages do not belong together; names the file and what differs."""

    def __init__(self, path: Path, difference: str) -> None:
        """Name the file."""
        super().__init__(0, f"does not fit the results it was made from: {difference}", str(path))


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
    listed: dict[str, Counter[str]] = defaultdict(Counter)
    videos: dict[str, set[str]] = defaultdict(set)
    for shard_name, clip_id, video_id in _rows(plan, "shard", "clip_id", "video_id"):
        listed[shard_name][clip_id] += 1
        videos[shard_name].add(video_id)
    for path in fetch:
        found = Counter(video_id for (video_id,) in _rows(path, "video_id"))
        _compare(path, "videos", Counter(videos[path.stem]), found)
    kept: dict[str, Counter[str]] = {}
    for path in curation:
        rows = _rows(path, "clip_id", "verdict")
        _compare(path, "clips", listed[path.stem], Counter(clip_id for clip_id, _ in rows))
        kept[path.stem] = Counter(clip_id for clip_id, verdict in rows if verdict == "kept")
    for path in features:
        with open_shard(path) as shard:
            stored = Counter(shard.texts("clip_id").tolist())
            # An entry is an id and a reason code.
            stored.update(entry.rpartition(": ")[0] for entry in shard.skipped)
        _compare(path, "kept clips", kept.get(path.stem, Counter()), stored)


def _rows(path: Path, *names: str) -> list[tuple[str, ...]]:
    """Rows of some columns of texts."""
    table = tables.read_arrow(path, names)
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def _compare(path: Path, unit: str, expected: Counter[str], found: Counter[str]) -> None:
    missing = sorted((expected - found).elements())
    surplus = sorted((found - expected).elements())
    if missing:
        raise CountError(path, f"{len(missing)} {unit} are missing, {missing[0]!r} first")
    if surplus:
        raise CountError(path, f"{len(surplus)} {unit} are unknown, {surplus[0]!r} first")
