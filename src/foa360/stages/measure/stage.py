"""Stage `measure`: all that is read from the media of a shard, in one pass over each file."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from foa360.core import tables
from foa360.core.files import atomic
from foa360.core.hdf5 import create_hdf5
from foa360.core.measured import MeasuredClip
from foa360.core.plan_rows import planned_clips
from foa360.core.records import FetchedVideo
from foa360.media.frame_store import FrameStoreWriter
from foa360.media.presence import media_present, require_unchanged
from foa360.media.sampling import Sampling
from foa360.stages.measure.video import measure_video

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


#: Reasons that damaged media have, or a disk that cannot read them.
DAMAGE = frozenset(
    {"unreadable", "no_audio", "no_video", "audio_damaged", "video_damaged", "not_finite"}
)


@dataclass(frozen=True, kw_only=True)
class MeasureFiles:
    """Files that the stage reads and writes."""

    plan: Path
    fetch: Path
    measures: Path  # output: MeasuredClip
    frames: Path  # output: sampled frames
    plan_digest: str | None = None  # of the shard's rows when the run began


@dataclass(frozen=True, kw_only=True)
class MeasureSettings:
    """What is measured and sampled.

    cutoff_hz : cut-off of the low-pass of the energy ratio, Hz.
    map_fps : intervals per second of the direction map.
    samplings : frames for later stages.
    max_pixels : of a frame; videos with larger ones are not decoded.
    """

    cutoff_hz: float
    map_fps: float
    samplings: Sequence[Sampling]
    max_pixels: int | None = None


def measure_shard(
    shard: str, files: MeasureFiles, settings: MeasureSettings, progress: "Progress"
) -> None:
    """Write the measures of a shard, one row per clip in the order of the plan, and its frames.

    Parameters
    ----------
    shard : str
        Name of the shard.
    files : MeasureFiles
        Files to read and write.
    settings : MeasureSettings
        Parameters of measures, and frames to sample.
    progress : Progress
        Reports how many videos are done.
    """
    fetched = {video.video_id: video for video in tables.read(files.fetch, FetchedVideo)}
    planned = planned_clips(files.plan, shard, files.plan_digest)
    videos = tables.grouped(planned, attrgetter("video_id"))
    rows: dict[str, MeasuredClip] = {}
    with atomic(files.frames) as temporary, create_hdf5(temporary) as file:
        store = FrameStoreWriter(file, settings.samplings)
        for video_id, clips in progress(videos.items(), len(videos), "videos"):
            video = fetched[video_id]
            with media_present(video) if video.state == "fetched" else nullcontext():
                measured = measure_video(
                    clips,
                    video,
                    settings.cutoff_hz,
                    settings.map_fps,
                    store=store,
                    max_pixels=settings.max_pixels,
                )
                if any(map(_seems_damaged, measured)):
                    require_unchanged(video)
            rows |= {row.clip_id: row for row in measured}
        store.close()
    tables.write(files.measures, [rows[clip.clip_id] for clip in planned], MeasuredClip)


def _seems_damaged(clip: MeasuredClip) -> bool:
    """Return whether a failing disk could be what is wrong with a clip."""
    if {clip.audio_failure, clip.video_failure} & DAMAGE:
        return True
    return (clip.frames_decoded or 0) < (clip.frames_expected or 0)
