"""Measure every clip of a shard, and judge it with reasons."""

from contextlib import nullcontext
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from foa360.config.curate import Curate
from foa360.core import tables
from foa360.core.records import CuratedClip, FetchedVideo, PlannedClip
from foa360.media.presence import media_present
from foa360.stages.curate.source_video import curate_video

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class CurateFiles:
    """Tables that the stage reads and writes."""

    plan: Path
    fetch: Path
    curation: Path  # output


def curate_shard(shard: str, files: CurateFiles, settings: Curate, progress: "Progress") -> None:
    """Write the curation table of a shard: one row per clip, in the order of the plan.

    Parameters
    ----------
    shard : str
        Name of the shard.
    files : CurateFiles
        Tables to read and write.
    settings : Curate
        Parameters of measures, and thresholds of verdicts.
    progress : Progress
        Reports how many videos are done.
    """
    fetched = {video.video_id: video for video in tables.read(files.fetch, FetchedVideo)}
    planned = tables.read(files.plan, PlannedClip, shard=shard)
    videos = tables.grouped(planned, attrgetter("video_id"))
    records: dict[tuple[str, float], CuratedClip] = {}
    for video_id, clips in progress(videos.items(), len(videos), "videos"):
        video = fetched[video_id]
        with media_present(video) if video.state == "fetched" else nullcontext():
            curated = curate_video(clips, video, settings)
        for record in curated.clips:
            records[record.clip_id, record.duration] = record
    rows = [records[clip.clip_id, clip.duration] for clip in planned]
    tables.write(files.curation, rows, CuratedClip)
