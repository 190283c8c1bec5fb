"""Write the feature shard of the kept clips of one shard."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from foa360.config.features import Features
from foa360.core import tables
from foa360.core.files import atomic, sha256
from foa360.core.hdf5 import create_hdf5
from foa360.core.plan_rows import planned_clips
from foa360.core.records import FetchedVideo, KeptClip, Viewpoint
from foa360.media.frame_source import FrameSource
from foa360.media.sampling import Sampling, Use
from foa360.shards.verify import checksum_path, verify_clips
from foa360.stages.features.read_clips import SkippedClip, read_clips
from foa360.stages.features.writer import ShardWriter

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class FeatureFiles:
    """Paths of the stage.

    plan : table of planned clips, of all shards.
    plan_digest : of the shard's rows when the run began.
    fetch, kept, viewpoints : tables of this shard.
    frames : sampled frames that `measure` left; None to decode them again.
    output : feature shard; its SHA-256 is written beside it.
    """

    plan: Path
    fetch: Path
    kept: Path
    viewpoints: Path
    frames: Path | None
    output: Path
    plan_digest: str | None = None


def write_features(
    shard: str, files: FeatureFiles, settings: Features, progress: "Progress"
) -> None:
    """Write an HDF5 file, and beside it `{output}.sha256`.

    Every media file is read once, and one clip is held at a time. The file is closed, opened again
    and its checksums compared before it gets its name. A clip that cannot be read after all is left
    out and named in the attribute `skipped`.

    Parameters
    ----------
    shard
        Name of the shard in the plan.
    files
        Input and output paths.
    settings
        Section `features` of the configuration.
    progress
        Reports clips.
    """
    clips = _kept_clips(shard, files)
    viewpoints = tables.grouped(tables.read(files.viewpoints, Viewpoint), lambda view: view.clip_id)
    videos = {video.video_id: video for video in tables.read(files.fetch, FetchedVideo)}
    frames = None
    if "video" in settings.store:
        sampling = Sampling(Use.LOW_RESOLUTION, settings.video_fps, settings.video_width)
        frames = FrameSource(sampling, files.frames)
    # With more threads a matrix product is rounded differently: other bytes on other machines.
    with atomic(files.output) as temporary, threadpool_limits(1, "blas"):
        with create_hdf5(temporary) as file:
            writer = ShardWriter(file, clips, viewpoints, settings)
            media = read_clips(clips, videos, frames, settings.sample_rate)
            for clip in progress(media, len(clips), "clips"):
                if isinstance(clip, SkippedClip):
                    writer.skip(clip)
                else:
                    writer.add(clip)
            writer.close()
        problems = verify_clips(temporary)
        if problems:
            message = f"the written data do not read back: {problems[0]}"
            raise OSError(0, message, str(files.output))
        digest = sha256(temporary)
    with atomic(checksum_path(files.output)) as temporary:
        temporary.write_text(f"{digest}  {files.output.name}\n")


def _kept_clips(shard: str, files: FeatureFiles) -> list[KeptClip]:
    """Kept clips in the order of the plan."""
    planned = planned_clips(files.plan, shard, files.plan_digest)
    order = {clip.clip_id: position for position, clip in enumerate(planned)}
    kept = tables.read(files.kept, KeptClip)
    return sorted(kept, key=lambda clip: order[clip.clip_id])
