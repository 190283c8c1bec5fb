"""Stage `measure`: all that is read from the media of a shard, in one pass over each file."""

from collections.abc import Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from foa360.core import tables
from foa360.core.files import atomic
from foa360.core.hdf5 import create_hdf5
from foa360.core.measured import MeasuredClip
from foa360.core.partial import PartialFiles
from foa360.core.plan_rows import planned_clips
from foa360.core.records import FetchedVideo, PlannedClip
from foa360.media.frame_store import FrameStore, FrameStoreWriter
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


class VideoPart(NamedTuple):
    """What has been measured of one video: the rows of its clips, and their frames."""

    rows: Path
    frames: Path

    @property
    def is_finished(self) -> bool:
        """Whether both files are there."""
        return self.rows.is_file() and self.frames.is_file()


def measure_shard(
    shard: str, files: MeasureFiles, settings: MeasureSettings, version: str, progress: "Progress"
) -> None:
    """Write the measures of a shard, one row per clip in the order of the plan, and its frames.

    What was measured of finished videos outlasts an interruption.

    Parameters
    ----------
    shard : str
        Name of the shard.
    files : MeasureFiles
        Files to read and write.
    settings : MeasureSettings
        Parameters of measures, and frames to sample.
    version : str
        Digest of the code and the settings. Parts of an interrupted job of another version are not
        used.
    progress : Progress
        Reports how many videos are done.
    """
    fetched = {video.video_id: video for video in tables.read(files.fetch, FetchedVideo)}
    planned = planned_clips(files.plan, shard, files.plan_digest)
    videos = tables.grouped(planned, attrgetter("video_id"))
    partial = PartialFiles(files.measures, version)
    parts = []
    for video_id, clips in progress(videos.items(), len(videos), "videos"):
        video = fetched[video_id]
        content = [asdict(video), [asdict(clip) for clip in clips]]
        part = VideoPart(partial.path(content, ".rows"), partial.path(content, ".frames"))
        if not part.is_finished:
            _write_part(part, clips, video, settings)
        parts.append(part)
    with atomic(files.frames) as temporary, create_hdf5(temporary) as file:
        store = FrameStoreWriter(file, settings.samplings)
        for part in parts:
            with closing(FrameStore(part.frames)) as frames:
                store.append(frames)
        store.close()
    names = [column.name for column in tables.columns(MeasuredClip)]
    rows = pa.concat_tables([tables.read_arrow(part.rows, names) for part in parts])
    positions = {clip_id: row for row, clip_id in enumerate(rows["clip_id"].to_pylist())}
    in_order = rows.take([positions[clip.clip_id] for clip in planned])
    tables.write_arrow(files.measures, in_order, MeasuredClip)
    partial.clear()


def _write_part(
    part: VideoPart, clips: Sequence[PlannedClip], video: FetchedVideo, settings: MeasureSettings
) -> None:
    """Measure the clips of one video."""
    with atomic(part.frames) as temporary, create_hdf5(temporary) as file:
        store = FrameStoreWriter(file, settings.samplings)
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
        store.close()
    tables.write(part.rows, measured, MeasuredClip)


def _seems_damaged(clip: MeasuredClip) -> bool:
    """Return whether a failing disk could be what is wrong with a clip."""
    if {clip.audio_failure, clip.video_failure} & DAMAGE:
        return True
    return (clip.frames_decoded or 0) < (clip.frames_expected or 0)
